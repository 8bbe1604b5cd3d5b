import { Code, ConnectError } from "@connectrpc/connect";
import { FaultDetailSchema, FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";

/** What the command line's exit codes say. */
export const exitCodes = {
  done: 0,
  /** Wrong use, no stack, a refusal, or an import that was stopped. */
  failed: 1,
  /** Done, but events were rejected, quarantined or in conflict. */
  notAllAccepted: 2,
  /** Done, but records could not be read; all others were taken. */
  notAllReadable: 3,
  /** By Ctrl-C. */
  interrupted: 130,
} as const;

/** One line that says what is wrong and, where that can be known, what to do. */
export function failureLine(error: unknown, address: string): string {
  if (error instanceof ConnectError) return connectLine(error, address);
  return oneLine(error instanceof Error ? error.message : String(error));
}

function connectLine(error: ConnectError, address: string): string {
  const [fault] = error.findDetails(FaultDetailSchema);
  if (fault !== undefined) {
    const reason = FaultReason[fault.reason] ?? String(fault.reason);
    return oneLine(`${reason}: ${error.rawMessage}${adviceOf(fault.reason)}`);
  }
  if (error.code === Code.Unavailable || error.code === Code.Unknown) {
    return oneLine(
      `${address} does not answer (${error.rawMessage}); is it running? npx tideline doctor says more`,
    );
  }
  return oneLine(`${Code[error.code]}: ${error.rawMessage}`);
}

function adviceOf(reason: FaultReason): string {
  switch (reason) {
    case FaultReason.KEY_INVALID:
      return "; say a valid one by --key, or start the stack";
    case FaultReason.SCOPE_MISSING:
      return "; say a key that has it by --key";
    case FaultReason.ENGINE_UNAVAILABLE:
      return "; npx tideline doctor says what is wrong";
    default:
      return "";
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, "; ");
}
