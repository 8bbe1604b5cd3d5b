// Copies of an id: within one batch, and, as advice, against what the log has already.
import { type EventFault, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { batchEventsMax, eventFault } from "./event-source.js";
import type { PreparedBatch } from "./prepared-batch.js";

export const idReused: EventFault = eventFault({
  reason: FaultReason.EVENT_ID_REUSED,
  field: "event_id",
  rule: "unique",
  message: "The id was seen within 24 hours with another payload; the first is kept.",
});

/** Says of an event that its id is known: a repetition, or another event under the same id. */
export function decideKnown(batch: PreparedBatch, index: number, isSamePayload: boolean): void {
  if (isSamePayload) batch.decide(index, Outcome.DUPLICATE);
  else batch.decide(index, Outcome.CONFLICT, idReused);
}

// An open hash table of the batch's ids, by their indexes; slots of earlier batches count as empty.
const SLOTS = 4_096;
const seed = Math.trunc(Math.random() * 0x7f_ff_ff_ff);

/** Not reentrant; one serves the process, since nothing in it waits. */
export class RepeatFinder {
  readonly #slots = new Int32Array(SLOTS);
  /** Index + 1 of the batch at hand is at least this much in the table. */
  #base = 0;

  /** Decides on later copies of an id among the accepted events of the batch. */
  find(batch: PreparedBatch): void {
    this.#base += batchEventsMax;
    if (this.#base > 0x7f_ff_00_00) {
      this.#slots.fill(0);
      this.#base = batchEventsMax;
    }
    for (let index = 0; index < batch.count; index++) {
      if (batch.outcomes[index] !== Outcome.ACCEPTED || batch.idFrom[index] === batch.idTo[index]) continue;
      const first = this.#firstOf(batch, index);
      if (first === index) continue;
      batch.firstCopies[index] = first;
      const isSame =
        batch.hashLow[first] === batch.hashLow[index] && batch.hashHigh[first] === batch.hashHigh[index];
      decideKnown(batch, index, isSame);
    }
  }

  #firstOf(batch: PreparedBatch, index: number): number {
    const bytes = batch.source?.bytes ?? new Uint8Array(0);
    const from = batch.idFrom[index] as number;
    const to = batch.idTo[index] as number;
    let hash = seed;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01_00_01_93);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const held = (this.#slots[slot] as number) - this.#base;
      if (held < 0) {
        this.#slots[slot] = this.#base + index;
        return index;
      }
      if (isSameId(batch, bytes, { held, from, to })) return held;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }
}

const isSameId = (
  batch: PreparedBatch,
  bytes: Uint8Array,
  { held, from, to }: { held: number; from: number; to: number },
): boolean => {
  const heldFrom = batch.idFrom[held] as number;
  if ((batch.idTo[held] as number) - heldFrom !== to - from) return false;
  for (let at = from; at < to; at++) if (bytes[at] !== bytes[heldFrom + at - from]) return false;
  return true;
};
