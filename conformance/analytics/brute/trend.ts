import { type Answer, endMsOf, type TrendQuery, type TrendSeries, type Unit } from "../case-shape.js";
import { binsOf } from "./bins.js";
import { bucketStart, bucketStarts, sameTimeBefore } from "./calendar.js";
import { formulaValue } from "./formula.js";
import {
  type Happening,
  InvalidQuery,
  mean,
  numberOf,
  passes,
  propertyOf,
  quantile,
  selects,
  textOf,
  type World,
} from "./world.js";

/** Events of one row of the breakdown, for each series; also those before the range. */
interface Row {
  readonly value: readonly string[];
  readonly events: readonly (readonly Happening[])[];
}

interface Range {
  readonly fromMs: number;
  readonly lastMs: number;
}

interface Line {
  readonly buckets: { readonly time: string; readonly value: number | null }[];
  readonly total: number | null;
}

const limitDefault = 25;

export function evaluateTrend(world: World, query: TrendQuery): Answer {
  const range = { fromMs: Date.parse(query.from), lastMs: endMsOf(query.to).lastMs };
  const before = previousRange(world, query, range);
  const all = query.series.map((series) => eventsOf(world, query, series));
  const whole = { value: [], events: all };
  const linesIn = (row: Row, within: Range) => linesOf(world, query, row, within);
  if (query.breakdown === undefined) {
    return {
      series: linesIn(whole, range),
      ...(before === undefined ? {} : { previous: linesIn(whole, before) }),
      users_in_bucket: usersInBuckets(world, query, all, range),
    };
  }
  const rows = rowsOf(world, query, all, range);
  const lined = (within: Range) =>
    rows.flatMap((row) =>
      linesIn(row, within).map((line, series) => ({ value: row.value, series, ...line })),
    );
  const other = rows.find(({ value }) => value[0] === "Other" && value.length === 1);
  return {
    by_breakdown: lined(range),
    breakdown_rows: rows.length,
    ...(other === undefined ? {} : { other_row: linesIn(other, range)[0] }),
    ...(before === undefined ? {} : { previous_by_breakdown: lined(before) }),
  };
}

function eventsOf(world: World, query: TrendQuery, series: TrendSeries): Happening[] {
  return [...world.people.values()]
    .flat()
    .filter((it) => selects(world, series, it) && passes(world, query.filters, it));
}

/** The range to compare with. */
function previousRange(world: World, query: TrendQuery, range: Range): Range | undefined {
  const { compare } = query;
  if (compare === undefined || compare === false) return undefined;
  const [, count, letter] = /^-(\d+)([hdwm])$/.exec(String(compare)) ?? [];
  const shift = (unit: Unit, by: number): Range => ({
    fromMs: shifted(world, unit, range.fromMs, by),
    lastMs: shifted(world, unit, range.lastMs + 1, by) - 1,
  });
  const units: Readonly<Record<string, Unit>> = { h: "hour", d: "day", w: "week", m: "month" };
  if (letter !== undefined) return shift(units[letter] as Unit, Number(count));
  const isOfDays = [range.fromMs, range.lastMs + 1].every((ms) => bucketStart(world, "day", ms) === ms);
  if (query.interval === "hour" && !isOfDays) {
    return { fromMs: 2 * range.fromMs - range.lastMs - 1, lastMs: range.fromMs - 1 };
  }
  return shift("day", bucketStarts(world, "day", range.fromMs, range.lastMs).length);
}

/** An instant so many units earlier, at the same time of day. */
function shifted(world: World, unit: Unit, ms: number, by: number): number {
  if (unit === "hour") return ms - by * 3_600_000;
  if (unit === "month") return sameTimeBefore(world, "month", ms, by);
  return sameTimeBefore(world, "day", ms, unit === "week" ? 7 * by : by);
}

