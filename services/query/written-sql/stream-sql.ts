import type { MessageInitShape } from "@bufbuild/protobuf";
import type { StreamSqlRequest, StreamSqlResponseSchema } from "../../../gen/ts/tideline/query/v1/sql_pb.js";
import { engineUnavailable } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import { answerInfo } from "../answer-info.js";
import { askedProject } from "../caller.js";
import { runSql } from "./run-sql.js";
import { infoParts, keptInfo, type SqlPorts } from "./sql-pages.js";

/** Bytes of one message. */
const pieceBytes = 256 * 1024;

type Part = MessageInitShape<typeof StreamSqlResponseSchema>;

/** StreamSql: the whole result as one Arrow IPC stream, in pieces, then what the answer says of itself. */
export async function* streamSql(
  ports: Omit<SqlPorts, "results">,
  { statement, parameters }: StreamSqlRequest,
  call: Call,
): AsyncGenerator<Part> {
  const { projectId } = await askedProject(call, ports.projects);
  const applied = await ports.progress.applied();
  const { signal } = call;
  const body = await runSql(ports, { projectId, statement, parameters, format: "arrow", signal });
  const asOfMs = ports.clock.now();
  const end = new StreamEnd();
  for await (const bytes of body.bytes) {
    end.pass(bytes);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield { part: { case: "arrow", value: bytes.subarray(at, at + pieceBytes) } };
    }
  }
  // An engine that breaks off in the middle of an answer can't say so by an error any more.
  if (!end.isWhole) throw engineUnavailable("clickhouse");
  const { rowsRead, engineMs } = body;
  const info = keptInfo(applied, { asOfMs, rowsRead, engineMs });
  yield { part: { case: "info", value: answerInfo(infoParts(info)) } };
}

/** The last bytes of an Arrow IPC stream: a continuation of length 0. */
const endMark = Buffer.from("ffffffff00000000", "hex");

class StreamEnd {
  #tail: Buffer = Buffer.alloc(0);

  pass(bytes: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-endMark.length)]).subarray(-endMark.length);
  }

  get isWhole(): boolean {
    return this.#tail.equals(endMark);
  }
}
