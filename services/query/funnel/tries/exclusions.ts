import { type Course, firstAbove, type Try, type TryRules } from "./course.js";

/** When the events of each exclusion were, never falling. */
export function exclusionTimes({ length, times, exclusions }: Course, count: number): number[][] {
  const lists = Array.from({ length: count }, (): number[] => []);
  if (exclusions === undefined) return lists;
  for (let at = 0; at < length; at++) {
    const mask = exclusions[at] as number;
    if (mask === 0) continue;
    for (const [index, list] of lists.entries()) if ((mask >>> index) & 1) list.push(times[at] as number);
  }
  return lists;
}

/** A try with exclusions held against it; `lists` as `exclusionTimes` has them. */
export function judged(times: number[], lists: readonly (readonly number[])[], rules: TryRules): Try {
  const entry = times[0] as number;
  let kept = times.length;
  let isExcluded = false;
  for (const [index, { from, to }] of rules.exclusions.entries()) {
    const fromMs = times[from];
    const list = lists[index] ?? [];
    if (fromMs === undefined) continue;
    const met = list[firstAbove(list, fromMs)];
    if (met === undefined) continue;
    const toMs = times[to];
    // Where the second step never came, the exclusion holds to the window's end.
    if (toMs === undefined ? met - entry <= rules.windowMs : met < toMs) isExcluded = true;
    for (let step = from + 1; step <= Math.min(to, kept - 1); step++) {
      if (met < (times[step] as number)) kept = step;
    }
  }
  if (rules.dropsUser) return { times, isExcluded };
  return { times: kept === times.length ? times : times.slice(0, kept), isExcluded: false };
}
