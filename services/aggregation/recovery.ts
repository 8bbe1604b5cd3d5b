/** The rollups, each filled by its own view. */
export const rollupNames = ["rollup_minute", "rollup_quarter", "rollup_day"] as const;
export type RollupName = (typeof rollupNames)[number];

/** What a range must leave behind in one table partition (a month of received time, such as 202611). */
export interface ExpectedMonth {
  /** Rows of events. */
  events: number;
  /** Events that rollups count: all but system events. */
  counted: number;
  /** The lowest and highest raw sequence of those; 0 when there are none. */
  countedFrom: number;
  countedTo: number;
}

/** What a range must leave behind. */
export interface Expected {
  /** Raw positions of the first and the last event, both inclusive. */
  readonly first: RawPosition;
  readonly last: RawPosition;
  readonly months: ReadonlyMap<number, Readonly<ExpectedMonth>>;
  readonly systemEvents: number;
}

export interface RawPosition {
  readonly sequence: number;
  readonly index: number;
}

/** What the tables hold: of the range in events, and up to where in each rollup, per month. */
export interface Found {
  readonly events: ReadonlyMap<number, number>;
  /** The highest raw sequence of the partition in the rollup, per month. */
  readonly rollups: Readonly<Record<RollupName, ReadonlyMap<number, number>>>;
}

export type RecoveryStep =
  /** Events are missing: with what is counted over them, or alone where a rollup has them all the same. */
  | { readonly kind: "events"; readonly month: number; readonly alone: boolean }
  | { readonly kind: "rollup"; readonly rollup: RollupName; readonly month: number }
  | { readonly kind: "people" };

/** Thrown when a table partition holds a part of a range: an insert is one block, so this is somebody else's doing. */
export class PartialRangeError extends Error {
  override readonly name = "PartialRangeError";
}

/**
 * What to fill of a range after the engine was restarted in or after its insert. Events come first; what is counted
 * over them is looked at again when they are there.
 *
 * Sound because the parts of one insert are each whole or absent, and because nothing later of the same partition of
 * the log was inserted: a rollup that knows a raw sequence within the range knows all of the range.
 */
export function planRecovery(expected: Expected, found: Found): RecoveryStep[] {
  const events: RecoveryStep[] = [];
  const rollups: RecoveryStep[] = [];
  for (const [month, want] of expected.months) {
    const has = found.events.get(month) ?? 0;
    const missing =
      want.counted === 0 ? [] : rollupNames.filter((rollup) => !knows(found, rollup, month, want));
    if (has === 0 && want.events > 0) {
      const alone = want.counted > 0 && missing.length < rollupNames.length;
      events.push({ kind: "events", month, alone });
    } else if (has !== want.events) {
      throw new PartialRangeError(`month ${month} holds ${has} of ${want.events} events of a range`);
    }
    for (const rollup of missing) rollups.push({ kind: "rollup", rollup, month });
  }
  if (events.length > 0) return events;
  const people: RecoveryStep[] = expected.systemEvents > 0 ? [{ kind: "people" }] : [];
  return [...rollups, ...people];
}

function knows(found: Found, rollup: RollupName, month: number, want: Readonly<ExpectedMonth>): boolean {
  return (found.rollups[rollup].get(month) ?? 0) >= want.countedFrom;
}
