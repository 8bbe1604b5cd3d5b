import { splitRepeated, WireCursor } from "../../../platform/wire.js";
import { envelopeOfEvents } from "../range-content.js";
import { scanEvent } from "../scan.js";

/** Which events are replayed. */
export interface Selection {
  readonly project: string;
  /** Empty: all types. */
  readonly types: readonly string[];
  /** Received time, half open. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * How much later than it was received an event may reach the log at most: a request's deadline, its retries, and a
 * pause of the door in between. Blocks that hold only later events end the reading.
 */
export const logDelayMaxMs = 15 * 60_000;

export interface Selected {
  /** A block of the selected events only; undefined when there are none. */
  readonly data: Uint8Array | undefined;
  /** True when neither this block nor any after it can hold a selected event. */
  readonly isPast: boolean;
}

const cursor = new WireCursor();
const blockEventsField = 1;

const nowhere: ReadonlySet<string> = new Set();

/**
 * Picks the selected events of a block by a scan, but for those at the places `without`; a block that is selected whole
 * is passed on as it is.
 */
export function selectEvents(block: Uint8Array, selection: Selection, without = nowhere): Selected {
  const events = splitRepeated(block, blockEventsField);
  const types = new Set(selection.types);
  let earliestMs = Number.POSITIVE_INFINITY;
  const kept = events.filter((bytes) => {
    const event = scanEvent(cursor, bytes);
    earliestMs = Math.min(earliestMs, event.receivedTimeMs);
    return (
      event.projectId === selection.project &&
      (types.size === 0 || types.has(event.type)) &&
      event.receivedTimeMs >= selection.fromMs &&
      event.receivedTimeMs < selection.toMs &&
      !without.has(`${event.rawSequence}-${event.rawIndex}`)
    );
  });
  const isPast = events.length > 0 && earliestMs >= selection.toMs + logDelayMaxMs;
  if (kept.length === 0) return { data: undefined, isPast };
  if (kept.length === events.length) return { data: block, isPast };
  const [, ...parts] = envelopeOfEvents(kept);
  return { data: Buffer.concat(parts), isPast };
}
