import type { Statement } from "./sql/tenant.js";

/** What an engine said of the work for an answer. */
export interface Work {
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly engineMs: number;
}

export interface Rows extends Work {
  /** One array a row, values in the order of the statement's columns. */
  readonly rows: readonly (readonly unknown[])[];
}

/** What a statement found, as the engine's RowBinary. */
export interface Bytes extends Work {
  readonly bytes: Buffer;
}

/** The columnar engine. Reads only; every statement is a tenant's. */
export interface Analytics {
  /**
   * Runs one statement under the limits of a question; stops the engine's work when the signal fires.
   *
   * @throws Fault QUERY_TIMEOUT or QUERY_TOO_LARGE (fact "limit") at a limit, ENGINE_UNAVAILABLE where the engine does
   * not answer; BadPattern for a regular expression that it can't compile.
   */
  read(statement: Statement, signal: AbortSignal): Promise<Rows>;
  /** The same in the engine's RowBinary: for results of many numbers, which are a fraction of their JSON. */
  readBinary(statement: Statement, signal: AbortSignal): Promise<Bytes>;
  /** Whether the engine can compile a regular expression. */
  compiles(pattern: string, signal: AbortSignal): Promise<boolean>;
}

/** Thrown where the engine can't compile a regular expression of the statement; it doesn't say which. */
export class BadPattern extends Error {
  override readonly name = "BadPattern";
}

/** How far the log is applied to the tables. */
export interface Applied {
  /** Received time up to which every event is in the tables, ms since 1970; 0 where nothing is known yet. */
  readonly watermarkMs: number;
  /** Per partition the last sequence of RAW that is applied. */
  readonly positions: ReadonlyMap<number, bigint>;
}

export interface Progress {
  applied(): Promise<Applied>;
}
