import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import { type Caller, isId } from "./caller.js";
import type { KeyName } from "./ports.js";

/** The key a caller names: any for the operator, one of its own project for a project's key. */
export function keyName(caller: Caller, keyId: string): KeyName {
  if (!isId(keyId)) keyMissing();
  return { keyId, projectId: caller.isOperator ? undefined : caller.projectId };
}

/** @throws Fault KEY_NOT_FOUND, always; the same for another project's key as for none. */
export function keyMissing(): never {
  throw new Fault(
    FaultReason.KEY_NOT_FOUND,
    "no key of that id, or not one of this project that still works",
  );
}
