// Random questions of every kind, in the shape of cases.
import type {
  AnalyticsCase,
  Attribution,
  CaseFilter,
  FunnelQuery,
  Kind,
  LifecycleQuery,
  PathsQuery,
  QueryOfKind,
  RetentionQuery,
  Selector,
  Semantics,
  SessionsQuery,
  StickinessQuery,
  TrendQuery,
  Unit,
} from "../case-shape.js";
import type { Dice } from "./dice.js";
import { names, type RandomWorld } from "./random-world.js";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A question, and how it is meant. */
export interface RandomQuestion {
  readonly kind: Kind;
  readonly query: QueryOfKind[Kind];
  readonly tags: readonly string[];
  readonly now?: string;
  readonly semantics: Partial<Semantics>;
}

export function randomQuestion(dice: Dice, world: RandomWorld, kind: Kind): RandomQuestion {
  const query = makers[kind](dice, world);
  const span = Date.parse(query.to) - Date.parse(query.from);
  return {
    ...{ kind, query, tags: dice.chance(0.5) ? ["native"] : [] },
    semantics: randomSemantics(dice, kind, query),
    ...(dice.chance(0.4)
      ? { now: new Date(Date.parse(query.from) + Math.round(span * dice.next() * 1.5)).toISOString() }
      : {}),
  };
}

/** The case that a question is about the events that have been sent. */
export function caseOf(
  name: string,
  world: RandomWorld,
  question: RandomQuestion,
  events: AnalyticsCase["events"],
): AnalyticsCase {
  const { timezone, week_start, users } = world;
  return { name, timezone, week_start, users, events, ...question } as AnalyticsCase;
}

function randomSemantics(dice: Dice, kind: Kind, query: QueryOfKind[Kind]): Partial<Semantics> {
  switch (kind) {
    case "funnel": {
      const { order } = query as FunnelQuery;
      return {
        ...(dice.chance(0.2) ? { funnelRange: dice.pick(["entry", "every_step"]) } : {}),
        ...(dice.chance(0.2) ? { exclusionMet: dice.pick(["drop_at_step", "drop_user"]) } : {}),
        ...(order === "strict" && dice.chance(0.3) ? { universe: "funnel_events" } : {}),
        ...(order === "ordered" && dice.chance(0.2) ? { simultaneityMs: dice.pick([60_000, 600_000]) } : {}),
      };
    }
    case "retention":
      return {
        ...(dice.chance(0.3) ? { retentionClock: "rolling" } : {}),
        ...(dice.chance(0.4) ? { retentionBound: dice.pick(["on_or_after", "on_or_before"]) } : {}),
      };
    case "lifecycle":
      return dice.chance(0.3) ? { lifecycleNew: dice.pick(["first_matching", "first_ever"]) } : {};
    default:
      return {};
  }
}

const makers: { readonly [K in Kind]: (dice: Dice, world: RandomWorld) => QueryOfKind[K] } = {
  funnel,
  retention,
  trend,
  lifecycle,
  stickiness,
  paths,
  sessions,
};

/** A range about the middle of the events; at times to the hour, at times to the millisecond. */
function range(dice: Dice, world: RandomWorld, daysMax = 14) {
  const grain = dice.pick([1, hourMs, dayMs]);
  const around = (ms: number) => Math.round(ms / grain) * grain;
  const fromMs = around(world.middleMs - dice.next() * daysMax * dayMs);
  const toMs = Math.max(fromMs + hourMs, around(world.middleMs + dice.next() * daysMax * dayMs));
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs - 1).toISOString(),
    filters: dice.chance(0.25) ? [filter(dice)] : [],
  };
}

function filter(dice: Dice): CaseFilter {
  const scope = dice.chance(0.3) ? ("user" as const) : ("event" as const);
  const text = { scope, property: scope === "user" ? "plan" : "p" };
  const values = scope === "user" ? ["free", "pro"] : ["x", "y", "0"];
  const number = { scope: "event" as const, property: "n" };
  return dice.pick<() => CaseFilter>([
    () => ({ ...text, op: "exact", value: dice.some(values, 1) }),
    () => ({ ...text, op: "is_not", value: dice.pick(values) }),
    () => ({ ...text, op: dice.pick(["icontains", "not_icontains"]), value: dice.pick(["z", "R", "x"]) }),
    () => ({ ...text, op: dice.pick(["is_set", "is_not_set"]) }),
    () => ({ ...number, op: dice.pick(["gt", "gte", "lt", "lte"]), value: dice.pick([0, 2, 2.5]) }),
    () => ({ scope: "event", property: "flag", op: "exact", value: dice.chance(0.5) }),
  ])();
}

function selector(dice: Dice): Selector {
  const event = dice.chance(0.15) ? null : dice.pick(names);
  return { event, filters: dice.chance(0.2) ? [filter(dice)] : [] };
}

function unit(dice: Dice, of: readonly Unit[] = ["hour", "day", "week", "month"]): Unit {
  return dice.pick(of);
}

function breakdown(dice: Dice) {
  if (dice.chance(0.25)) return { scope: "user" as const, properties: ["plan"] };
  return { scope: "event" as const, properties: dice.pick([["p"], ["flag"], ["p", "flag"]]) };
}

