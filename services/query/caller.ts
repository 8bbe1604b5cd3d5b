import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { KnownSettings, ProjectCache } from "../../platform/control/projects.js";
import { Fault, requestInvalid } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";

/** The project that a call asks about. */
export interface Asked {
  readonly projectId: string;
  readonly settings: KnownSettings;
}

/**
 * The key's project, or the one that the operator names by header. It exists, so its id, which goes into names of
 * subjects and keys, has the form of ids.
 *
 * @throws Fault PROJECT_NOT_FOUND; REQUEST_INVALID where the operator names none.
 */
export async function askedProject(call: Pick<Call, "projectId">, projects: ProjectCache): Promise<Asked> {
  const { projectId } = call;
  if (projectId === "") throw requestInvalid("tideline-project", "required", "name a project by this header");
  // Ids are made by the server: a text of another form names nothing and never reaches an engine.
  if (!/^[a-z0-9_-]{1,64}$/.test(projectId))
    throw new Fault(FaultReason.PROJECT_NOT_FOUND, "no such project");
  return { projectId, settings: await projects.get(projectId) };
}
