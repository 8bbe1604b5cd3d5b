import type { Course, TakeTry, Try, TryRules } from "./course.js";
import { exclusionTimes, judged } from "./exclusions.js";
import { nearTries } from "./near.js";
import { plainTries, tiedTries } from "./ordered.js";
import { strictTries } from "./strict.js";
import { unorderedTries } from "./unordered.js";

/**
 * Finds a user's tries, one from each event that can begin one, in their order; of entries at one instant that can be
 * taken for one another only one. Each takes the earliest events that get it furthest.
 *
 * @throws Fault QUERY_TOO_LARGE; see `nearTries`.
 */
export function findTries(course: Course, rules: TryRules, take: TakeTry): void {
  const { order, exclusions, simultaneityMs } = rules;
  const lists = exclusions.length === 0 ? [] : exclusionTimes(course, exclusions.length);
  const takeTimes = (times: number[]): boolean =>
    take(lists.length === 0 ? { times, isExcluded: false } : judged(times, lists, rules));
  const { areNear, areMany } = natureOf(course, simultaneityMs);
  if (order === "unordered") {
    const ends = lists.length === 1 ? (lists[0] ?? []) : lists.flat().sort((a, b) => a - b);
    unorderedTries(course, rules, ends, (times) => take({ times, isExcluded: false }));
  } else if (areNear && simultaneityMs > 0 && (areMany || order === "strict")) {
    nearTries(course, rules, takeTimes);
  } else if (order === "strict") strictTries(course, rules, takeTimes);
  else if (areNear && areMany) tiedTries(course, rules, takeTimes);
  else plainTries(course, rules, areNear, takeTimes);
}

/** Whether events are tied (`areNear`), and whether one fills several steps (`areMany`). */
function natureOf({ length, times, steps }: Course, simultaneityMs: number) {
  let [areNear, areMany] = [false, false];
  for (let at = 0; at < length; at++) {
    const mask = steps[at] as number;
    if ((mask & (mask - 1)) !== 0) areMany = true;
    if (at > 0 && (times[at] as number) - (times[at - 1] as number) <= simultaneityMs) areNear = true;
  }
  return { areNear, areMany };
}

/** The try that counts among those given to it. */
export class BestTry {
  readonly #steps: number;
  #reach = 0;
  #best: Try | undefined;

  constructor(steps: number) {
    this.#steps = steps;
  }

  /** True where no other try can be better. */
  offer(found: Try): boolean {
    const reach = found.times.length;
    if (reach > this.#reach) {
      this.#reach = reach;
      this.#best = found.isExcluded ? undefined : found;
    } else if (reach === this.#reach && this.#best === undefined && !found.isExcluded) {
      this.#best = found;
    }
    return this.#best !== undefined && this.#reach === this.#steps;
  }

  /**
   * The first of those that got furthest; undefined where there is none, or where all that got furthest met an
   * exclusion that drops the user.
   */
  get best(): readonly number[] | undefined {
    return this.#best?.times;
  }
}

/** The times of the steps of a user's best try. */
export function bestTry(course: Course, rules: TryRules): readonly number[] | undefined {
  const best = new BestTry(rules.steps);
  findTries(course, rules, (found) => best.offer(found));
  return best.best;
}
