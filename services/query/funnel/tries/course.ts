/** One user's events as a funnel sees them, in the order of a user's events. */
export interface Course {
  readonly length: number;
  /** Effective times, ms; the first `length` of them, never falling. */
  readonly times: Float64Array;
  /** Bit n is set where the event fills step n, from 0 on. */
  readonly steps: Uint32Array;
  /** Bit n is set where the event counts for exclusion n; not set where the funnel has no exclusions. */
  readonly exclusions?: Uint32Array;
}

/** What a try is. */
export interface TryRules {
  readonly order: "ordered" | "strict" | "unordered";
  /** How many steps there are. */
  readonly steps: number;
  readonly windowMs: number;
  readonly exclusions: readonly { readonly from: number; readonly to: number }[];
  /** True where a try that met an exclusion counts for nothing; else it keeps the steps before. */
  readonly dropsUser: boolean;
  readonly universe: "all_events" | "funnel_events";
  readonly simultaneityMs: number;
  /** A try begins in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

/** One try: the times of the steps that it reached. */
export interface Try {
  readonly times: readonly number[];
  /** True where it met an exclusion, and drops its user. */
  readonly isExcluded: boolean;
}

/** Takes a try as it is found, in the order of their entries; true: no more are wanted. */
export type TakeTry = (found: Try) => boolean;

/** Takes the times of a try before exclusions are held against it. */
export type TakeTimes = (times: number[]) => boolean;

export function courseOf(
  events: readonly { readonly time: number; readonly steps: number; readonly exclusions?: number }[],
): Course {
  return {
    length: events.length,
    times: Float64Array.from(events, ({ time }) => time),
    steps: Uint32Array.from(events, ({ steps }) => steps),
    exclusions: Uint32Array.from(events, ({ exclusions = 0 }) => exclusions),
  };
}

/** The index of the first of `values`, which never fall, that is at least `least`; `length` where there is none. */
export function firstAtLeast(values: ArrayLike<number>, least: number, length = values.length): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first of `values`, which never fall, that is above `value`; `length` where there is none. */
export function firstAbove(values: ArrayLike<number>, value: number, length = values.length): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
