import { type WindowSize, windowExpiryMs, windowField, windowSizes } from "../../platform/windows.js";
import type { MinuteCount } from "./range-content.js";

/** What a range adds to one window. */
export interface WindowAddition {
  readonly projectId: string;
  readonly size: WindowSize;
  readonly startMs: number;
  /** Until when the window lives, ms since 1970. */
  readonly expiryMs: number;
  /** Counts of events by field. */
  readonly events: Map<string, number>;
  /** Sums of amounts by field; those that are 0 are left out. */
  readonly amounts: Map<string, number>;
}

/** Sums minutes up into all windows that still live at `nowMs`. */
export function windowAdditions(counts: Iterable<MinuteCount>, nowMs: number): WindowAddition[] {
  const additions = new Map<string, WindowAddition>();
  for (const count of counts) {
    for (const size of windowSizes) {
      const startMs = Math.floor(count.minuteMs / size.sizeMs) * size.sizeMs;
      const expiryMs = windowExpiryMs(size, startMs);
      if (expiryMs <= nowMs) continue;
      const key = `${size.name}:${startMs}:${count.projectId}`;
      let addition = additions.get(key);
      if (addition === undefined) {
        const { projectId } = count;
        addition = { projectId, size, startMs, expiryMs, events: new Map(), amounts: new Map() };
        additions.set(key, addition);
      }
      add(addition, count);
    }
  }
  return [...additions.values()];
}

function add({ events, amounts }: WindowAddition, count: MinuteCount): void {
  const { type } = count;
  increase(events, windowField.events, count.events);
  increase(events, windowField.type(type), count.events);
  increase(events, windowField.country(type, count.country), count.events);
  increase(events, windowField.deviceClass(type, count.deviceClass), count.events);
  if (count.amount === 0) return;
  increase(amounts, windowField.amount, count.amount);
  increase(amounts, windowField.typeAmount(type), count.amount);
}

function increase(sums: Map<string, number>, field: string, by: number): void {
  sums.set(field, (sums.get(field) ?? 0) + by);
}
