// One user's tries at a funnel, each found by looking at every way to make it.
import type { Happening } from "./world.js";

/** What a user's events are to a funnel. */
export interface Course {
  /** In the range, by time. */
  readonly events: readonly Happening[];
  /** True where an event can fill a step, 0-based. */
  fills(step: number, event: Happening): boolean;
  /** True where an event counts for an exclusion, by its index. */
  excludes(exclusion: number, event: Happening): boolean;
  /** True where an event may open a try. */
  opens(event: Happening): boolean;
}

export interface FunnelRules {
  readonly order: "ordered" | "strict" | "unordered";
  readonly steps: number;
  readonly windowMs: number;
  readonly exclusions: readonly { readonly from: number; readonly to: number }[];
  readonly exclusionMet: "drop_at_step" | "drop_user";
  /** Other events that do not break a strict try. */
  readonly universe: "all_events" | "funnel_events";
  readonly simultaneityMs: number;
}

/** The times of the steps that a try reached, first first. */
export type Try = readonly number[];

interface Judged {
  readonly times: Try;
  readonly isExcluded: boolean;
}

/** All tries of a user, one for each event that may open one, in their order. */
export function triesOf(course: Course, rules: FunnelRules): Judged[] {
  const entries = course.events.filter((it) => course.opens(it));
  if (rules.order === "unordered") {
    return entries
      .filter((it) => steps(rules).some((step) => course.fills(step, it)))
      .map((entry) => ({ times: unorderedTry(course, rules, entry), isExcluded: false }));
  }
  return entries
    .filter((it) => course.fills(0, it))
    .map((entry) => judge(furthest(course, rules, [entry]), course, rules));
}

/**
 * The try that counts for a user: the first of those that get furthest. Undefined where there is none, and where all
 * that get furthest meet an exclusion that drops the user.
 */
export function bestTry(tries: readonly Judged[]): Try | undefined {
  const reach = Math.max(0, ...tries.map(({ times }) => times.length));
  if (reach === 0) return undefined;
  return tries.find(({ times, isExcluded }) => times.length === reach && !isExcluded)?.times;
}

const steps = (rules: FunnelRules) => Array.from({ length: rules.steps }, (_, step) => step);

/** The longest way on from a beginning, and of those the one with the earliest times. */
function furthest(course: Course, rules: FunnelRules, begun: readonly Happening[]): readonly Happening[] {
  if (begun.length === rules.steps) return begun;
  const entry = begun[0] as Happening;
  const last = begun.at(-1) as Happening;
  let best = begun;
  const tried = new Set<string>();
  for (const next of course.events) {
    if (!course.fills(begun.length, next) || begun.includes(next)) continue;
    const isAfter = next.ms > last.ms || Math.abs(next.ms - last.ms) <= rules.simultaneityMs;
    if (!isAfter || next.ms - entry.ms > rules.windowMs) continue;
    const way = [...begun, next];
    if (rules.order === "strict" && isBroken(course, rules, way)) continue;
    if (rules.order === "ordered") {
      // A later event that can fill no other steps leads no further than the first of its like.
      const like = steps(rules)
        .map((step) => course.fills(step, next))
        .join();
      if (tried.has(like)) continue;
      tried.add(like);
    }
    const on = furthest(course, rules, way);
    if (on.length > best.length || (on.length === best.length && isEarlier(on, best))) best = on;
  }
  return best;
}

/** True where the first time that differs is earlier. */
function isEarlier(way: readonly Happening[], other: readonly Happening[]): boolean {
  const at = way.findIndex((it, index) => it.ms !== other[index]?.ms);
  return at >= 0 && (way[at] as Happening).ms < (other[at] as Happening).ms;
}

/** True where another event lies between the first and the last of a strict try; one tied with an end lies outside. */
function isBroken(course: Course, rules: FunnelRules, way: readonly Happening[]): boolean {
  const [first, last] = [way[0] as Happening, way.at(-1) as Happening];
  const counts = (it: Happening) =>
    rules.universe === "all_events" || steps(rules).some((step) => course.fills(step, it));
  return course.events.some((it) => it.ms > first.ms && it.ms < last.ms && !way.includes(it) && counts(it));
}

function judge(way: readonly Happening[], course: Course, rules: FunnelRules): Judged {
  const times = way.map(({ ms }) => ms);
  const entry = times[0] as number;
  const meets = (index: number, afterMs: number, isBefore: (ms: number) => boolean) =>
    course.events.some((it) => course.excludes(index, it) && it.ms > afterMs && isBefore(it.ms));
  let kept = times.length;
  let isExcluded = false;
  for (const [index, { from, to }] of rules.exclusions.entries()) {
    const fromMs = times[from];
    if (fromMs === undefined) continue;
    const toMs = times[to];
    // Where the second step never came, the exclusion holds to the window's end.
    const isInside = (ms: number) => (toMs === undefined ? ms - entry <= rules.windowMs : ms < toMs);
    if (meets(index, fromMs, isInside)) isExcluded = true;
    for (let step = from + 1; step <= Math.min(to, kept - 1); step++) {
      if (meets(index, fromMs, (ms) => ms < (times[step] as number))) kept = step;
    }
  }
  if (rules.exclusionMet === "drop_user") return { times, isExcluded };
  return { times: times.slice(0, kept), isExcluded: false };
}

/** As many different steps as the events of one window fill, one event each; the earliest events that do. */
function unorderedTry(course: Course, rules: FunnelRules, entry: Happening): Try {
  const from = course.events.indexOf(entry);
  const isExclusion = (it: Happening) => rules.exclusions.some((_, index) => course.excludes(index, it));
  const stop =
    course.events.find((it) => it.ms > entry.ms && isExclusion(it))?.ms ?? Number.POSITIVE_INFINITY;
  const filled: Happening[] = [];
  for (const it of course.events.slice(from)) {
    if (it.ms - entry.ms > rules.windowMs || it.ms > stop) break;
    if (canFill(course, rules, [...filled, it])) filled.push(it);
  }
  return filled.map(({ ms }) => ms);
}

/** True where each of the events can fill a step of its own. */
function canFill(
  course: Course,
  rules: FunnelRules,
  events: readonly Happening[],
  taken: number[] = [],
): boolean {
  const [first, ...rest] = events;
  if (first === undefined) return true;
  return steps(rules).some(
    (step) =>
      !taken.includes(step) && course.fills(step, first) && canFill(course, rules, rest, [...taken, step]),
  );
}
