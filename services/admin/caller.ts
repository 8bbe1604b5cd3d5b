import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault, requestInvalid } from "../../platform/fault.js";

/** Who calls: the operator, for the project in the header (empty: none), or a project's own key. */
export interface Caller {
  readonly isOperator: boolean;
  readonly projectId: string;
}

/**
 * The project that a call is about. The operator names any; a project's key its own, or none, which means its own.
 * @throws Fault PROJECT_NOT_FOUND for another's project, exactly as for one that does not exist.
 */
export function projectOf(caller: Caller, named: string): string {
  if (caller.isOperator) {
    const projectId = named === "" ? caller.projectId : named;
    if (projectId === "") {
      throw requestInvalid("project_id", "required", "the operator's key belongs to no project, so name one");
    }
    return isId(projectId) ? projectId : missing();
  }
  return named === "" || named === caller.projectId ? caller.projectId : missing();
}

/** Ids are made by the server; a text of another form names nothing, and never reaches an engine. */
export function isId(text: string): boolean {
  return /^[a-z0-9_-]{1,64}$/.test(text);
}

/** @throws Fault PROJECT_NOT_FOUND, always. */
export function missing(): never {
  throw new Fault(FaultReason.PROJECT_NOT_FOUND, "no project of that id, or not one that this key may see");
}
