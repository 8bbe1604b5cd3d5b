import { FilterOp } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { ActivityCriterion } from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import type { EventReaders } from "../analysis/event-readers.js";
import { bucketSql } from "../sql/buckets.js";
import { instant } from "../sql/instant.js";
import { lateSql, timeMs } from "../sql/late.js";
import { bind, type Sql, sql } from "../sql/sql.js";
import type { StickinessQuestion } from "./query-stickiness.js";

/** How many users were active in so many intervals; events that made them so, and how many of these were late. */
export type StickinessRow = readonly [intervals: number, users: number, events: number, late: number];

/** @throws Fault REQUEST_INVALID that names the field. */
export function stickinessSql(readers: EventReaders, question: StickinessQuestion): Sql {
  const { frame, event, intervals, criterion } = question;
  const person = readers.person();
  const selected = readers.selects(event, "event");
  const { start, end } = bucketSql(intervals, timeMs);
  const active = sql`SELECT ${person} AS person, ${start} AS bucket, count() AS events, countIf(${lateSql(end)}) AS late
    ${readers.joins.from("events")} AND e.time >= ${instant(frame.range.fromMs)}
      AND e.time < ${instant(frame.range.toMs)} AND ${selected} AND ${person} != ''
    GROUP BY person, bucket HAVING ${criterionSql(criterion)}`;
  const users = sql`SELECT count() AS intervals, sum(events) AS counted, sum(late) AS late_ones
    FROM (${active}) GROUP BY person`;
  return sql`SELECT toUInt32(intervals), toFloat64(count()), toFloat64(sum(counted)), toFloat64(sum(late_ones))
    FROM (${users}) GROUP BY intervals`;
}

function criterionSql(criterion: ActivityCriterion | undefined): Sql {
  if (criterion === undefined) return sql`1`;
  const bound = bind.uint64(criterion.events);
  switch (criterion.op) {
    case FilterOp.EQUALS:
      return sql`events = ${bound}`;
    case FilterOp.NOT_EQUALS:
      return sql`events != ${bound}`;
    case FilterOp.GREATER:
      return sql`events > ${bound}`;
    case FilterOp.GREATER_OR_EQUAL:
      return sql`events >= ${bound}`;
    case FilterOp.LESS:
      return sql`events < ${bound}`;
    default:
      return sql`events <= ${bound}`;
  }
}