/** What a math makes of events. */
function measure(
  world: World,
  { math, property }: TrendSeries,
  events: readonly Happening[],
): number | undefined {
  const perUser = () => {
    const counts = new Map<string, number>();
    for (const { user } of events) counts.set(user, (counts.get(user) ?? 0) + 1);
    return [...counts.values()];
  };
  switch (math) {
    case "count":
      return events.length;
    case "unique_users":
    case "weekly_active":
    case "monthly_active":
      return new Set(events.map(({ user }) => user)).size;
    default: {
      const [, kind = math, isPerUser] = /^(.*?)(_count_per_user)?$/.exec(math) ?? [];
      const values =
        isPerUser === undefined
          ? events.flatMap((it) => numberOf(propertyOf(world, "event", property ?? "", it)) ?? [])
          : perUser();
      return statistic(kind, values);
    }
  }
}

function statistic(kind: string, values: readonly number[]): number | undefined {
  switch (kind) {
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "avg":
      return mean(values);
    case "min":
      return quantile(values, 0);
    case "max":
      return quantile(values, 1);
    case "median":
      return quantile(values, 0.5);
    default: {
      const [, percent] = /^p(\d{1,2})$/.exec(kind) ?? [];
      if (percent === undefined) throw new InvalidQuery(`there is no math ${kind}`);
      return quantile(values, Number(percent) / 100);
    }
  }
}

/** How many days a series' users are of; undefined where it is of a bucket, as in buckets longer than a day. */
function trailingDays({ interval, display }: TrendQuery, { math }: TrendSeries): number | undefined {
  // A single number has no buckets: their width makes no difference.
  if (interval !== "day" && interval !== "hour" && display !== "total") return undefined;
  return math === "weekly_active" ? 7 : math === "monthly_active" ? 30 : undefined;
}

/** The events behind a series' bucket. */
function eventsIn(
  world: World,
  query: TrendQuery,
  { events, series, start, range }: Behind,
): readonly Happening[] {
  const { interval, display } = query;
  const end = bucketStart(world, interval, start, 1);
  const days = trailingDays(query, series);
  if (days !== undefined) {
    const from = bucketStart(world, "day", start, 1 - days);
    const to = bucketStart(world, "day", start, 1);
    return events.filter(({ ms }) => ms >= from && ms < to && ms <= range.lastMs);
  }
  const from = display === "cumulative" ? range.fromMs : Math.max(start, range.fromMs);
  return events.filter(({ ms }) => ms >= from && ms < end && ms <= range.lastMs);
}

interface Behind {
  readonly events: readonly Happening[];
  readonly series: TrendSeries;
  readonly start: number;
  readonly range: Range;
}

/** The lines of a row: of each formula, or of each series where there is none. */
function linesOf(world: World, query: TrendQuery, row: Row, range: Range): Line[] {
  const { trendTotals, missingOperands } = world.semantics;
  const starts = bucketStarts(world, query.interval, range.fromMs, range.lastMs);
  const events = (index: number) => row.events[index] ?? [];
  const values = query.series.map((series, index) =>
    starts.map((start) =>
      measure(world, series, eventsIn(world, query, { events: events(index), series, start, range })),
    ),
  );
  const totals = query.series.map((series, index) =>
    measure(world, series, eventsOfTotal(world, events(index), range, trailingDays(query, series))),
  );
  const isWhole = trendTotals === "whole_range" || query.display === "total";
  const line = (of: readonly (number | null)[], whole: number | null): Line => ({
    buckets: (query.display === "total" ? [] : starts).map((start, bucket) => ({
      time: new Date(start).toISOString(),
      value: of[bucket] ?? null,
    })),
    total: isWhole ? whole : totalOfBuckets(query, of),
  });
  // Where nothing is, a series reads 0.
  const read = (value: number | undefined) => value ?? 0;
  if (query.formulas === undefined) return values.map((of, index) => line(of.map(read), read(totals[index])));
  const told = (formula: string, of: (index: number) => number | undefined) =>
    formulaValue(formula, of, missingOperands) ?? null;
  return query.formulas.map((formula) =>
    line(
      starts.map((_, bucket) => told(formula, (index) => values[index]?.[bucket])),
      told(formula, (index) => totals[index]),
    ),
  );
}

