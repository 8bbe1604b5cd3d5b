import type {
  CreateProjectRequest,
  CreateProjectResponse,
} from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import type { Answer } from "./answer.js";
import { newId } from "./ids.js";
import { cleanName } from "./names.js";
import type { ProjectStore } from "./ports.js";
import { completeSettings } from "./project-settings.js";

/**
 * CreateProject: of two calls with one name, whenever they come, one makes the project and the other is refused.
 * @throws Fault PROJECT_EXISTS, REQUEST_INVALID
 */
export async function createProject(
  projects: ProjectStore,
  request: CreateProjectRequest,
): Promise<Answer<CreateProjectResponse>> {
  const name = cleanName(request.name);
  const settings = completeSettings(request.settings);
  return { project: await projects.create({ projectId: newId("p"), name, settings }) };
}