function funnel(dice: Dice, world: RandomWorld): FunnelQuery {
  const count = dice.whole(2, 4);
  const order = dice.pick(["ordered", "ordered", "strict", "unordered"] as const);
  const steps = dice.several(count, () => ({
    ...selector(dice),
    ...(dice.chance(0.08)
      ? { math: dice.pick(["first_time_for_user", "first_time_for_user_with_filters"] as const) }
      : {}),
  }));
  const isExcluded = dice.chance(0.3);
  const fromStep = order === "unordered" ? 0 : dice.whole(0, count - 2);
  const toStep = order === "unordered" ? count - 1 : dice.whole(fromStep + 1, count - 1);
  const viz = dice.pick(["steps", "steps", "steps", "trends", "time_to_convert"] as const);
  return {
    ...range(dice, world),
    ...{ steps, order, viz },
    window: dice.pick([
      { value: 1, unit: "second" },
      { value: 10, unit: "minute" },
      { value: 2, unit: "hour" },
      { value: 1, unit: "day" },
      { value: 14, unit: "day" },
    ]),
    ...(isExcluded
      ? { exclusions: [{ event: "c", filters: [], from_step: fromStep, to_step: toStep }] }
      : {}),
    ...(viz === "steps" && dice.chance(0.4) ? { breakdown: funnelBreakdown(dice, count) } : {}),
    ...(viz === "trends" ? { interval: unit(dice, ["day", "week"]) } : {}),
  };
}

function funnelBreakdown(dice: Dice, steps: number): NonNullable<FunnelQuery["breakdown"]> {
  const attribution = dice.pick<Attribution>(["first_touch", "last_touch", "all_events", "step"]);
  return {
    ...{ ...breakdown(dice), attribution },
    ...(attribution === "step" ? { step: dice.whole(0, steps - 1) } : {}),
    ...(dice.chance(0.2) ? { limit: 2 } : {}),
  };
}

function retention(dice: Dice, world: RandomWorld): RetentionQuery {
  return {
    ...range(dice, world, 8),
    ...{ start: selector(dice), return: selector(dice) },
    period: unit(dice, ["hour", "day", "day", "week", "month"]),
    periods: dice.whole(1, 9),
    type: dice.pick(["recurring", "first_time", "first_ever"]),
    ...(dice.chance(0.3) ? { minimum_occurrences: 2 } : {}),
    ...(dice.chance(0.25) ? { breakdown: breakdown(dice) } : {}),
  };
}

const maths = [
  ...[
    "count",
    "unique_users",
    "weekly_active",
    "monthly_active",
    "sum",
    "avg",
    "min",
    "max",
    "median",
    "p90",
  ],
  "max_count_per_user",
] as const;

function trend(dice: Dice, world: RandomWorld): TrendQuery {
  const count = dice.whole(1, 3);
  const series = dice.several(count, () => ({ ...selector(dice), math: dice.pick(maths), property: "n" }));
  return {
    ...range(dice, world),
    ...{ series, interval: unit(dice) },
    ...(dice.chance(0.3) ? { formulas: [dice.pick(["A*2", "A+A/3", count > 1 ? "A/B" : "-A"])] } : {}),
    ...(dice.chance(0.3) ? { compare: dice.pick(["previous", "-1d", "-1w"]) } : {}),
    ...(dice.chance(0.3) ? { breakdown: trendBreakdown(dice, series[0]?.math ?? "") } : {}),
    ...(dice.chance(0.3) ? { display: dice.pick(["total", "cumulative"] as const) } : {}),
  };
}

/** Limits only where a row's rank is beyond doubt: by sums, not by means and the like. */
function trendBreakdown(dice: Dice, math: string): NonNullable<TrendQuery["breakdown"]> {
  const isLimited = math === "count" && dice.chance(0.4);
  return { ...breakdown(dice), ...(isLimited ? { limit: 2 } : {}) };
}

function lifecycle(dice: Dice, world: RandomWorld): LifecycleQuery {
  const { event, filters: event_filters } = selector(dice);
  return { ...range(dice, world, 9), event, event_filters, interval: unit(dice) };
}

function stickiness(dice: Dice, world: RandomWorld): StickinessQuery {
  const criterion = { op: dice.pick(["gte", "lte", "exact"]), value: dice.whole(1, 3) };
  return {
    ...lifecycle(dice, world),
    ...(dice.chance(0.3) ? { interval_count: dice.whole(2, 3) } : {}),
    ...(dice.chance(0.3) ? { events_per_interval: criterion } : {}),
    cumulative: dice.chance(0.3),
  };
}

function paths(dice: Dice, world: RandomWorld): PathsQuery {
  return {
    ...range(dice, world),
    event_types: dice.some(["page", "custom"] as const, 1),
    step_limit: dice.whole(2, 6),
    session_gap_minutes: dice.pick([10, 30, 60]),
    ...(dice.chance(0.25) ? { start_point: dice.pick(["/", "/a/", "a"]) } : {}),
    ...(dice.chance(0.25) ? { end_point: dice.pick(["/b", "/a", "b"]) } : {}),
  };
}

function sessions(dice: Dice, world: RandomWorld): SessionsQuery {
  const event = dice.chance(0.4) ? null : dice.pick(names);
  return { ...range(dice, world), event, session_gap_minutes: dice.pick([10, 30, 60]) };
}
