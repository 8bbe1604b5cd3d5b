/** A source of numbers that is wholly decided by its seeds: the same seeds give the same numbers, on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the values, by weight. */
  pick<T>(values: readonly Weighted<T>[]): T;
  /** Exponentially distributed with this mean. */
  exponential(mean: number): number;
}

/** A value and how often it comes, relative to the others. */
export type Weighted<T> = readonly [value: T, weight: number];

/** Seeds are mixed one after another, then mulberry32 (public domain, T. Ettinger) goes on from there. */
export function randomOf(...seeds: readonly number[]): Random {
  let state = 0x9e3779b9;
  for (const seed of seeds) {
    state = Math.imul(state ^ (seed | 0), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13) ^ Math.floor(seed / 2 ** 32), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (values) => pickFrom(values, next()),
    exponential: (mean) => -Math.log(1 - next()) * mean,
  };
}

function pickFrom<T>(values: readonly Weighted<T>[], share: number): T {
  const total = values.reduce((sum, [, weight]) => sum + weight, 0);
  let left = share * total;
  for (const [value, weight] of values) {
    left -= weight;
    if (left < 0) return value;
  }
  const last = values.at(-1);
  if (last === undefined) throw new Error("nothing to pick from");
  return last[0];
}
