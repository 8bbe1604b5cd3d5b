import { fromBinary } from "@bufbuild/protobuf";
import { AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { splitRepeated } from "../../platform/wire.js";

/** How a call ended: gRPC's name for its code, and our reason where there is one. */
export interface RawAnswer {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
  readonly bytes: Uint8Array;
}

/** Calls methods over gRPC with bytes of any kind: what no generated client would send. */
export class RawCaller {
  readonly #client: grpc.Client;

  constructor(address: string) {
    this.#client = new grpc.Client(address, grpc.credentials.createInsecure(), {
      "grpc.max_send_message_length": -1,
      "grpc.max_receive_message_length": -1,
      "grpc.enable_retries": 0,
    });
  }

  /** A unary call; `authorization` is the whole header, undefined for none. */
  call(
    method: string,
    bytes: Uint8Array,
    authorization: string | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    if (authorization !== undefined) metadata.set("authorization", authorization);
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        method,
        (message: Uint8Array) => Buffer.from(message),
        (message: Buffer) => message,
        bytes,
        metadata,
        { deadline: Date.now() + 30_000 },
        (error, answer) => resolve(error === null ? accepted(answer ?? Buffer.alloc(0)) : refused(error)),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

function accepted(bytes: Uint8Array): RawAnswer {
  return { code: "OK", reason: "", message: "", bytes };
}

function refused(error: grpc.ServiceError): RawAnswer {
  const [details] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const reasons = details instanceof Buffer ? splitRepeated(details, 3).map(reasonOf) : [];
  return {
    code: grpc.status[error.code] ?? String(error.code),
    reason: reasons.join(),
    message: error.details,
    bytes: new Uint8Array(0),
  };
}

/** The reason of a detail of google.rpc.Status. */
function reasonOf(any: Uint8Array): string {
  const detail = anyUnpack(fromBinary(AnySchema, any), FaultDetailSchema);
  return detail === undefined ? "another detail" : (FaultReason[detail.reason] ?? String(detail.reason));
}
