import { type Course, firstAbove, type TakeTimes, type TryRules } from "./course.js";
import { type Moment, momentsOf } from "./moments.js";
import { stepsFilled } from "./seats.js";

/**
 * Tries of an ordered funnel, each by the earliest events, where no event competes for steps with another of its time:
 * either no two events are tied (`areTied` false), or none fills more than one step.
 *
 * A later entry never goes by earlier events, so that each step is searched once from the front: the time is linear in
 * events and steps, however many entries there are.
 */
export function plainTries(course: Course, rules: TryRules, areTied: boolean, take: TakeTimes): void {
  const { length, times, steps } = course;
  const { steps: count, fromMs, toMs, windowMs, simultaneityMs } = rules;
  const next = new Int32Array(count);
  for (let entry = 0; entry < length; entry++) {
    const start = times[entry] as number;
    if (((steps[entry] as number) & 1) === 0 || start < fromMs) continue;
    if (start >= toMs) return;
    const found = [start];
    let before = entry;
    for (let step = 1; step < count; step++) {
      const least = (times[before] as number) - simultaneityMs;
      let at = next[step] as number;
      if (!areTied && at <= before) at = before + 1;
      while (at < length && ((((steps[at] as number) >>> step) & 1) === 0 || (times[at] as number) < least))
        at++;
      next[step] = at;
      if (at >= length || (times[at] as number) - start > windowMs) break;
      found.push(times[at] as number);
      before = at;
    }
    if (take(found)) return;
  }
}

/**
 * Tries of an ordered funnel where tied events compete for steps. At each instant as many steps as its events can fill
 * one by one are done: who is further along at an instant is never worse off, so each step comes as early as it can.
 */
export function tiedTries(course: Course, rules: TryRules, take: TakeTimes): void {
  const { steps, fromMs, toMs, windowMs } = rules;
  const moments = momentsOf(course, (mask) => mask !== 0);
  const withStep = Array.from({ length: steps }, (_, step) =>
    moments.flatMap(({ kinds }, index) => (kinds.some(({ mask }) => (mask >>> step) & 1) ? [index] : [])),
  );
  const goOn = (from: number, found: number[]): number[] => {
    const limit = (found[0] as number) + windowMs;
    let at = from;
    while (found.length < steps) {
      const candidates = withStep[found.length] as number[];
      at = candidates[firstAbove(candidates, at)] ?? moments.length;
      const moment = moments[at];
      if (moment === undefined || moment.time > limit) break;
      const filled = stepsFilled(moment.kinds, { step: found.length, steps });
      for (let step = 0; step < filled; step++) found.push(moment.time);
    }
    return found;
  };
  for (const [index, moment] of moments.entries()) {
    if (moment.time < fromMs || moment.time >= toMs) continue;
    for (const found of entriesOf(moment, steps)) if (take(goOn(index, found))) return;
  }
}

/** One begun try for each kind of entry at an instant, with the steps that its own instant fills. */
function entriesOf({ time, kinds }: Moment, steps: number): number[][] {
  return kinds
    .filter(({ mask }) => (mask & 1) === 1)
    .map((entry) => new Array<number>(1 + stepsFilled(kinds, { step: 1, steps, without: entry })).fill(time));
}
