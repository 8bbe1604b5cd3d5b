import { type Answer, endMsOf, type FunnelQuery, type Unit } from "../case-shape.js";
import { bucketStart, bucketStarts } from "./calendar.js";
import { bestTry, type Course, type FunnelRules, type Try, triesOf } from "./tries.js";
import {
  type Happening,
  InvalidQuery,
  mean,
  passes,
  quantile,
  selects,
  valuesOf,
  type World,
} from "./world.js";

/** A user's events as one row of the breakdown sees them. */
interface Entrant {
  readonly user: string;
  /** The row's values; none without breakdown. */
  readonly value: readonly string[];
  readonly course: Course;
}

/** An entrant's best try. */
interface Outcome {
  readonly user: string;
  readonly value: readonly string[];
  readonly times: Try;
}

const unitMs: Readonly<Record<Unit, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
};

const limitDefault = 25;

export function evaluateFunnel(world: World, query: FunnelQuery): Answer {
  refuse(query);
  const rules = rulesOf(world, query);
  const entrants = [...world.people].flatMap(([user, events]) => entrantsOf(world, query, user, events));
  if (query.viz === "trends") return overTime(world, query, rules, entrants);
  const outcomes = entrants.flatMap(({ user, value, course }): Outcome[] => {
    const times = bestTry(triesOf(course, rules));
    return times === undefined ? [] : [{ user, value, times }];
  });
  if (query.viz === "time_to_convert") return { time_to_convert: timeToConvert(query, outcomes) };
  if (query.breakdown === undefined)
    return { ...figures(query, outcomes), pending: pending(world, query, rules, outcomes) };
  return byBreakdown(query, query.breakdown.limit ?? limitDefault, outcomes);
}

function refuse({ steps, exclusions = [], order }: FunnelQuery): void {
  if (steps.length < 2) throw new InvalidQuery("a funnel has two steps or more");
  for (const { from_step, to_step } of exclusions) {
    const isInside = 0 <= from_step && from_step < to_step && to_step < steps.length;
    if (!isInside) throw new InvalidQuery("an exclusion lies between two steps");
    const isWhole = from_step === 0 && to_step === steps.length - 1;
    if (order === "unordered" && !isWhole) throw new InvalidQuery("steps without order have no between");
  }
}

function rulesOf({ semantics }: World, query: FunnelQuery): FunnelRules {
  return {
    order: query.order,
    steps: query.steps.length,
    windowMs: query.window.value * unitMs[query.window.unit],
    exclusions: (query.exclusions ?? []).map(({ from_step, to_step }) => ({ from: from_step, to: to_step })),
    exclusionMet: semantics.exclusionMet,
    universe: semantics.universe,
    simultaneityMs: semantics.simultaneityMs,
  };
}

function entrantsOf(world: World, query: FunnelQuery, user: string, all: readonly Happening[]): Entrant[] {
  const fromMs = Date.parse(query.from);
  const { lastMs } = endMsOf(query.to);
  const isInRange = (it: Happening) => it.ms >= fromMs && it.ms <= lastMs;
  const everyStep = world.semantics.funnelRange === "every_step";
  const events = all.filter((it) => (!everyStep || isInRange(it)) && passes(world, query.filters, it));
  const firsts = query.steps.map((step) => firstTime(world, query, step, all));
  const fills = (step: number, it: Happening) => {
    const asked = query.steps[step] as FunnelQuery["steps"][number];
    return selects(world, asked, it) && (asked.math === undefined || firsts[step] === it);
  };
  const course = (own: readonly Happening[], ownFills = fills): Course => ({
    events: own,
    fills: ownFills,
    excludes: (index, it) =>
      selects(world, (query.exclusions ?? [])[index] as FunnelQuery["steps"][number], it),
    opens: isInRange,
  });
  const { breakdown } = query;
  if (breakdown === undefined) return [{ user, value: [], course: course(events) }];
  const indexes = query.steps.map((_, step) => step);
  const reachMs = everyStep ? lastMs : lastMs + query.window.value * unitMs[query.window.unit];
  const isReached = (it: Happening) => it.ms >= fromMs && it.ms <= reachMs;
  const matching = events.filter((it) => isReached(it) && indexes.some((step) => fills(step, it)));
  const rowOf = (it: Happening) => valuesOf(world, breakdown, it);
  const attribution = breakdown.scope === "user" ? "first_touch" : (breakdown.attribution ?? "first_touch");
  if (attribution === "step") {
    const at = breakdown.step ?? 0;
    const found = matching.filter((it) => fills(at, it)).map(rowOf);
    return distinct(found).map((value) => ({
      ...{ user, value },
      course: course(events, (step, it) => fills(step, it) && (step !== at || same(rowOf(it), value))),
    }));
  }
  if (attribution === "all_events") {
    return distinct(matching.map(rowOf)).map((value) => ({
      ...{ user, value },
      course: course(events.filter((it) => same(rowOf(it), value))),
    }));
  }
  const ordered = attribution === "first_touch" ? matching : [...matching].reverse();
  const values = ordered.map(rowOf);
  const value = values.find((it) => it.some((text) => text !== "")) ?? breakdown.properties.map(() => "");
  return [{ user, value, course: course(events) }];
}

/** The one event that a step of first times takes. */
function firstTime(
  world: World,
  query: FunnelQuery,
  step: FunnelQuery["steps"][number],
  all: readonly Happening[],
): Happening | undefined {
  if (step.math === "first_time_for_user")
    return all.find((it) => step.event === null || it.event === step.event);
  return all.find((it) => selects(world, step, it) && passes(world, query.filters, it));
}

