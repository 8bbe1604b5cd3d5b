import type { Course } from "./course.js";
import type { Kind } from "./seats.js";

/** A user's events of one instant. */
export interface Moment {
  readonly time: number;
  /** In the order of their first events. */
  readonly kinds: readonly Kind[];
  /** How many events there are. */
  readonly size: number;
}

/** The instants of a course, with the events that pass. */
export function momentsOf({ length, times, steps }: Course, passes: (mask: number) => boolean): Moment[] {
  const moments: Moment[] = [];
  for (let at = 0; at < length; ) {
    const time = times[at] as number;
    const counts = new Map<number, number>();
    let size = 0;
    for (; at < length && times[at] === time; at++) {
      const mask = steps[at] as number;
      if (!passes(mask)) continue;
      counts.set(mask, (counts.get(mask) ?? 0) + 1);
      size++;
    }
    if (size === 0) continue;
    moments.push({ time, size, kinds: [...counts].map(([mask, count]) => ({ mask, count })) });
  }
  return moments;
}
