// What trends mean, once more, by looking at every event for every bucket.
import { Aggregation } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { TrendDisplay, TrendTotals } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { SeriesQuestion } from "../question.js";
import { formulaValue } from "../trend/formula.js";
import type { Period, TrendQuestion } from "../trend/trend-question.js";
import type { TestEvent } from "./event-set.js";
import { aggregate, asText, type Persons, passes, percentileOf, read, wallClock } from "./recount.js";

type Numbers = readonly (number | undefined)[];

/** A line: what it tells per bucket, and in all; undefined: nothing. */
export interface RecountedLine {
  readonly index: number;
  readonly values: Numbers;
  readonly total: number | undefined;
}

export interface RecountedRow {
  /** Undefined: all that is beyond the limit. */
  readonly key: string | undefined;
  readonly lines: readonly RecountedLine[];
}

export interface RecountedTrend {
  readonly rows: readonly RecountedRow[];
  readonly previous: readonly RecountedRow[];
  readonly others: number;
}

const dayMs = 86_400_000;
const keyed = (event: TestEvent, series: SeriesQuestion, persons: Persons): string =>
  JSON.stringify(series.breakdown.map((property) => asText(read(event, property, persons)) ?? null));

/** The local day of an instant, counted from 1970. */
function dayOf(ms: number, zone: string): number {
  return Date.parse(`${wallClock(zone, ms).slice(0, 10)}T00:00Z`) / dayMs;
}

export function recountTrend(
  question: TrendQuestion,
  all: readonly TestEvent[],
  persons: Persons,
): RecountedTrend {
  const world = { question, persons, all };
  const keys = new Set(
    question.current.series.flatMap((series) =>
      selected(world, series, question.current).map((event) => keyed(event, series, persons)),
    ),
  );
  if (question.bins.length === 0) {
    const only = (period: Period): RecountedRow[] => [
      { key: "[]", lines: linesOf(world, period, () => true) },
    ];
    return {
      rows: only(question.current),
      previous: question.previous ? only(question.previous) : [],
      others: 0,
    };
  }
  const totals = new Map(
    [...keys].map((key) => [key, linesOf(world, question.current, (own) => own === key, true)[0]?.total]),
  );
  const ranked = [...keys].sort((a, b) => {
    const [x, y] = [totals.get(a) ?? Number.NEGATIVE_INFINITY, totals.get(b) ?? Number.NEGATIVE_INFINITY];
    return x === y ? byValues(JSON.parse(a) as Values, JSON.parse(b) as Values) : y - x;
  });
  const shown = ranked.slice(0, question.limit);
  const rowsIn = (period: Period): RecountedRow[] => {
    const rows: RecountedRow[] = shown.map((key) => ({
      key,
      lines: linesOf(world, period, (own) => own === key),
    }));
    if (ranked.length > shown.length && question.tellsOthers) {
      rows.push({ key: undefined, lines: linesOf(world, period, (own) => !shown.includes(own)) });
    }
    return rows;
  };
  return {
    rows: rowsIn(question.current),
    previous: question.previous === undefined ? [] : rowsIn(question.previous),
    others: ranked.length - shown.length,
  };
}

type Values = readonly (string | null)[];

function byValues(a: Values, b: Values): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? null;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return 0;
}

interface World {
  readonly question: TrendQuestion;
  readonly persons: Persons;
  readonly all: readonly TestEvent[];
}

/** The events that a series looks at; those of trailing days before the range too. */
function selected({ all, persons }: World, series: SeriesQuestion, { range }: Period): TestEvent[] {
  const { type, filters, commonFilters = [], active, timeZone } = series;
  const firstDay = dayOf(range.fromMs, timeZone) - ((active?.span ?? 1) - 1);
  return all.filter(
    (event) =>
      (type === "" ? !event.is_system : event.type === type) &&
      event.time_ms < range.toMs &&
      (series.perUser !== true || event.visitor_id !== "") &&
      (active === undefined ? event.time_ms >= range.fromMs : dayOf(event.time_ms, timeZone) >= firstDay) &&
      [...filters, ...commonFilters].every((filter) => passes(event, filter, persons)),
  );
}

function linesOf(
  world: World,
  period: Period,
  isOwn: (key: string) => boolean,
  wholeTotals = false,
): RecountedLine[] {
  const { question, persons } = world;
  const { buckets, range } = period;
  const perSeries = period.series.map((series) => {
    const events = selected(world, series, period).filter((event) => isOwn(keyed(event, series, persons)));
    const within = (fromMs: number, toMs: number) =>
      measure(
        series,
        events.filter(({ time_ms }) => time_ms >= fromMs && time_ms < toMs),
        persons,
      );
    const trailing = (atMs: number) => {
      const day = dayOf(atMs, series.timeZone);
      const span = series.active?.span ?? 1;
      const inSpan = events.filter((event) => {
        const age = day - dayOf(event.time_ms, series.timeZone);
        return age >= 0 && age < span;
      });
      return measure(series, inSpan, persons);
    };
    const bucketValue = (start: number, end: number) => {
      if (series.active !== undefined) return trailing(Math.min(end, range.toMs) - 1);
      return within(question.display === TrendDisplay.CUMULATIVE ? range.fromMs : start, end);
    };
    return {
      values: buckets.starts.map((start, index) => bucketValue(start, buckets.ends[index] ?? 0)),
      total: series.active === undefined ? within(range.fromMs, range.toMs) : trailing(range.toMs - 1),
    };
  });
  return question.lines.map(({ formula }, index) => {
    const told = (of: (each: (typeof perSeries)[number] | undefined) => number | undefined) =>
      formulaValue(
        formula,
        (at) => of(perSeries[at]),
        formula.kind === "series" ? undefined : question.missing,
      );
    const values = buckets.starts.map((_start, bucket) => told((each) => each?.values[bucket]));
    const whole = told((each) => each?.total);
    if (question.display === TrendDisplay.TOTAL) return { index, values: [], total: whole };
    if (wholeTotals || question.totals === TrendTotals.WHOLE_RANGE) return { index, values, total: whole };
    if (question.display === TrendDisplay.CUMULATIVE) return { index, values, total: values.at(-1) };
    const found = values.filter((value) => value !== undefined);
    return {
      index,
      values,
      total: found.length === 0 ? undefined : found.reduce((sum, each) => sum + each, 0),
    };
  });
}

function measure(series: SeriesQuestion, events: readonly TestEvent[], persons: Persons): number | undefined {
  if (series.perUser !== true) return aggregate(series, events, persons);
  const counts = new Map<string, number>();
  for (const { visitor_id } of events) {
    if (visitor_id === "") continue;
    const person = persons.of(visitor_id);
    counts.set(person, (counts.get(person) ?? 0) + 1);
  }
  const numbers = [...counts.values()];
  if (numbers.length === 0) return undefined;
  if (series.aggregation === Aggregation.AVG)
    return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  if (series.aggregation === Aggregation.MIN) return Math.min(...numbers);
  if (series.aggregation === Aggregation.MAX) return Math.max(...numbers);
  return percentileOf(numbers, series.percentile);
}
