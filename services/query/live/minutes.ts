import type { WindowCounts } from "../../../platform/windows.js";

export const minuteMs = 60_000;

/** The history that a live picture can have. */
export const historyMinutesMax = 180;

/** Over these minutes the top names are counted. */
const topMinutes = 60;
const topNames = 20;

/** What happened in one minute of effective time, whole. */
export interface MinuteCounts {
  readonly events: number;
  readonly types: ReadonlyMap<string, number>;
  readonly countries: ReadonlyMap<string, number>;
  readonly devices: ReadonlyMap<string, number>;
}

export interface Named {
  readonly name: string;
  readonly events: number;
}

/** The last minutes of a project. Counts are set whole, never added to: a lost message can not make them wrong. */
export class LiveMinutes {
  readonly #minutes = new Map<number, MinuteCounts>();

  set(startMs: number, counts: MinuteCounts): void {
    if (counts.events === 0) this.#minutes.delete(startMs);
    else this.#minutes.set(startMs, counts);
  }

  /** Events of a minute. */
  events(startMs: number): number {
    return this.#minutes.get(startMs)?.events ?? 0;
  }

  /** Drops what no picture shows any more. */
  forgetBefore(startMs: number): void {
    for (const at of this.#minutes.keys()) if (at < startMs) this.#minutes.delete(at);
  }

  /** Events of the hour that ends with the minute of `nowMs`. */
  lastHour(nowMs: number): number {
    let events = 0;
    for (const counts of this.#lastHour(nowMs)) events += counts.events;
    return events;
  }

  /** The names with most events in the last hour, ties by name. */
  top(of: "types" | "countries" | "devices", nowMs: number): Named[] {
    const sums = new Map<string, number>();
    for (const counts of this.#lastHour(nowMs)) {
      for (const [name, events] of counts[of]) sums.set(name, (sums.get(name) ?? 0) + events);
    }
    const named = [...sums].map(([name, events]) => ({ name, events }));
    return named.sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1)).slice(0, topNames);
  }

  *#lastHour(nowMs: number): Iterable<MinuteCounts> {
    const last = minuteOf(nowMs);
    for (let at = last - (topMinutes - 1) * minuteMs; at <= last; at += minuteMs) {
      const counts = this.#minutes.get(at);
      if (counts !== undefined) yield counts;
    }
  }
}

export function minuteOf(ms: number): number {
  return Math.floor(ms / minuteMs) * minuteMs;
}

/** A minute's counts from its window in Redis, which counts countries and devices per type. */
export function countsOfWindow(window: WindowCounts): MinuteCounts {
  const types = new Map([...window.types].map(([type, { events }]) => [type, events]));
  return {
    events: window.events,
    types,
    countries: overTypes(window.countries),
    devices: overTypes(window.deviceClasses),
  };
}

function overTypes(perType: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const values of perType.values()) {
    for (const [name, events] of values) sums.set(name, (sums.get(name) ?? 0) + events);
  }
  return sums;
}
