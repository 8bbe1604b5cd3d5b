import { Aggregation } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Plan } from "../plan.js";
import { graceMs, type MetricsQuestion } from "../question.js";
import { bucketSql } from "./buckets.js";
import { filtersSql } from "./filter.js";
import { instant } from "./instant.js";
import { StatementJoins } from "./joins.js";
import type { People } from "./people.js";
import { PropertyReader } from "./property.js";
import { allOf, bind, listOf, type Sql, sql } from "./sql.js";
import type { Statement, Tenant } from "./tenant.js";

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
 * up all series, the bucket's start, whether it sums up all buckets; then value, count of what went into it, events,
 * late events.
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

/** The statements of one QueryMetrics. */
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

/** @throws Fault REQUEST_INVALID that names the field. */
export function metricsSql(
  tenant: Tenant,
  people: People,
  question: MetricsQuestion,
  plan: Plan,
): MetricsSql {
  const parts = partsOf(tenant, people, question, plan);
  const buckets = (top: readonly BreakdownValues[]): Statement =>
    tenant.statement(bucketsSql(question, parts, top));
  return question.breakdown.length === 0
    ? { buckets }
    : { top: tenant.statement(topSql(question, parts)), buckets };
}

/** The expressions that all statements of a question share. */
interface Parts {
  /** FROM, WHERE and all conditions. */
  readonly rows: Sql;
  /** Nullable(Float64), and the number of values behind it. */
  readonly value: Sql;
  readonly count: Sql;
  readonly events: Sql;
  /** Nullable(String) each. */
  readonly breakdown: readonly Sql[];
  readonly bucket: Sql;
  readonly late: Sql;
}

function partsOf(tenant: Tenant, people: People, question: MetricsQuestion, plan: Plan): Parts {
  const { registered, timeZone } = question;
  const typing = registered === undefined ? undefined : { kinds: registered.kinds, timeZone };
  const reader = new PropertyReader(new StatementJoins(tenant, people), typing);
  const isRaw = plan.table === "events";
  const { time, timeMs, bound } = timeSql(plan);
  const { start, end } = bucketSql(question.buckets, timeMs);
  const breakdown = question.breakdown.map(
    (property, index) => reader.property(property, `breakdown[${index}].name`).text,
  );
  const aggregate = isRaw ? rawAggregate(question, reader) : rollupAggregate(question);
  const conditions = allOf([
    sql`${time} >= ${bound(question.range.fromMs)} AND ${time} < ${bound(question.range.toMs)}`,
    typeSql(question.type, isRaw),
    filtersSql(question.filters, reader),
  ]);
  const closed = sql`${end} + ${bind.int64(graceMs)}`;
  return {
    rows: sql`${rowsSql({ tenant, reader, question, plan })} AND ${conditions}`,
    ...aggregate,
    events: isRaw ? sql`count()` : sql`sum(e.events)`,
    breakdown,
    bucket: start,
    // Rollups know the day of receipt alone: what was received on the day that the bucket closed counts as in time.
    late: isRaw
      ? sql`countIf(toUnixTimestamp64Milli(e.received_time) >= ${closed})`
      : sql`sumIf(e.events, toUnixTimestamp(toDateTime(e.received_date, 'UTC')) * 1000 >= ${closed})`,
  };
}

interface TimeSql {
  /** The column, as the table's key has it. */
  readonly time: Sql;
  /** The same as Int64, ms. */
  readonly timeMs: Sql;
  /** An edge of the range to compare the column with. */
  readonly bound: (ms: number) => Sql;
}

function timeSql({ table }: Plan): TimeSql {
  if (table === "rollup_day") {
    const bound = (ms: number) => sql`toDate32(toInt32(${bind.int64(Math.round(ms / dayMs))}))`;
    const time = sql`e.bucket`;
    return { time, timeMs: sql`(toInt64(toInt32(${time})) * ${bind.int64(dayMs)})`, bound };
  }
  const time = table === "events" ? sql`e.time` : sql`e.bucket`;
  return { time, timeMs: sql`toUnixTimestamp64Milli(${time})`, bound: instant };
}

const dayMs = 86_400_000;

interface RowsSql {
  readonly tenant: Tenant;
  readonly reader: PropertyReader;
  readonly question: MetricsQuestion;
  readonly plan: Plan;
}

