// How far a device's clock is off: received − sent holds the clock's error and the way's length; the smallest of the
// differences seen lately has the least of the way in it.

/** A smaller difference is no error of the clock, but the way. */
export const skewMsMin = 60_000;
/** How long the smallest difference of a device counts. */
const latelyMs = 600_000;
/** Devices remembered: sets of ways, the oldest of a set makes room. */
const SETS = 16_384;
const WAYS = 4;

/** Remembers devices by a hash of 48 bits and more; a false match could only pick another device's difference. */
export class ClockSkews {
  readonly #tags = new Int32Array(SETS * WAYS);
  readonly #smallest = new Float64Array(SETS * WAYS);
  readonly #since = new Float64Array(SETS * WAYS);

  /**
   * The skew of an event sent at `sentMs` by the device with this hash: the smallest difference of its device lately,
   * where that is over a minute, else 0.
   */
  of(device: { low: number; high: number }, sentMs: number, receivedMs: number): number {
    const smallest = this.#note(device, receivedMs - sentMs, receivedMs);
    return Math.abs(smallest) > skewMsMin ? smallest : 0;
  }

  #note({ low, high }: { low: number; high: number }, difference: number, now: number): number {
    const set = ((high >>> 0) % SETS) * WAYS;
    const tag = low | 1;
    let oldest = set;
    for (let at = set; at < set + WAYS; at++) {
      if (this.#tags[at] === tag) {
        const isLate = now - (this.#since[at] as number) > latelyMs;
        if (isLate || difference < (this.#smallest[at] as number)) {
          this.#smallest[at] = difference;
          this.#since[at] = now;
        }
        return this.#smallest[at] as number;
      }
      if ((this.#since[at] as number) < (this.#since[oldest] as number)) oldest = at;
    }
    this.#tags[oldest] = tag;
    this.#smallest[oldest] = difference;
    this.#since[oldest] = now;
    return difference;
  }
}