/** The events behind a total over the whole range. */
function eventsOfTotal(
  world: World,
  events: readonly Happening[],
  { fromMs, lastMs }: Range,
  days: number | undefined,
): Happening[] {
  const from = days === undefined ? fromMs : bucketStart(world, "day", lastMs, 1 - days);
  return events.filter(({ ms }) => ms >= from && ms <= lastMs);
}

/** The sum of a line's buckets, or the last of a rising one. */
function totalOfBuckets({ display }: TrendQuery, of: readonly (number | null)[]): number {
  return display === "cumulative"
    ? (of.at(-1) ?? 0)
    : of.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** The rows of the breakdown, the largest first, and what is beyond the limit as "Other". */
function rowsOf(
  world: World,
  query: TrendQuery,
  all: readonly (readonly Happening[])[],
  range: Range,
): Row[] {
  const labels = labeller(world, query, all, range);
  const keyOf = (it: Happening) => labels(it).join("\0");
  const told = all.flatMap((events, index) => {
    const from = firstMsOf(world, query, query.series[index] as TrendSeries, range);
    return events.filter(({ ms }) => ms >= from && ms <= range.lastMs);
  });
  const values = new Map(told.flatMap((it) => [[keyOf(it), labels(it)] as const]));
  const found = [...values].map(([key, value]) => {
    const row = { value, events: all.map((events) => events.filter((it) => keyOf(it) === key)) };
    return { key, row, total: linesOf(world, query, row, range)[0]?.total ?? 0 };
  });
  // Of equals what has no value comes last.
  const rank = ({ row }: (typeof found)[number]) => row.value.map((it) => it || "\uffff").join("\0");
  found.sort((a, b) => b.total - a.total || (rank(a) < rank(b) ? -1 : 1));
  const limit = query.breakdown?.limit ?? limitDefault;
  const rows = found.slice(0, limit).map(({ row }) => row);
  const rest = new Set(found.slice(limit).map(({ key }) => key));
  if (rest.size === 0 || query.breakdown?.other_row === false) return rows;
  const of = all.map((events) => events.filter((it) => rest.has(keyOf(it))));
  return [...rows, { value: ["Other"], events: of }];
}

/** The first instant whose events a series' buckets can tell of. */
function firstMsOf(world: World, query: TrendQuery, series: TrendSeries, { fromMs }: Range): number {
  const days = trailingDays(query, series);
  return days === undefined ? fromMs : bucketStart(world, "day", fromMs, 1 - days);
}

/** Names the row of an event: by the values of the breakdown, "" for what is missing. */
function labeller(
  world: World,
  query: TrendQuery,
  all: readonly (readonly Happening[])[],
  { fromMs, lastMs }: Range,
): (it: Happening) => readonly string[] {
  const { scope = "event", properties = [], bins } = query.breakdown ?? {};
  if (bins === undefined) {
    return (it) => properties.map((property) => textOf(propertyOf(world, scope, property, it)) ?? "");
  }
  const numberIn = (it: Happening) => numberOf(propertyOf(world, scope, properties[0] ?? "", it));
  const inRange = all.flat().filter(({ ms }) => ms >= fromMs && ms <= lastMs);
  const binOf = binsOf(
    inRange.flatMap((it) => numberIn(it) ?? []),
    bins,
    world.semantics.binEdges,
  );
  return (it) => [binOf(numberIn(it))];
}

function usersInBuckets(
  world: World,
  query: TrendQuery,
  all: readonly (readonly Happening[])[],
  range: Range,
): Answer[] {
  const starts = bucketStarts(world, query.interval, range.fromMs, range.lastMs);
  return query.series.flatMap((series, index) =>
    starts.map((start) => {
      const events = eventsIn(world, query, { events: all[index] ?? [], series, start, range });
      const users = [...new Set(events.map(({ user }) => user))].sort();
      return { series: index, time: new Date(start).toISOString(), users, count: users.length };
    }),
  );
}
