import { bind, type Sql, sql } from "./sql.js";

/** An instant as the engine's columns of time have it. */
export function instant(ms: number): Sql {
  return sql`fromUnixTimestamp64Milli(${bind.int64(ms)}, 'UTC')`;
}
