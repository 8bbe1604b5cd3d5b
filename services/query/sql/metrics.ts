import { Aggregation } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import type { Plan } from "../plan.js";
import type { SeriesQuestion } from "../question.js";
import { activeBucketsSql, activeTotalsSql } from "./active-users.js";
import { measured } from "./measure.js";
import { perUserBucketsSql, perUserTotalsSql } from "./per-user.js";
import { type Placed, type Rowed, type SeriesRows, seriesRows } from "./series-rows.js";
import { bind, listOf, type Sql, sql } from "./sql.js";
import type { Statement } from "./tenant.js";

/** A value of a breakdown: null where the property is missing. */
export type BreakdownValues = readonly (string | null)[];

/** A row of the totals: the values, then value, count of what went into it, and how many groups there are. */
export type TopRow = readonly [
  values: BreakdownValues,
  value: number | string | null,
  count: number,
  groups: number,
];

/**
 * A row of the buckets: the place of its series in the top list from 1 (0: others, or no breakdown), whether it sums
 * up all series, the bucket's start, whether it sums up all buckets (1), or tells of events alone (2); then value,
 * count of what went into it, events, late events.
 */
export type BucketRow = readonly [
  series: number,
  allSeries: number,
  bucketMs: number,
  allBuckets: number,
  value: number | string | null,
  count: number,
  events: number,
  late: number,
];

/** The statements of one series. */
export interface MetricsSql {
  /** The greatest series by their totals over the whole range, where there is a breakdown. */
  readonly top?: Statement;
  /** Every bucket, and the totals of the range, of the series in `top`. */
  readonly buckets: (top: readonly BreakdownValues[]) => Statement;
}

/** Whether the series beyond the limit can be summed up as one. */
export function sumsOthers(aggregation: Aggregation): boolean {
  return aggregation === Aggregation.COUNT || aggregation === Aggregation.SUM;
}

/** Whether the answer tells what is beyond the limit as one. */
export function tellsOthers({ others = "sums", aggregation }: SeriesQuestion): boolean {
  return others === "all" || (others === "sums" && sumsOthers(aggregation));
}

/** @throws Fault REQUEST_INVALID that names the field. */
export function metricsSql(rowed: Rowed, question: SeriesQuestion, plan: Plan): MetricsSql {
  const { tenant } = rowed;
  const rows = seriesRows(rowed, question, plan);
  const buckets = (top: readonly BreakdownValues[]): Statement =>
    tenant.statement(bucketsSql(question, rows, top));
  return question.breakdown.length === 0
    ? { buckets }
    : { top: tenant.statement(topSql(question, rows)), buckets };
}

function topSql(question: SeriesQuestion, rows: SeriesRows): Sql {
  return sql`SELECT series, value, toFloat64(counted), toFloat64(count() OVER ()) AS series_in_all
    FROM (${totalsSql(question, rows)}) ORDER BY value DESC NULLS LAST, series LIMIT ${bind.uint64(question.limit)}`;
}

/** Columns series, value and counted: the total of each value of the breakdown. */
function totalsSql(question: SeriesQuestion, rows: SeriesRows): Sql {
  const series = sql`[${listOf(rows.breakdown)}]`;
  if (question.active !== undefined) return activeTotalsSql(question.active, rows, series);
  if (question.perUser === true) return perUserTotalsSql(rows, series);
  const { value, count } = measured(rows.measure);
  return sql`SELECT ${series} AS series, ${value} AS value, ${count} AS counted ${rows.rows} GROUP BY series`;
}

function bucketsSql(question: SeriesQuestion, rows: SeriesRows, top: readonly BreakdownValues[]): Sql {
  const isWhole = question.breakdown.length === 0;
  const place = isWhole ? sql`toUInt32(0)` : placeSql(rows.breakdown, top);
  const only = isWhole || tellsOthers(question) ? sql`1` : sql`place > 0`;
  const placed = { place, only };
  if (question.active !== undefined) return activeBucketsSql(question, rows, placed);
  if (question.perUser === true) return perUserBucketsSql(question, rows, placed);
  if (question.isCumulative === true) return risingSql(rows, placed);
  return isWhole ? wholeSql(rows) : brokenDownSql(rows, placed);
}

function valuesSql({ measure, events, late }: SeriesRows): Sql {
  const { value, count } = measured(measure);
  return sql`${value}, toFloat64(${count}), toFloat64(${events}), toFloat64(${late})`;
}

// Materialized: of a constant the engine can't say whether a row sums it up.
const bucketAs = (rows: SeriesRows): Sql => sql`materialize(${rows.bucket}) AS bucket`;

function wholeSql(rows: SeriesRows): Sql {
  return sql`SELECT 0, toUInt8(grouping(bucket)), toFloat64(${bucketAs(rows)}), toUInt8(grouping(bucket)),
      ${valuesSql(rows)}
    ${rows.rows} GROUP BY bucket WITH ROLLUP`;
}

function brokenDownSql(rows: SeriesRows, { place, only }: Placed): Sql {
  return sql`SELECT ${place} AS place, toUInt8(grouping(place)),
      toFloat64(${bucketAs(rows)}), toUInt8(grouping(bucket)), ${valuesSql(rows)}
    ${rows.rows} AND ${only} GROUP BY place, bucket WITH ROLLUP`;
}

/** States of a bucket by their names; a measure has at most two. */
const states: readonly Sql[] = [sql`s0`, sql`s1`];

/** Each bucket with all before it: states of the buckets, put together one after the other. */
function risingSql(rows: SeriesRows, { place, only }: Placed): Sql {
  const { aggregates, value, count } = rows.measure;
  const named = aggregates.map(({ state }, index) => sql`${state} AS ${states[index] ?? sql``}`);
  const perBucket = sql`SELECT ${place} AS place, ${rows.bucket} AS bucket, ${listOf(named)}, ${rows.events} AS events,
      ${rows.late} AS late_ones
    ${rows.rows} AND ${only} GROUP BY place, bucket`;
  const merged = aggregates.map(({ merged: of }, index) => of(states[index] ?? sql``, sql`OVER rising`));
  return sql`SELECT place, 0, toFloat64(bucket), 0, ${value(merged)}, toFloat64(${count(merged)}), toFloat64(events),
      toFloat64(late_ones)
    FROM (${perBucket}) WINDOW rising AS
      (PARTITION BY place ORDER BY bucket ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
}

/** The place of a row's series in the list, from 1; 0 where it is not in it. */
function placeSql(breakdown: readonly Sql[], top: readonly BreakdownValues[]): Sql {
  const [first, ...others] = breakdown.map(
    (text) => sql`ifNull(concat(toString(length(${text})), ':', ${text}), '-')`,
  );
  if (first === undefined) return sql`0`;
  const key = others.length === 0 ? first : sql`concat(${listOf([first, ...others])})`;
  const keys = bind.texts(top.map(keyOf));
  const places = bind.uint32s(top.map((_values, index) => index + 1));
  return sql`transform(${key}, ${keys}, ${places}, toUInt32(0))`;
}

/** A series as one text; lengths make it unmistakable. */
export function keyOf(values: BreakdownValues): string {
  return values.map((value) => (value === null ? "-" : `${Buffer.byteLength(value)}:${value}`)).join("");
}
