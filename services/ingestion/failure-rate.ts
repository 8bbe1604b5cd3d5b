// How many of a key's events are kept aside over the last minute: where it is over half, a client is broken as a
// whole, and its owner needs one alarm rather than a million entries. Nothing is lost by it: every event is kept aside.
import { RecentCache } from "../../platform/recent-cache.js";

const slotMs = 10_000;
const slots = 6;
/** Fewer failures than this within a minute are entries, whatever their share. */
const failedMin = 100;
/** Keys in each of two generations; one that was forgotten begins anew. */
const keysMax = 10_000;

interface Window {
  /** The number of the newest slot, since 1970. */
  slot: number;
  readonly events: Float64Array;
  readonly failed: Float64Array;
}

/** The failures of all keys that this process sees; bounded in keys. */
export class FailureRates {
  readonly #windows = new RecentCache<Window>(keysMax);

  /** Counts a batch in, also one without failures, and says whether its failures are part of a flood. */
  note(keyId: string, batch: { events: number; failed: number; now: number }): boolean {
    let window = this.#windows.get(keyId);
    if (window === undefined) {
      window = { slot: 0, events: new Float64Array(slots), failed: new Float64Array(slots) };
      this.#windows.set(keyId, window);
    }
    const slot = Math.max(window.slot, Math.floor(batch.now / slotMs));
    for (let gone = Math.max(window.slot + 1, slot - slots + 1); gone <= slot; gone++) {
      window.events[gone % slots] = 0;
      window.failed[gone % slots] = 0;
    }
    window.slot = slot;
    window.events[slot % slots] = (window.events[slot % slots] ?? 0) + batch.events;
    window.failed[slot % slots] = (window.failed[slot % slots] ?? 0) + batch.failed;
    const failed = sum(window.failed);
    return failed >= failedMin && failed * 2 > sum(window.events);
  }
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, number) => total + number, 0);
