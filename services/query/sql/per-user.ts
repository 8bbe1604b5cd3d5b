// Numbers of events per user: first counted for each user, then measured over users.
import type { SeriesQuestion } from "../question.js";
import { measured } from "./measure.js";
import type { Placed, SeriesRows } from "./series-rows.js";
import { bind, type Sql, sql } from "./sql.js";

/** Columns series, value and counted. */
export function perUserTotalsSql(rows: SeriesRows, series: Sql): Sql {
  const { value, count } = measured(rows.measure);
  const users = sql`SELECT ${series} AS series, ${rows.person} AS person, toFloat64(count()) AS n
    ${rows.rows} AND ${rows.person} != '' GROUP BY series, person`;
  return sql`SELECT series, ${value} AS value, ${count} AS counted FROM (${users}) GROUP BY series`;
}

/** Rows of buckets, see `BucketRow`; none that sums up all series. */
export function perUserBucketsSql(
  { isCumulative, buckets }: SeriesQuestion,
  rows: SeriesRows,
  { place, only }: Placed,
): Sql {
  const { value, count } = measured(rows.measure);
  const users = sql`SELECT ${place} AS place, ${rows.bucket} AS bucket, ${rows.person} AS person,
      toFloat64(count()) AS n, ${rows.late} AS late_ones
    ${rows.rows} AND ${rows.person} != '' AND ${only} GROUP BY place, bucket, person`;
  const answered = (bucket: Sql, all: Sql): Sql =>
    sql`place, 0, ${bucket}, ${all}, ${value}, toFloat64(${count})`;
  const ofBuckets =
    isCumulative === true
      ? risingSql(users, answered(sql`toFloat64(at)`, sql`0`), bind.int64s(buckets.starts))
      : sql`SELECT ${answered(sql`toFloat64(bucket)`, sql`0`)}, sum(n), toFloat64(sum(late_ones))
          FROM (${users}) GROUP BY place, bucket`;
  const perUser = sql`SELECT place, person, sum(n) AS n FROM (${users}) GROUP BY place, person`;
  return sql`${ofBuckets} UNION ALL SELECT ${answered(sql`toFloat64(0)`, sql`1`)}, toFloat64(0), toFloat64(0)
    FROM (${perUser}) GROUP BY place`;
}

/** A user's events of a bucket count in it and in all after it; as events and late ones they are told once. */
function risingSql(users: Sql, answered: Sql, starts: ReturnType<typeof bind.int64s>): Sql {
  const own = sql`SELECT place, bucket, person, n AS own, late_ones AS own_late FROM (${users})`;
  const spread = sql`SELECT place, person, arrayJoin(arrayFilter(start -> start >= bucket, ${starts})) AS at,
      sum(own) AS n, sumIf(own, at = bucket) AS fresh, sumIf(own_late, at = bucket) AS fresh_late
    FROM (${own}) GROUP BY place, person, at`;
  return sql`SELECT ${answered}, sum(fresh), toFloat64(sum(fresh_late)) FROM (${spread}) GROUP BY place, at`;
}
