import type {
  UpdateProjectRequest,
  UpdateProjectResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Answer } from "./answer.js";
import { type Caller, missing, projectOf } from "./caller.js";
import type { ProjectStore } from "./ports.js";
import { maskedChange } from "./project-settings.js";

/** UpdateProject. @throws Fault PROJECT_NOT_FOUND, PROJECT_EXISTS, REQUEST_INVALID */
export async function updateProject(
  projects: ProjectStore,
  caller: Caller,
  request: UpdateProjectRequest,
): Promise<Answer<UpdateProjectResponse>> {
  const change = maskedChange({
    name: request.name,
    settings: request.settings,
    paths: request.updateMask?.paths ?? [],
  });
  const projectId = projectOf(caller, request.projectId);
  return { project: (await projects.update(projectId, change)) ?? missing() };
}
