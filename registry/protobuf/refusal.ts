// What is wrong with a Protobuf schema, and where.
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";

/** A place in a text; both count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Thrown inside this folder; `toFault` turns it into what callers see. */
export class ProtoError extends Error {
  override readonly name = "ProtoError";
  readonly at: Position | undefined;

  constructor(message: string, at?: Position) {
    super(message);
    this.at = at;
  }
}

/** A name as it goes into messages: cut, so that a message stays one sentence. */
export const shown = (name: string): string => `"${name.length > 200 ? `${name.slice(0, 200)}…` : name}"`;

/** `file` is the import's name where it is not the schema itself that is wrong. */
export function toFault(error: unknown, file = ""): Fault {
  const said =
    error instanceof ProtoError
      ? error.message
      : error instanceof RangeError
        ? "it has too many parts in one place"
        : undefined;
  if (said === undefined) throw error;
  const at = error instanceof ProtoError ? error.at : undefined;
  const place = [
    file === "" ? undefined : `in ${shown(file)}`,
    at && `line ${at.line}, column ${at.column}`,
  ].filter((part) => part !== undefined);
  const where = place.length === 0 ? "" : `${place.join(", ")}: `;
  const facts = at === undefined ? {} : { line: String(at.line), column: String(at.column) };
  return new Fault(FaultReason.SCHEMA_INVALID, `the schema can't be used: ${where}${said}`, facts, {
    cause: error,
  });
}
