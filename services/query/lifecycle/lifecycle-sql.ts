import type { LifecycleStatus } from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import type { EventReaders } from "../analysis/event-readers.js";
import { type UserPage, userPageSql } from "../analysis/user-pages.js";
import { bucketIndexSql, bucketSql } from "../sql/buckets.js";
import { instant } from "../sql/instant.js";
import { lateSql, timeMs } from "../sql/late.js";
import { periodBits } from "../sql/period-bits.js";
import { bind, nothing, type Sql, sql } from "../sql/sql.js";
import { ofTypes } from "../sql/types.js";
import type { LifecycleQuestion } from "./lifecycle-question.js";

/** How many users are of a status in a period (0: the one before the range), their events and how many were late. */
export type StatusRow = readonly [
  period: number,
  status: LifecycleStatus,
  users: number,
  counted: number,
  late: number,
];

/** @throws Fault REQUEST_INVALID that names the field. */
export function lifecycleSql(readers: EventReaders, question: LifecycleQuestion): Sql {
  return sql`SELECT period, status, toFloat64(count()), toFloat64(sumIf(counted, nth = 1)),
      toFloat64(sumIf(late, nth = 1))
    FROM (${statusesSql(readers, question)}) GROUP BY period, status`;
}

/** The users of a status in a period. @throws Fault REQUEST_INVALID that names the field. */
export function lifecycleUsersSql(
  readers: EventReaders,
  question: LifecycleQuestion,
  asked: { readonly period: number; readonly status: LifecycleStatus; readonly page: UserPage },
): Sql {
  const { isAfter, order } = userPageSql(asked.page);
  const { period, status } = asked;
  return sql`SELECT person FROM (${statusesSql(readers, question)})
    WHERE period = ${bind.uint32(period)} AND status = ${bind.uint32(status)} AND ${isAfter} ${order}`;
}

/** One row a user and period with a status: person, period, status, counted and late (of the user), nth (of them). */
function statusesSql(readers: EventReaders, { periods, begun, ...question }: LifecycleQuestion): Sql {
  const { folded, which } = periodBits({ periods: periods.starts.length, is: sql`is_active`, name: "a" });
  const first = bind.int64(periods.starts[0] ?? 0);
  const from = bind.int64(periods.starts[1] ?? 0);
  const lives = sql`SELECT person, ${folded}, if(min(t) >= ${first}, toInt32(argMin(period, t)), -1) AS born,
      countIf(is_active AND t >= ${from}) AS counted, countIf(is_active AND t >= ${from} AND is_late) AS late
    FROM (${marksSql(readers, { periods, begun, ...question })}) GROUP BY person`;
  const active = sql`arrayMap(at -> toInt32(at), ${which})`;
  // The numbers of the contract: new 1, returning 2, resurrecting 3, dormant 4.
  const here = sql`arrayMap((at, last) -> (at, multiIf(at = born, 1, at = last + 1, 2, 3)), active,
    arraySlice(arrayPushFront(active, toInt32(-2)), 1, length(active)))`;
  const slept = sql`arrayFilter((at, next) -> next != at + 1 AND at + 1 < ${bind.int64(begun)}, active,
    arraySlice(arrayPushBack(active, toInt32(-2)), 2))`;
  const gone = sql`arrayMap(at -> (toInt32(at + 1), 4), ${slept})`;
  const found = sql`SELECT person, counted, late, born, ${active} AS active FROM (${lives})`;
  const told = sql`SELECT person, counted, late, arrayConcat(${here}, ${gone}) AS statuses FROM (${found})`;
  return sql`SELECT person, counted, late, one.1 AS period, one.2 AS status, nth
    FROM (${told}) ARRAY JOIN (statuses) AS one, arrayEnumerate(statuses) AS nth`;
}

/** Every event that counts, or that may be a user's first. */
function marksSql(readers: EventReaders, { frame, event, periods, birth }: LifecycleQuestion): Sql {
  const person = readers.person();
  const isActive = sql`(${readers.selects(event, "event")} AND ${timeMs} >= ${bind.int64(periods.starts[0] ?? 0)})`;
  const isFirst = birth === "first_ever" ? sql`NOT e.is_system` : readers.selects(event, "event");
  const types = birth === "first_ever" ? nothing : sql`AND ${ofTypes([event.type])}`;
  const { end } = bucketSql(periods, timeMs);
  return sql`SELECT ${person} AS person, ${timeMs} AS t, ${bucketIndexSql(periods, timeMs)} AS period,
      ${isActive} AS is_active, ${lateSql(end)} AS is_late
    ${readers.joins.from("events")} AND e.time < ${instant(frame.range.toMs)} ${types}
      AND (${isActive} OR ${isFirst}) AND ${person} != ''`;
}
