import { FilterOp } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { ActivityCriterion } from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import type { EventReaders } from "../analysis/event-readers.js";
import { type UserPage, userPageSql } from "../analysis/user-pages.js";
import { bucketIndexSql, bucketSql } from "../sql/buckets.js";
import { instant } from "../sql/instant.js";
import { lateSql, timeMs } from "../sql/late.js";
import { periodBits } from "../sql/period-bits.js";
import { bind, type Sql, sql } from "../sql/sql.js";
import { ofTypes } from "../sql/types.js";
import type { StickinessQuestion } from "./stickiness-question.js";

/** How many users were active in so many intervals; their events, and how many of these were late. */
export type StickinessRow = readonly [intervals: number, users: number, events: number, late: number];

/** @throws Fault REQUEST_INVALID that names the field. */
export function stickinessSql(readers: EventReaders, question: StickinessQuestion): Sql {
  return sql`SELECT toUInt32(intervals), toFloat64(count()), toFloat64(sum(counted)), toFloat64(sum(late))
    FROM (${usersSql(readers, question)}) GROUP BY intervals`;
}

/** The users active in so many intervals, or in at least so many. @throws Fault REQUEST_INVALID by field. */
export function stickinessUsersSql(
  readers: EventReaders,
  question: StickinessQuestion,
  { intervals, page }: { readonly intervals: number; readonly page: UserPage },
): Sql {
  const { isAfter, order } = userPageSql(page);
  const bound = bind.uint32(intervals);
  const isMeant = question.cumulative ? sql`intervals >= ${bound}` : sql`intervals = ${bound}`;
  return sql`SELECT person FROM (${usersSql(readers, question)}) WHERE ${isMeant} AND ${isAfter} ${order}`;
}

/** One row a user: person, the number of intervals in which the user was active, counted and late events. */
function usersSql(readers: EventReaders, question: StickinessQuestion): Sql {
  const { frame, event, intervals, criterion } = question;
  const person = readers.person();
  // Before FROM is written: conditions on traits join what they read.
  const selected = readers.selects(event, "event");
  const { end } = bucketSql(intervals, timeMs);
  const marks = sql`SELECT ${person} AS person, ${bucketIndexSql(intervals, timeMs)} AS period,
      ${lateSql(end)} AS is_late
    ${readers.joins.from("events")} AND e.time >= ${instant(frame.range.fromMs)}
      AND e.time < ${instant(frame.range.toMs)} AND ${ofTypes([event.type])}
      AND ${selected} AND ${person} != ''`;
  const { folded, count } = activeIntervals(intervals.starts.length, criterion);
  return sql`SELECT person, counted, late, ${count} AS intervals
    FROM (SELECT person, ${folded}, count() AS counted, countIf(is_late) AS late FROM (${marks}) GROUP BY person)
    WHERE intervals > 0`;
}

/** Aggregates over a user's events, and of these in how many intervals enough of them lie. */
function activeIntervals(
  intervals: number,
  criterion: ActivityCriterion | undefined,
): { readonly folded: Sql; readonly count: Sql } {
  if (criterion === undefined) return periodBits({ periods: intervals, is: sql`1`, name: "a" });
  const meets = criterionSql(criterion, sql`countEqual(periods, at)`);
  return {
    folded: sql`groupArray(period) AS periods`,
    count: sql`arrayCount(at -> ${meets}, arrayDistinct(periods))`,
  };
}

function criterionSql({ op, events }: ActivityCriterion, found: Sql): Sql {
  const bound = bind.uint64(events);
  switch (op) {
    case FilterOp.EQUALS:
      return sql`${found} = ${bound}`;
    case FilterOp.NOT_EQUALS:
      return sql`${found} != ${bound}`;
    case FilterOp.GREATER:
      return sql`${found} > ${bound}`;
    case FilterOp.GREATER_OR_EQUAL:
      return sql`${found} >= ${bound}`;
    case FilterOp.LESS:
      return sql`${found} < ${bound}`;
    default:
      return sql`${found} <= ${bound}`;
  }
}
