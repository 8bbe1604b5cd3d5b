import { type Course, firstAbove, type TakeTimes, type TryRules } from "./course.js";
import { Seats } from "./seats.js";

/** The times of the events of one kind, and where those begin that are not before the present entry. */
interface KindTimes {
  readonly mask: number;
  readonly times: number[];
  start: number;
}

/**
 * Tries of an unordered funnel: one from each instant with an event of a step. Each takes the earliest events that can
 * have steps of their own (the sets of events that can are a matroid, so that no other choice does more steps).
 *
 * @param ends the times of events that end the tries across them, never falling
 */
export function unorderedTries(
  course: Course,
  rules: TryRules,
  ends: readonly number[],
  take: TakeTimes,
): void {
  const { fromMs, toMs, windowMs } = rules;
  const kinds = kindTimesOf(course);
  let last = Number.NaN;
  for (let at = 0; at < course.length; at++) {
    const start = course.times[at] as number;
    if (course.steps[at] === 0 || start === last || start < fromMs) continue;
    if (start >= toMs) return;
    last = start;
    for (const kind of kinds) while ((kind.times[kind.start] ?? start) < start) kind.start++;
    const end = ends[firstAbove(ends, start)] ?? Number.POSITIVE_INFINITY;
    if (take(earliest(kinds, rules.steps, Math.min(start + windowMs, end)))) return;
  }
}

function kindTimesOf({ length, times, steps }: Course): KindTimes[] {
  const kinds = new Map<number, KindTimes>();
  for (let at = 0; at < length; at++) {
    const mask = steps[at] as number;
    if (mask === 0) continue;
    const kind = kinds.get(mask) ?? { mask, times: [], start: 0 };
    kinds.set(mask, kind);
    kind.times.push(times[at] as number);
  }
  return [...kinds.values()];
}

/** The times of the earliest events, up to `untilMs`, that can have steps of their own. */
function earliest(kinds: readonly KindTimes[], steps: number, untilMs: number): number[] {
  const seats = new Seats(steps);
  const found: number[] = [];
  const next = kinds.map(({ start }) => start);
  while (found.length < steps) {
    let first = -1;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const [index, { times }] of kinds.entries()) {
      const time = times[next[index] as number] ?? Number.POSITIVE_INFINITY;
      if (time < firstMs && time <= untilMs) [first, firstMs] = [index, time];
    }
    const kind = kinds[first];
    if (kind === undefined) break;
    if (seats.addEvent(kind.mask)) {
      found.push(firstMs);
      next[first] = (next[first] as number) + 1;
    } else {
      // What has no place now has none later either.
      next[first] = kind.times.length;
    }
  }
  return found;
}
