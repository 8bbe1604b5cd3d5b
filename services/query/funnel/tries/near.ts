import { FaultReason } from "../../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../../platform/fault.js";
import { type Course, firstAbove, firstAtLeast, type TakeTimes, type TryRules } from "./course.js";

/** Events that the search for one user's tries may look at. */
const looksMax = 5_000_000;

/**
 * Tries where events count as tied that are near one another: whichever of them comes first, so all ways are tried.
 * Of the longest ways the one with the earliest times counts.
 *
 * @throws Fault QUERY_TOO_LARGE where a user has too many events so near that they could be taken in many ways.
 */
export function nearTries(course: Course, rules: TryRules, take: TakeTimes): void {
  const search = new NearSearch(course, rules);
  for (let entry = 0; entry < course.length; entry++) {
    const start = course.times[entry] as number;
    if (((course.steps[entry] as number) & 1) === 0 || start < rules.fromMs) continue;
    if (start >= rules.toMs) return;
    if (take(search.from(entry))) return;
  }
}

class NearSearch {
  readonly #course: Course;
  readonly #rules: TryRules;
  /** Times of the events that break a strict try. */
  readonly #breaking: readonly number[];
  #looks = 0;

  constructor(course: Course, rules: TryRules) {
    this.#course = course;
    this.#rules = rules;
    const { length, times, steps } = course;
    const breaking: number[] = [];
    for (let at = 0; at < length; at++)
      if (rules.universe === "all_events" || steps[at] !== 0) breaking.push(times[at] as number);
    this.#breaking = rules.order === "strict" ? breaking : [];
  }

  from(entry: number): number[] {
    return this.#furthest([entry]).map((at) => this.#course.times[at] as number);
  }

  #furthest(way: readonly number[]): readonly number[] {
    const { times, steps, length } = this.#course;
    const { steps: count, simultaneityMs, windowMs, order } = this.#rules;
    const until = (times[way[0] as number] as number) + windowMs;
    const least = (times[way.at(-1) as number] as number) - simultaneityMs;
    const tried = new Set<number>();
    let best = way;
    for (let at = firstAtLeast(times, least, length); at < length && way.length < count; at++) {
      this.#look();
      const time = times[at] as number;
      if (time > until) break;
      // Nothing later is as early as what is complete.
      if (best.length === count && time > (times[best[way.length] as number] as number)) break;
      const mask = steps[at] as number;
      if (((mask >>> way.length) & 1) === 0 || way.includes(at)) continue;
      const longer = [...way, at];
      if (order === "strict" && this.#isBroken(longer)) continue;
      if (order === "ordered") {
        // A later event of the same kind leads no further than the first.
        if (tried.has(mask)) continue;
        tried.add(mask);
      }
      const found = this.#furthest(longer);
      if (found.length > best.length || (found.length === best.length && this.#isEarlier(found, best)))
        best = found;
    }
    return best;
  }

  #isEarlier(a: readonly number[], b: readonly number[]): boolean {
    const { times } = this.#course;
    for (const [index, at] of a.entries()) {
      const other = times[b[index] as number] as number;
      if (times[at] !== other) return (times[at] as number) < other;
    }
    return false;
  }

  /** Whether an event that is not part of it lies between the times of the first and the last of a way. */
  #isBroken(way: readonly number[]): boolean {
    const { times } = this.#course;
    const first = times[way[0] as number] as number;
    const last = times[way.at(-1) as number] as number;
    const between = firstAtLeast(this.#breaking, last) - firstAbove(this.#breaking, first);
    const own = way.filter((at) => (times[at] as number) > first && (times[at] as number) < last).length;
    return between > own;
  }

  #look(): void {
    if (++this.#looks <= looksMax) return;
    const facts = { limit: "simultaneity", most: String(looksMax) };
    throw new Fault(
      FaultReason.QUERY_TOO_LARGE,
      "a user has too many events that count as being at the same time",
      facts,
    );
  }
}
