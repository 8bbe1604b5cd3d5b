import type { EventFault } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { batchEventsMax, type EventSource } from "./event-source.js";

/** Enough for a batch of common events; grows where it is not. */
const BYTES_START = 256 * 1024;
/** A buffer that grew larger than this is not kept. */
const BYTES_KEPT_MAX = 2 * 1024 * 1024;
/** Batches that are kept for use again. */
const KEPT_MAX = 64;

/**
 * What is known of the events of one request, by their index, until it is answered. The arrays are reused from request
 * to request: a batch must not be touched after its release.
 */
export class PreparedBatch {
  source: EventSource | undefined;
  count = 0;
  receivedMs = 0;
  /** The framed events for the log, each between `starts[i]` and `ends[i]`. */
  bytes: Buffer = Buffer.allocUnsafe(BYTES_START);
  readonly outcomes = new Uint8Array(batchEventsMax);
  readonly starts = new Int32Array(batchEventsMax);
  readonly ends = new Int32Array(batchEventsMax);
  readonly partitions = new Uint16Array(batchEventsMax);
  readonly hashLow = new Int32Array(batchEventsMax);
  readonly hashHigh = new Int32Array(batchEventsMax);
  /** Where the event's id lies in the source; empty where the server made it. */
  readonly idFrom = new Int32Array(batchEventsMax);
  readonly idTo = new Int32Array(batchEventsMax);
  /** The block of this batch that an event went into. */
  readonly blocks = new Int32Array(batchEventsMax);
  /** For a later copy of an id in the same batch, the index of its first; else -1. */
  readonly firstCopies = new Int32Array(batchEventsMax);
  readonly faults = new Map<number, EventFault>();
  readonly madeIds = new Map<number, string>();

  /** Starts over with a request. */
  begin(source: EventSource, receivedMs: number): void {
    this.source = source;
    this.count = source.count;
    this.receivedMs = receivedMs;
    this.firstCopies.fill(-1, 0, source.count);
    this.faults.clear();
    this.madeIds.clear();
  }

  /** Decides on an event other than that it is accepted. */
  decide(index: number, outcome: Outcome, fault?: EventFault): void {
    this.outcomes[index] = outcome;
    if (fault !== undefined) this.faults.set(index, fault);
  }

  /** How many events have the outcome. */
  countOf(outcome: Outcome): number {
    let found = 0;
    for (let index = 0; index < this.count; index++) if (this.outcomes[index] === outcome) found++;
    return found;
  }

  /** Bytes that accepted events take in the log. */
  acceptedBytes(): number {
    let bytes = 0;
    for (let index = 0; index < this.count; index++) {
      if (this.outcomes[index] === Outcome.ACCEPTED)
        bytes += (this.ends[index] ?? 0) - (this.starts[index] ?? 0);
    }
    return bytes;
  }
}

const kept: PreparedBatch[] = [];

/** A batch to work with, used before or new. */
export const takeBatch = (): PreparedBatch => kept.pop() ?? new PreparedBatch();

/** Gives a batch back once its answer is made. */
export function releaseBatch(batch: PreparedBatch): void {
  batch.source = undefined;
  if (batch.bytes.length > BYTES_KEPT_MAX) batch.bytes = Buffer.allocUnsafe(BYTES_START);
  if (kept.length < KEPT_MAX) kept.push(batch);
}
