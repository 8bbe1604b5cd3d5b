import { instant } from "./instant.js";
import { bind, type Sql, sql } from "./sql.js";
import type { Statement, Tenant } from "./tenant.js";
import { ofTypes } from "./types.js";

/** Of each table the last day of receipt (days since 1970) whose rows its retention may have removed. */
export interface ExpiredDays {
  readonly events: number;
  readonly rollup_minute: number;
  readonly rollup_quarter: number;
}

/** Which events are asked for. */
export interface ExpiredScope {
  readonly fromMs: number;
  readonly toMs: number;
  /** Empty: all. */
  readonly types: readonly string[];
  /** System events are in no rollup: what they said of ids and users tells of them, and other events of their time. */
  readonly system: boolean;
}

/**
 * A row: of events, minutes and quarter hours up to which instant of effective time (ms) rows of the range may be
 * gone, null where none is; and the first day of receipt of what the rollup of days still knows of them, else null.
 */
export type ExpiredRow = readonly [
  events: number | null,
  minutes: number | null,
  quarters: number | null,
  firstDay: number | null,
];

const quarterMs = 15 * 60_000;
const dayMs = 86_400_000;
/** A date's day lies within these of the same day of UTC, in any zone. */
const earliestMs = -14 * 3_600_000;
const latestMs = 12 * 3_600_000;

/** The first day of receipt (days since 1970) of all that is known of a project; null where nothing is. */
export function firstReceivedSql(tenant: Tenant): Statement {
  const days = sql`SELECT min(toInt32(e.received_date)) AS day, count() AS known ${tenant.from("rollup_day")}`;
  const said = (table: "identities" | "traits"): Sql =>
    sql`SELECT min(toInt32(toDate(e.received_time))) AS day, count() AS known ${tenant.from(table)}`;
  return tenant.statement(
    sql`SELECT minOrNullIf(day, known > 0)
      FROM (${days} UNION ALL ${said("identities")} UNION ALL ${said("traits")})`,
  );
}

/**
 * What of a range may be gone, told by what outlives it: the quarter hours, the days, and what was said of ids and
 * users. What even the rollup of days has lost is forgotten.
 */
export function expiredSql(tenant: Tenant, scope: ExpiredScope, gone: ExpiredDays): Statement {
  const said = (["identities", "traits"] as const).map((table) => saidPart(tenant, scope, { table, gone }));
  const others = [dayPart(tenant, scope, gone), ...(scope.system ? said : [])];
  const all = others.reduce<Sql>(
    (union, part) => sql`${union} UNION ALL ${part}`,
    quarterPart(tenant, scope, gone),
  );
  return tenant.statement(sql`SELECT toFloat64(max(events)), toFloat64(max(minutes)), toFloat64(max(quarters)),
    min(first_day) FROM (${all})`);
}

function quarterPart(tenant: Tenant, scope: ExpiredScope, gone: ExpiredDays): Sql {
  const end = sql`toUnixTimestamp64Milli(e.bucket) + ${bind.int64(quarterMs)}`;
  const from = Math.floor(scope.fromMs / quarterMs) * quarterMs;
  return sql`SELECT ${lastEnd(end, gone.events)} AS events, ${lastEnd(end, gone.rollup_minute)} AS minutes,
      CAST(NULL, 'Nullable(Int64)') AS quarters, CAST(NULL, 'Nullable(Int32)') AS first_day
    ${tenant.from("rollup_quarter")} AND e.received_date <= ${date(Math.max(gone.events, gone.rollup_minute))}
      AND e.bucket >= ${instant(from)} AND e.bucket < ${instant(scope.toMs)} AND ${typeSql(scope)}`;
}

/** The days' zone may have been another one: their events may lie anywhere that this date was. */
function dayPart(tenant: Tenant, scope: ExpiredScope, gone: ExpiredDays): Sql {
  const day = sql`toInt64(toInt32(e.bucket)) * ${bind.int64(dayMs)}`;
  const end = sql`${day} + ${bind.int64(dayMs + latestMs)}`;
  const { rollup_quarter: quarters } = gone;
  const [events, minutes] = [Math.min(gone.events, quarters), Math.min(gone.rollup_minute, quarters)];
  const last = Math.max(gone.events, gone.rollup_minute, quarters);
  return sql`SELECT ${lastEnd(end, events)} AS events, ${lastEnd(end, minutes)} AS minutes,
      ${lastEnd(end, quarters)} AS quarters, minOrNull(toInt32(e.received_date)) AS first_day
    ${tenant.from("rollup_day")} AND e.received_date <= ${date(last)} AND ${end} > ${bind.int64(scope.fromMs)}
      AND ${day} + ${bind.int64(earliestMs)} < ${bind.int64(scope.toMs)} AND ${typeSql(scope)}`;
}

interface Said {
  readonly table: "identities" | "traits";
  readonly gone: ExpiredDays;
}

function saidPart(tenant: Tenant, scope: ExpiredScope, { table, gone }: Said): Sql {
  const next = sql`toUnixTimestamp64Milli(e.time) + 1`;
  return sql`SELECT ${lastEnd(next, gone.events, sql`toDate(e.received_time)`)} AS events,
      CAST(NULL, 'Nullable(Int64)') AS minutes, CAST(NULL, 'Nullable(Int64)') AS quarters,
      CAST(NULL, 'Nullable(Int32)') AS first_day
    ${tenant.from(table)} AND e.time >= ${instant(scope.fromMs)} AND e.time < ${instant(scope.toMs)}`;
}

function lastEnd(end: Sql, day: number, received = sql`e.received_date`): Sql {
  return sql`maxOrNullIf(${end}, ${received} <= ${date(day)})`;
}

function typeSql({ types, system }: ExpiredScope): Sql {
  return system ? sql`1` : ofTypes(types);
}

/** Days since 1970 as a date; none of before. */
function date(day: number): Sql {
  return sql`toDate(${bind.uint32(Math.max(0, day))})`;
}
