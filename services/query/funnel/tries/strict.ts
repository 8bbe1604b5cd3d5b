import type { Course, TakeTimes, TryRules } from "./course.js";
import { momentsOf } from "./moments.js";
import { stepsFilled } from "./seats.js";

/**
 * Tries of a strict funnel. Between the instants of its first and its last step every event is part of a try; at these
 * two instants others may stand beside.
 */
export function strictTries(course: Course, rules: TryRules, take: TakeTimes): void {
  const { steps, fromMs, toMs, windowMs, universe } = rules;
  const moments = momentsOf(course, (mask) => universe === "all_events" || mask !== 0);
  /** What follows where `done` steps were done at the first instant. */
  const goOn = (index: number, done: number): number[] => {
    const start = moments[index]?.time ?? 0;
    const found = new Array<number>(done).fill(start);
    for (let at = index + 1; found.length < steps; at++) {
      const moment = moments[at];
      if (moment === undefined || moment.time - start > windowMs) break;
      const filled = stepsFilled(moment.kinds, { step: found.length, steps });
      for (let step = 0; step < filled; step++) found.push(moment.time);
      if (filled < moment.size) break;
    }
    return found;
  };
  for (const [index, { time, kinds }] of moments.entries()) {
    if (time < fromMs || time >= toMs) continue;
    for (const entry of kinds) {
      if ((entry.mask & 1) === 0) continue;
      const most = 1 + stepsFilled(kinds, { step: 1, steps, without: entry });
      let best: number[] = [];
      // More steps at the first instant are earlier, but may leave the next event without its step.
      for (let done = most; done > 0; done--) {
        const found = goOn(index, done);
        if (found.length > best.length) best = found;
      }
      if (take(best)) return;
    }
  }
}
