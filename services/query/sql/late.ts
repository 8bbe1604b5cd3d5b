import { graceMs } from "../question.js";
import { bind, type Sql, sql } from "./sql.js";

/** The effective time of an event, Int64 ms. */
export const timeMs: Sql = sql`toUnixTimestamp64Milli(e.time)`;

/** Whether an event was received after its bucket had been closed; `end` is the bucket's, Int64 ms. */
export function lateSql(end: Sql): Sql {
  return sql`toUnixTimestamp64Milli(e.received_time) >= ${end} + ${bind.int64(graceMs)}`;
}