const same = (a: readonly string[], b: readonly string[]) => a.join("\0") === b.join("\0");

function distinct(values: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(values.map((value) => [value.join("\0"), value])).values()];
}

/** Counts, conversion times and users, by step. */
function figures(query: FunnelQuery, outcomes: readonly Outcome[]): Answer {
  const steps = query.steps.map((_, step) => step);
  const reached = steps.map((step) => outcomes.filter(({ times }) => times.length > step));
  const seconds = steps.map((step) =>
    step === 0
      ? []
      : (reached[step] ?? []).map(
          ({ times }) => ((times[step] as number) - (times[step - 1] as number)) / 1_000,
        ),
  );
  const users = (of: readonly Outcome[]) => [...new Set(of.map(({ user }) => user))];
  return {
    counts: reached.map((of) => of.length),
    average_conversion_seconds: seconds.map((of) => mean(of) ?? null),
    median_conversion_seconds: seconds.map((of) => quantile(of, 0.5) ?? null),
    users_at_step: Object.fromEntries(reached.map((of, step) => [step + 1, users(of)])),
    user_counts: Object.fromEntries(reached.map((of, step) => [step + 1, users(of).length])),
    users_dropped_before_step: Object.fromEntries(
      steps.slice(1).map((step) => [step + 1, users(outcomes.filter(({ times }) => times.length === step))]),
    ),
  };
}

/** How many have not come to the end while their window is still open; where the range cuts all steps, to its end. */
function pending(world: World, query: FunnelQuery, rules: FunnelRules, outcomes: readonly Outcome[]): number {
  const everyStep = world.semantics.funnelRange === "every_step";
  const closesMs = everyStep ? endMsOf(query.to).endMs : Number.POSITIVE_INFINITY;
  return outcomes.filter(
    ({ times }) =>
      times.length < rules.steps && Math.min((times[0] as number) + rules.windowMs, closesMs) > world.nowMs,
  ).length;
}

function byBreakdown(query: FunnelQuery, limit: number, outcomes: readonly Outcome[]): Answer {
  const rows = distinct(outcomes.map(({ value }) => value)).map((value) => ({
    value,
    own: outcomes.filter((it) => same(it.value, value)),
  }));
  // Of equals what has no value comes last.
  const rank = (value: readonly string[]) => value.map((it) => it || "\uffff").join("\0");
  rows.sort((a, b) => b.own.length - a.own.length || (rank(a.value) < rank(b.value) ? -1 : 1));
  const rest = rows.slice(limit).flatMap(({ own }) => own);
  const shown = rows.slice(0, limit);
  if (rest.length > 0) shown.push({ value: ["Other"], own: rest });
  return {
    breakdown: shown.map(({ value, own }) => ({ value, ...figures(query, own) })),
    breakdown_rows: shown.length,
    breakdown_values: shown.map(({ value }) => value),
  };
}

function overTime(
  world: World,
  query: FunnelQuery,
  rules: FunnelRules,
  entrants: readonly Entrant[],
): Answer {
  const unit = query.interval ?? "day";
  const starts = bucketStarts(world, unit, Date.parse(query.from), endMsOf(query.to).lastMs);
  const fromStep = query.from_step ?? 0;
  const toStep = query.to_step ?? query.steps.length - 1;
  const seriesOf = (own: readonly Entrant[]) =>
    starts.map((start) => {
      const best = own.map(({ course }) => {
        const opens = (it: Happening) => course.opens(it) && bucketStart(world, unit, it.ms) === start;
        return bestTry(triesOf({ ...course, opens }, rules))?.length ?? 0;
      });
      const entered = best.filter((reach) => reach > fromStep).length;
      const converted = best.filter((reach) => reach > toStep).length;
      const percent = entered === 0 ? 0 : Math.round((converted / entered) * 10_000) / 100;
      return { time: new Date(start).toISOString(), entered, converted, conversion_percent: percent };
    });
  if (query.breakdown === undefined) return { trend: seriesOf(entrants) };
  const rows = distinct(entrants.map(({ value }) => value)).map((value) => ({
    value,
    trend: seriesOf(entrants.filter((it) => same(it.value, value))),
  }));
  return {
    trend_by_breakdown: rows,
    trend_percent_by_breakdown: rows.map(({ value, trend }) => ({
      value,
      conversion_percent: trend.map(({ conversion_percent }) => conversion_percent),
    })),
    breakdown_rows: rows.length,
  };
}

const binsMax = 60;

/** How long converting took: the mean, and users by bins of one width from the shortest time to the longest. */
function timeToConvert(query: FunnelQuery, outcomes: readonly Outcome[]): Answer {
  const fromStep = query.from_step ?? 0;
  const toStep = query.to_step ?? query.steps.length - 1;
  const seconds = outcomes
    .filter(({ times }) => times.length > toStep)
    .map(({ times }) => ((times[toStep] as number) - (times[fromStep] as number)) / 1_000);
  if (seconds.length === 0) return { average_seconds: null, bins: [] };
  const least = Math.floor(Math.min(...seconds));
  const greatest = Math.ceil(Math.max(...seconds));
  const count = query.bin_count ?? Math.min(binsMax, Math.max(1, Math.ceil(Math.cbrt(seconds.length))));
  const width = Math.ceil((greatest - least) / count) || 60;
  const bins = Array.from({ length: count + 1 }, (_, bin) => [
    least + bin * width,
    seconds.filter((it) => Math.floor((it - least) / width) === bin).length,
  ]);
  return { average_seconds: mean(seconds), bins };
}
