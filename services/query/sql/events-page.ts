import { type EventPlace, eventColumns } from "./event-rows.js";
import { instant } from "./instant.js";
import { bind, type Sql, sql } from "./sql.js";

/** The newest events of the rows (FROM, WHERE and conditions) that stand after a place, newest first. */
export function eventsPageSql(rows: Sql, after: EventPlace | undefined, count: number): Sql {
  const order = sql`e.time DESC, e.raw_sequence DESC, e.raw_index DESC`;
  return sql`SELECT ${eventColumns} ${rows} AND ${beyond(after)} ORDER BY ${order} LIMIT ${bind.uint64(count)}`;
}

/** Newest first: what comes after a place is less than it. */
function beyond(after: EventPlace | undefined): Sql {
  if (after === undefined) return sql`1`;
  const time = instant(Number(after.timeMs));
  const own = sql`(e.raw_sequence, e.raw_index)`;
  const place = sql`${own} < (${bind.uint64(after.rawSequence)}, ${bind.uint32(after.rawIndex)})`;
  return sql`(e.time < ${time} OR (e.time = ${time} AND ${place}))`;
}
