// Users of trailing days: each active day of a user counts for the days of its span.
import type { ActiveDays, SeriesQuestion } from "../question.js";
import { bucketSql } from "./buckets.js";
import type { Placed, SeriesRows } from "./series-rows.js";
import { bind, type Sql, sql } from "./sql.js";

/** The place of a row's day among the days, from 0. */
function daySql({ days }: ActiveDays, timeMs: Sql): Sql {
  const places = days.starts.map((_start, index) => index);
  const { start } = bucketSql(days, timeMs);
  return sql`transform(${start}, ${bind.int64s(days.starts)}, ${bind.int64s(places)}, toInt64(-1))`;
}

/** Columns series, value and counted: users of the span that ends with the range. */
export function activeTotalsSql(active: ActiveDays, rows: SeriesRows, series: Sql): Sql {
  const last = bind.int64(active.days.starts.at(-active.span) ?? 0);
  const users = rows.isRaw
    ? sql`uniqExactIf(${rows.person}, ${rows.person} != '' AND ${rows.timeMs} >= ${last})`
    : sql`uniqExactMergeIf(e.visitors, ${rows.timeMs} >= ${last})`;
  return sql`SELECT ${series} AS series, toFloat64(${users}) AS value, ${rows.events} AS counted
    ${rows.rows} GROUP BY series`;
}

/**
 * Rows of buckets, see `BucketRow`, of days by their starts: of events, the days on which the number changes, each with
 * the number from then on; of a rollup, all days with users.
 */
export function activeBucketsSql(question: SeriesQuestion, rows: SeriesRows, { place, only }: Placed): Sql {
  const { active, range } = question;
  if (active === undefined) throw new Error("a question of no trailing days");
  const day = daySql(active, rows.timeMs);
  const starts = bind.int64s(active.days.starts);
  const isAsked = sql`${rows.timeMs} >= ${bind.int64(range.fromMs)}`;
  const told = sql`SELECT ${place} AS place, 0, toFloat64(0), 2, toFloat64(0), toFloat64(0), toFloat64(${
    rows.isRaw ? sql`count()` : sql`sum(e.events)`
  }), toFloat64(${rows.late}) ${rows.rows} AND ${only} AND ${isAsked} GROUP BY place`;
  const users = rows.isRaw
    ? changesSql(active, rows, { place, only, day })
    : spreadSql(active, rows, { place, only, day });
  return sql`SELECT place, 0, toFloat64(${starts}[toUInt32(day) + 1]), 0, users, users, toFloat64(0), toFloat64(0)
      FROM (${users}) WHERE day < ${bind.int64(active.days.starts.length)}
    UNION ALL ${told}`;
}

interface OfDays extends Placed {
  readonly day: Sql;
}

/** +1 on the day that a user becomes active after none, -1 on the day after the span of the last; summed up by days. */
function changesSql({ span }: ActiveDays, rows: SeriesRows, { place, only, day }: OfDays): Sql {
  const long = bind.int64(span);
  const days = sql`SELECT ${place} AS place, ${rows.person} AS person, arraySort(groupUniqArray(${day})) AS days
    ${rows.rows} AND ${only} AND ${rows.person} != '' GROUP BY place, person`;
  const begins = sql`arrayFilter((d, before) -> d - before >= ${long}, days,
    arrayPushFront(arrayPopBack(days), toInt64(-1000)))`;
  const ends = sql`arrayFilter((d, next) -> next - d >= ${long}, days,
    arrayPushBack(arrayPopFront(days), toInt64(1000000)))`;
  const steps = sql`SELECT place, arrayJoin(arrayConcat(arrayMap(d -> (d, toInt64(1)), ${begins}),
      arrayMap(d -> (d + ${long}, toInt64(-1)), ${ends}))) AS step
    FROM (${days})`;
  const daily = sql`SELECT place, step.1 AS day, sum(step.2) AS change FROM (${steps}) GROUP BY place, day`;
  return sql`SELECT place, day, toFloat64(sum(change) OVER (PARTITION BY place ORDER BY day)) AS users FROM (${daily})`;
}

/** The visitors of each day, spread over its span; the day after it is told as well, for it may have none. */
function spreadSql({ span }: ActiveDays, rows: SeriesRows, { place, only, day }: OfDays): Sql {
  const days = sql`SELECT ${place} AS place, ${day} AS of_day, uniqExactMergeState(e.visitors) AS visitors
    ${rows.rows} AND ${only} GROUP BY place, of_day`;
  const spread = sql`SELECT place, of_day, visitors, arrayJoin(range(${bind.uint64(span + 1)})) AS later
    FROM (${days})`;
  return sql`SELECT place, of_day + later AS day,
      toFloat64(uniqExactMergeIf(visitors, later < ${bind.uint64(span)})) AS users
    FROM (${spread}) GROUP BY place, day`;
}
