import type { People } from "../sql/people.js";

/** What one statement may cost. */
export interface SqlLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Rows that it may read, in all tables together. */
  readonly rowsRead: number;
  readonly resultRows: number;
  readonly resultBytes: number;
}

export const sqlLimitDefaults: SqlLimits = {
  timeMs: 20_000,
  memoryBytes: 2 ** 30,
  rowsRead: 1_000_000_000,
  resultRows: 1_000_000,
  resultBytes: 64 * 2 ** 20,
};

/** A statement as it was written, with the values for its parameters; the engine has them by parameters.ts. */
export interface WrittenSql {
  readonly statement: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Whose rows a statement sees. */
export interface Confinement {
  readonly projectId: string;
  /** Who is who; undefined where the statement doesn't ask. */
  readonly people: People | undefined;
}

/** rows: JSONCompact, which rows.ts reads. arrow: an Arrow IPC stream. */
export type SqlFormat = "rows" | "arrow";

export interface SqlBody {
  /** What goes wrong after its beginning breaks it off: readers see to its end (rows.ts, stream-sql.ts). */
  readonly bytes: AsyncIterable<Buffer>;
  /** By the engine's word at the beginning; of the local one the result's rows. */
  readonly rowsRead: number;
  readonly engineMs: number;
}

/**
 * The columnar engine as written SQL meets it: read-only, under limits, and behind the views, whatever the statement.
 *
 * All throw SqlRefused where the engine finds fault with the statement, Fault QUERY_TIMEOUT or QUERY_TOO_LARGE at a
 * limit, ENGINE_UNAVAILABLE where it doesn't answer. The signal stops its work.
 */
export interface ConfinedSql {
  /** EXPLAIN AST: parses, runs nothing. The project is the one that asks. */
  syntax(sql: WrittenSql, projectId: string, signal: AbortSignal): Promise<string>;
  /** EXPLAIN QUERY TREE: resolves, and computes what is constant, subqueries of one value included. */
  resolved(sql: WrittenSql, confinement: Confinement, signal: AbortSignal): Promise<string>;
  /** The database whose views a statement so confined reads. */
  database(confinement: Confinement): string;
  run(
    sql: WrittenSql,
    confinement: Confinement,
    /** queryId: by which the engine names its work, where somebody asks how far it is. */
    how: { format: SqlFormat; signal: AbortSignal; queryId?: string },
  ): Promise<SqlBody>;
}

/** Thrown where the engine finds fault with a statement. */
export class SqlRefused extends Error {
  override readonly name = "SqlRefused";
  /** The engine's name of the error, such as UNKNOWN_IDENTIFIER. */
  readonly code: string;
  /** Bytes before the place in the statement where parsing failed; undefined for other errors. */
  readonly byte: number | undefined;

  constructor(code: string, message: string, byte?: number) {
    super(message);
    this.code = code;
    this.byte = byte;
  }
}

/** A result that is kept, to be read page by page. */
export interface KeptResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly totalRows: number;
  /** What the answer says of itself, for each of its pages. */
  readonly info: KeptInfo;
}

export interface KeptInfo {
  readonly watermarkMs: number;
  readonly positions: readonly (readonly [number, string])[];
  readonly asOfMs: number;
  readonly rowsRead: number;
  readonly engineMs: number;
}

/** Keeps results for a while. */
export interface KeptResults {
  /**
   * Keeps a result of a project; the oldest of the project go where it has too many. Gives its id.
   * @throws Fault QUERY_TOO_LARGE where it is too large to be kept, ENGINE_UNAVAILABLE where it can't be.
   */
  keep(projectId: string, result: KeptResult, rows: readonly Buffer[]): Promise<string>;
  /**
   * Rows of a kept result, at most `count` from the one at `from`; undefined where it is no longer kept.
   * @throws Fault ENGINE_UNAVAILABLE
   */
  read(
    projectId: string,
    id: string,
    page: { from: number; count: number },
  ): Promise<{ result: KeptResult; rows: Buffer[] } | undefined>;
}
