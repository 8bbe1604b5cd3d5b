import { engineUnavailable } from "../../../platform/fault.js";
import { elementsOf, JsonShapeError, membersOf, type Span } from "../../../platform/json/spans.js";

export interface SqlColumnText {
  readonly name: string;
  readonly type: string;
}

/** A result as the engine gave it, each row a list in JSON of its own. */
export interface SqlRows {
  readonly columns: readonly SqlColumnText[];
  readonly rows: readonly Buffer[];
  readonly rowsRead: number;
  readonly engineMs: number;
}

/**
 * Reads a result of the format "rows": names and types, rows, and what the engine says of its work.
 * @throws Fault ENGINE_UNAVAILABLE where the engine broke off in the middle
 */
export async function readRows(bytes: AsyncIterable<Buffer>): Promise<SqlRows> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  try {
    return rowsOf(whole);
  } catch (error) {
    throw error instanceof JsonShapeError ? engineUnavailable("clickhouse", error) : error;
  }
}

function rowsOf(bytes: Buffer): SqlRows {
  const members = membersOf(bytes);
  const span = (name: string): Span => {
    const found = members.get(name);
    if (found === undefined) throw new JsonShapeError(`${name} is missing`);
    return found;
  };
  const parsed = (name: string): unknown => {
    const { start, end } = span(name);
    return JSON.parse(bytes.toString("utf8", start, end));
  };
  const columns = parsed("meta") as SqlColumnText[];
  const { elapsed, rows_read } = parsed("statistics") as { elapsed: number; rows_read: number };
  const rows = elementsOf(bytes, span("data").start).map(({ start, end }) => bytes.subarray(start, end));
  return { columns, rows, rowsRead: rows_read, engineMs: elapsed * 1_000 };
}

/** The JSON texts of a row's values, every digit as it is. */
export function valuesOf(row: Buffer): string[] {
  return elementsOf(row).map(({ start, end }) => row.toString("utf8", start, end));
}
