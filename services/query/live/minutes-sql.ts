import { instant } from "../sql/instant.js";
import { sql } from "../sql/sql.js";
import type { Statement, Tenant } from "../sql/tenant.js";
import type { MinuteCounts } from "./minutes.js";

/** Names of one kind that are kept per minute. */
const namesMax = sql`1000`;

/** A row: the minute, what it counts by (0 nothing, 1 type, 2 country, 3 device class), the name, events. */
type MinuteRow = readonly [minuteMs: number, kind: number, name: string, events: number];

/** Counts of every minute in [fromMs, toMs), and by name of those from `namesFromMs`. */
export function minutesSql(
  tenant: Tenant,
  range: { fromMs: number; namesFromMs: number; toMs: number },
): Statement {
  const minute = sql`toFloat64(toUnixTimestamp64Milli(e.bucket))`;
  const own = tenant.from("rollup_minute");
  const within = sql`AND e.bucket < ${instant(range.toMs)}`;
  const names = sql`[(1, toString(e.type)), (2, toString(e.country)), (3, toString(e.device_class))]`;
  return tenant.statement(sql`
    SELECT ${minute} AS minute, 0 AS kind, '' AS label, toFloat64(sum(e.events)) AS counted
    ${own} ${within} AND e.bucket >= ${instant(range.fromMs)} GROUP BY minute
    UNION ALL
    SELECT minute, name.1 AS kind, name.2 AS label, counted FROM (
      SELECT ${minute} AS minute, arrayJoin(${names}) AS name, toFloat64(sum(e.events)) AS counted
      ${own} ${within} AND e.bucket >= ${instant(range.namesFromMs)} GROUP BY minute, name
    ) ORDER BY counted DESC LIMIT ${namesMax} BY minute, kind`);
}

/** The minutes of the rows of `minutesSql`. */
export function minutesOf(rows: readonly (readonly unknown[])[]): Map<number, MinuteCounts> {
  const minutes = new Map<number, MutableCounts>();
  for (const row of rows as readonly MinuteRow[]) {
    const [minute, kind, name, events] = row;
    const counts = minutes.get(minute) ?? {
      events: 0,
      types: new Map(),
      countries: new Map(),
      devices: new Map(),
    };
    minutes.set(minute, counts);
    if (kind === 0) counts.events = events;
    else if (kind === 1) counts.types.set(name, events);
    else if (kind === 2) counts.countries.set(name, events);
    else counts.devices.set(name, events);
  }
  return minutes;
}

interface MutableCounts extends MinuteCounts {
  events: number;
  readonly types: Map<string, number>;
  readonly countries: Map<string, number>;
  readonly devices: Map<string, number>;
}
