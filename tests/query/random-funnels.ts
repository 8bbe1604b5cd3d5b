// Random users and random funnels of them, in the shape of the conformance cases.
import type {
  CaseEvent,
  CaseFilter,
  CaseOf,
  FunnelQuery,
  FunnelStep,
  Semantics,
} from "../../conformance/analytics/case-shape.js";
import { seeded } from "../../services/query/testing/event-set.js";

type FunnelCase = CaseOf<"funnel">;
type Random = () => number;

/** Users with their events, without a question. */
export type DrawnWorld = Pick<FunnelCase, "events" | "users" | "timezone">;

const hourMs = 3_600_000;
/** The days around the change of the clock of 31 March 2024. */
const fromMs = Date.parse("2024-03-29T00:00:00Z");
const toMs = Date.parse("2024-04-02T00:00:00Z");

const pickFrom = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)] as T;

/** Some 40 users, many of whose events are at the same instants. */
export function drawnWorld(seed: number): DrawnWorld {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => pickFrom(random, items);
  const users: Record<string, Record<string, unknown>> = {};
  const events: CaseEvent[] = [];
  for (let user = 0; user < 40; user++) {
    const id = `user-${String(user).padStart(2, "0")}`;
    if (random() < 0.7) users[id] = { plan: pick(["free", "paid"]) };
    const centerMs = fromMs + Math.floor(random() * 96) * hourMs;
    for (let count = Math.floor(random() * 9); count >= 0; count--) {
      const offsetMs = Math.floor(random() * 12) * pick([1_000, 1_000, 60_000, hourMs, 6 * hourMs]);
      const properties: Record<string, unknown> = {};
      if (random() < 0.7) properties["p"] = pick(["red", "blue", "green"]);
      if (random() < 0.5) properties["n"] = pick([1, 2, 10]);
      events.push({
        event: pick(["A", "B", "C", "x"]),
        ...{ user: id, time: new Date(centerMs + offsetMs).toISOString(), properties },
        ...(random() < 0.3 ? { anonymous: `anon-${user}-${Math.floor(random() * 2)}` } : {}),
      });
    }
  }
  events.sort(() => random() - 0.5);
  return { events, users, timezone: pick(["UTC", "Europe/Vienna", "US/Pacific"]) };
}

function drawnFilters(random: Random): CaseFilter[] {
  if (random() < 0.7) return [];
  return [
    pickFrom<CaseFilter>(random, [
      { scope: "event", property: "p", op: "exact", value: ["red", "blue"] },
      { scope: "event", property: "p", op: "is_not", value: "green" },
      { scope: "event", property: "n", op: "gte", value: 2 },
      { scope: "user", property: "plan", op: "exact", value: "paid" },
    ]),
  ];
}

/** A question of a world. */
export function drawnQuestion(world: DrawnWorld, random: Random): FunnelCase {
  const pick = <T>(items: readonly T[]): T => pickFrom(random, items);
  const order = pick(["ordered", "ordered", "strict", "unordered"] as const);
  const selector = () => ({
    event: pick(["A", "B", "C", "A", "B", null]),
    filters: drawnFilters(random),
  });
  const isDistinct = random() < 0.4;
  const count = 2 + Math.floor(random() * 2);
  const steps = Array.from({ length: count }, (_, index): FunnelStep => {
    const own = isDistinct ? { event: ["A", "B", "C"][index] as string, filters: [] } : selector();
    if (random() < 0.88) return own;
    return { ...own, math: pick(["first_time_for_user", "first_time_for_user_with_filters"] as const) };
  });
  const drawn = random() < 0.45 ? drawnBreakdown(random, count) : undefined;
  const viz = pick([
    "steps",
    "steps",
    "steps",
    "trends",
    drawn === undefined ? "time_to_convert" : "steps",
  ] as const);
  // The brute force knows no limit over time.
  const { limit: _limit, ...unlimited } = drawn ?? { properties: [] };
  const breakdown = drawn === undefined ? undefined : viz === "trends" ? unlimited : drawn;
  const query: FunnelQuery = {
    ...{ steps, order, viz },
    window: pick([
      { value: 4, unit: "second" },
      { value: 3, unit: "minute" },
      { value: 5, unit: "hour" },
      { value: 2, unit: "day" },
    ]),
    from: new Date(fromMs + Math.floor(random() * 24) * hourMs).toISOString(),
    to: new Date(toMs - Math.floor(random() * 24) * hourMs - 1).toISOString(),
    filters: drawnFilters(random),
    exclusions: random() < 0.35 ? [drawnExclusion(random, order, count)] : [],
    ...(breakdown === undefined ? {} : { breakdown }),
    ...(viz === "trends"
      ? { interval: pick(["hour", "day"] as const), from_step: Math.floor(random() * (count - 1)) }
      : {}),
    ...(viz === "time_to_convert" && random() < 0.5 ? { bin_count: 1 + Math.floor(random() * 5) } : {}),
  };
  return {
    ...world,
    ...{ name: "random", kind: "funnel", query, semantics: drawnSemantics(random) },
    now: new Date(toMs - Math.floor(random() * 30) * hourMs).toISOString(),
    tags: random() < 0.5 ? ["native"] : [],
  };
}

function drawnExclusion(random: Random, order: FunnelQuery["order"], steps: number) {
  const isWhole = order === "unordered" || random() < 0.4;
  const from_step = isWhole ? 0 : Math.floor(random() * (steps - 1));
  const to_step = isWhole ? steps - 1 : from_step + 1;
  return { event: pickFrom(random, ["x", "C"]), filters: [], from_step, to_step };
}

function drawnBreakdown(random: Random, steps: number): NonNullable<FunnelQuery["breakdown"]> {
  const pick = <T>(items: readonly T[]): T => pickFrom(random, items);
  const scope = pick(["event", "event", "event", "user"] as const);
  const attribution = pick(["first_touch", "last_touch", "all_events", "step"] as const);
  return {
    ...{ scope, attribution },
    properties: scope === "user" ? ["plan"] : pick([["p"], ["n"], ["p", "n"]]),
    ...(attribution === "step" ? { step: Math.floor(random() * steps) } : {}),
    ...(random() < 0.3 ? { limit: 2 } : {}),
  };
}

function drawnSemantics(random: Random): Partial<Semantics> {
  return {
    ...(random() < 0.2 ? { exclusionMet: pickFrom(random, ["drop_user", "drop_at_step"] as const) } : {}),
    ...(random() < 0.2 ? { funnelRange: pickFrom(random, ["entry", "every_step"] as const) } : {}),
    ...(random() < 0.3 ? { universe: "funnel_events" as const } : {}),
    ...(random() < 0.15 ? { simultaneityMs: pickFrom(random, [1_000, 90_000]) } : {}),
  };
}
