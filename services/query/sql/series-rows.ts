import type { Plan } from "../plan.js";
import { conditionsOf, graceMs, readRange, type SeriesQuestion } from "../question.js";
import { binSql } from "./bins.js";
import { bucketSql } from "./buckets.js";
import { filtersSql } from "./filter.js";
import { instant } from "./instant.js";
import { StatementJoins } from "./joins.js";
import { eventsMeasure, type Measure, numbersMeasure, rollupMeasure } from "./measure.js";
import type { People } from "./people.js";
import { PropertyReader } from "./property.js";
import { allOf, bind, type Sql, sql } from "./sql.js";
import type { Tenant } from "./tenant.js";
import { ofOwnType } from "./types.js";

/** Whose rows, and who is who in them. */
export interface Rowed {
  readonly tenant: Tenant;
  readonly people: People;
}

/** The expressions that all statements of a series share. */
export interface SeriesRows {
  readonly isRaw: boolean;
  /** FROM, WHERE and all conditions. */
  readonly rows: Sql;
  readonly measure: Measure;
  /** The person of an event; set where the question counts persons one by one. */
  readonly person: Sql;
  /** How many events. */
  readonly events: Sql;
  /** How many late ones. */
  readonly late: Sql;
  /** Nullable(String) each. */
  readonly breakdown: readonly Sql[];
  /** The same as numbers, Nullable(Float64) each; not sorted into bins. */
  readonly breakdownNumbers: readonly Sql[];
  /** Int64 ms: when a row is counted, and the start of its bucket. */
  readonly timeMs: Sql;
  readonly bucket: Sql;
}

/** Which series a row belongs to, and which rows count at all. */
export interface Placed {
  readonly place: Sql;
  readonly only: Sql;
}

/** @throws Fault REQUEST_INVALID that names the field. */
export function seriesRows({ tenant, people }: Rowed, question: SeriesQuestion, plan: Plan): SeriesRows {
  const { registered, timeZone, perUser, active } = question;
  const typing = registered === undefined ? undefined : { kinds: registered.kinds, timeZone };
  const reader = new PropertyReader(new StatementJoins(tenant, people), typing);
  const isRaw = plan.table === "events";
  const { time, timeMs, bound } = timeSql(plan);
  const { start, end } = bucketSql(question.buckets, timeMs);
  const measure = measureOf(question, reader, isRaw);
  const read = question.breakdown.map((property, index) => {
    const place = question.places?.breakdown(index) ?? `breakdown[${index}]`;
    return reader.property(property, `${place}.name`);
  });
  const person = isRaw && (perUser === true || active !== undefined) ? reader.person() : sql`''`;
  const range = readRange(question);
  const conditions = allOf([
    sql`${time} >= ${bound(range.fromMs)} AND ${time} < ${bound(range.toMs)}`,
    typeSql(question.type, isRaw),
    ...conditionsOf(question).map(({ field, filters }) => filtersSql(filters, reader, field)),
  ]);
  const closed = sql`${end} + ${bind.int64(graceMs)}`;
  return {
    isRaw,
    rows: sql`${rowsSql({ tenant, reader, question, plan })} AND ${conditions}`,
    measure,
    person,
    events: isRaw ? sql`count()` : sql`sum(e.events)`,
    // Rollups know the day of receipt alone: what was received on the day that the bucket closed counts as in time.
    late: isRaw
      ? sql`countIf(toUnixTimestamp64Milli(e.received_time) >= ${closed})`
      : sql`sumIf(e.events, toUnixTimestamp(toDateTime(e.received_date, 'UTC')) * 1000 >= ${closed})`,
    breakdown: read.map(({ text, number }, index) => {
      const bins = question.bins?.[index];
      return bins === undefined ? text : binSql(number, bins);
    }),
    breakdownNumbers: read.map(({ number }) => number),
    timeMs,
    bucket: start,
  };
}

function measureOf(question: SeriesQuestion, reader: PropertyReader, isRaw: boolean): Measure {
  if (!isRaw) return rollupMeasure(question);
  // Each user's number of events, see per-user.ts.
  return question.perUser === true ? numbersMeasure(question, sql`n`) : eventsMeasure(question, reader);
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
  readonly question: SeriesQuestion;
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

/** Rollups have no system events. */
function typeSql(type: string, isRaw: boolean): Sql {
  return type === "" && !isRaw ? sql`1` : ofOwnType(type);
}
