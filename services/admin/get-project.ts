import type {
  GetProjectRequest,
  GetProjectResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Answer } from "./answer.js";
import { type Caller, missing, projectOf } from "./caller.js";
import type { ProjectStore } from "./ports.js";

/** GetProject. @throws Fault PROJECT_NOT_FOUND */
export async function getProject(
  projects: ProjectStore,
  caller: Caller,
  request: GetProjectRequest,
): Promise<Answer<GetProjectResponse>> {
  return { project: (await projects.find(projectOf(caller, request.projectId))) ?? missing() };
}