/** FROM and WHERE; of a rollup with a tail of events both, in the rollup's form. */
function rowsSql({ tenant, reader, question, plan }: RowsSql): Sql {
  if (plan.tailFromMs === undefined) return reader.from(plan.table);
  const { range, type } = question;
  const tail = instant(plan.tailFromMs);
  const keys = sql`e.type AS type, e.country AS country, e.device_class AS device_class`;
  const rolled = sql`SELECT ${keys}, e.bucket AS bucket, e.received_date AS received_date, toUInt64(e.events) AS events,
      e.visitors AS visitors
    ${tenant.from("rollup_quarter")} AND e.bucket >= ${instant(range.fromMs)} AND e.bucket < ${tail}
      AND ${typeSql(type, false)}`;
  const own = sql`SELECT ${keys}, e.time AS bucket, toDate(e.received_time) AS received_date, count() AS events,
      uniqExactStateIf(e.visitor_id, e.visitor_id != '') AS visitors
    ${tenant.from("events")} AND e.time >= ${tail} AND e.time < ${instant(range.toMs)} AND ${typeSql(type, true)}
    GROUP BY type, country, device_class, bucket, received_date`;
  return sql`FROM (${rolled} UNION ALL ${own}) AS e WHERE 1`;
}

function typeSql(type: string, isRaw: boolean): Sql {
  if (type !== "") return sql`e.type = ${bind.text(type)}`;
  return isRaw ? sql`NOT e.is_system` : sql`1`;
}

type Aggregate = Pick<Parts, "value" | "count">;

function rollupAggregate({ aggregation }: MetricsQuestion): Aggregate {
  const value = aggregation === Aggregation.COUNT ? sql`sum(e.events)` : sql`uniqExactMerge(e.visitors)`;
  return { value: sql`toFloat64(${value})`, count: sql`sum(e.events)` };
}

function rawAggregate(question: MetricsQuestion, reader: PropertyReader): Aggregate {
  const { aggregation, property, percentile } = question;
  if (aggregation === Aggregation.COUNT) return { value: sql`toFloat64(count())`, count: sql`count()` };
  if (aggregation === Aggregation.UNIQUE_USERS) {
    const person = reader.person();
    return { value: sql`toFloat64(uniqExactIf(${person}, ${person} != ''))`, count: sql`count()` };
  }
  if (property === undefined) throw new Error("a question without its property was let through");
  const { text, number, typed } = reader.property(property, "property.name");
  if (typed?.kind === "time" && aggregation === Aggregation.SUM) {
    throw requestInvalid("aggregation", "time", "the property is registered as time: times have no sum");
  }
  switch (aggregation) {
    case Aggregation.UNIQUE_VALUES:
      return { value: sql`toFloat64(uniqExact(${text}))`, count: sql`count(${text})` };
    case Aggregation.SUM:
      // Compensated: the order in which threads add up does not show.
      return { value: sql`ifNull(sumKahan(${number}), 0)`, count: sql`count(${number})` };
    case Aggregation.AVG:
      return { value: sql`sumKahan(${number}) / count(${number})`, count: sql`count(${number})` };
    case Aggregation.MIN:
      return { value: sql`min(${number})`, count: sql`count(${number})` };
    case Aggregation.MAX:
      return { value: sql`max(${number})`, count: sql`count(${number})` };
    default: {
      const level = bind.float64(percentile / 100);
      return { value: sql`quantileExactInclusive(${level})(${number})`, count: sql`count(${number})` };
    }
  }
}

function topSql({ limit }: MetricsQuestion, parts: Parts): Sql {
  const series = sql`SELECT [${listOf(parts.breakdown)}] AS series, ${parts.value} AS value, ${parts.count} AS counted
    ${parts.rows} GROUP BY series`;
  return sql`SELECT series, value, toFloat64(counted), toFloat64(count() OVER ()) AS series_in_all FROM (${series})
    ORDER BY value DESC NULLS LAST, series LIMIT ${bind.uint64(limit)}`;
}

function bucketsSql(question: MetricsQuestion, parts: Parts, top: readonly BreakdownValues[]): Sql {
  const values = sql`${parts.value}, toFloat64(${parts.count}), toFloat64(${parts.events}), toFloat64(${parts.late})`;
  // Materialized: of a constant the engine can't say whether a row sums it up.
  const bucket = sql`materialize(${parts.bucket}) AS bucket`;
  if (question.breakdown.length === 0) {
    return sql`SELECT 0, toUInt8(grouping(bucket)), toFloat64(${bucket}), toUInt8(grouping(bucket)), ${values}
      ${parts.rows} GROUP BY bucket WITH ROLLUP`;
  }
  const only = sumsOthers(question.aggregation) ? sql`1` : sql`place > 0`;
  return sql`SELECT ${placeSql(parts.breakdown, top)} AS place, toUInt8(grouping(place)),
      toFloat64(${bucket}), toUInt8(grouping(bucket)), ${values}
    ${parts.rows} AND ${only} GROUP BY place, bucket WITH ROLLUP`;
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
function keyOf(values: BreakdownValues): string {
  return values.map((value) => (value === null ? "-" : `${Buffer.byteLength(value)}:${value}`)).join("");
}
