import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Figures } from "./figures.js";

/** A database of its own in memory, to answer from the files themselves what the product answers from its tables. */
export class DuckDb {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(":memory:");
    return new DuckDb(instance, await instance.connect());
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** The rows of an answer, numbers and texts as DuckDB prints them. */
  async rows(sql: string): Promise<string[][]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRowsJson().map((row) => row.map((value) => (value === null ? "" : String(value))));
  }

  /** An answer whose last column is a number; the columns before it say of what, and are never null. */
  async figures(sql: string): Promise<Figures> {
    const rows = await this.rows(sql);
    return new Map(rows.map((row) => [row.slice(0, -1).join(" / "), Number(row.at(-1))]));
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
