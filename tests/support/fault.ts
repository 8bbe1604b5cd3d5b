import { ConnectError } from "@connectrpc/connect";
import { status } from "@grpc/grpc-js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";

/** How a call was refused: gRPC's name of the code and our reason; both empty where it was not. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
}

/** Waits for a call and says how it was refused. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
    return { code: "", reason: "", message: "" };
  } catch (cause) {
    const error = ConnectError.from(cause);
    const reasons = error
      .findDetails(FaultDetailSchema)
      .map(({ reason }) => FaultReason[reason] ?? String(reason));
    return {
      code: status[error.code] ?? String(error.code),
      reason: reasons.join(),
      message: error.rawMessage,
    };
  }
}
