import { FieldWriter } from "../../platform/wire.js";
import type { Encoder } from "./encode-event.js";
import { type Item, isRecord, UnmappableError } from "./record.js";
import { Tally } from "./tally.js";

/** A batch ready to be sent, and what the records up to it were. */
export interface Batch {
  /** A PublishEventsRequest. */
  readonly request: Uint8Array;
  /** The line of each event. */
  readonly places: readonly number[];
  /** How many records of the file are behind the sender once this batch is taken. */
  readonly records: number;
  /** Records on the way to this batch that made no event. */
  readonly tally: Tally;
}

const EVENTS = 1;
const EVENTS_MAX = 1_000;
/** Under the server's 4 MiB, with room for what a proxy may count besides. */
const BYTES_MAX = 3 * 1024 * 1024;

/**
 * Cuts the records of a file into batches, in order. The first `skipRecords` are read and mapped (counters count
 * them) but not sent: an earlier run did.
 */
export async function* batchesOf(
  runs: AsyncIterable<Item[]>,
  encoder: Encoder,
  skipRecords: number,
): AsyncGenerator<Batch> {
  const [event, request] = [new FieldWriter(64 * 1024), new FieldWriter(256 * 1024)];
  let [places, tally, records]: [number[], Tally, number] = [[], new Tally(), 0];
  const cut = (): Batch => {
    const batch = { request: request.copy(), places, records, tally };
    request.reset();
    [places, tally] = [[], new Tally()];
    return batch;
  };
  for await (const run of runs) {
    for (const item of run) {
      const made = encodeInto(item, encoder, event);
      if (records >= skipRecords && made.kind === "event") {
        if (places.length === EVENTS_MAX || request.length + event.length + 8 > BYTES_MAX) yield cut();
        request.bytes(EVENTS, event.view());
        places.push(item.line);
      }
      if (records >= skipRecords && made.kind === "unreadable") tally.addUnreadable(item.line, made.why);
      records++;
    }
  }
  if (places.length > 0 || tally.count() > 0) yield cut();
}

type Made =
  | { readonly kind: "event" | "passed over" }
  | { readonly kind: "unreadable"; readonly why: string };

/** Leaves the record's event in the writer. */
function encodeInto(item: Item, encoder: Encoder, event: FieldWriter): Made {
  if (!isRecord(item)) return { kind: "unreadable", why: item.unreadable };
  try {
    if (encoder.isSkipped(item)) return { kind: "passed over" };
    encoder.encode(item, event.reset());
    return { kind: "event" };
  } catch (error) {
    if (!(error instanceof UnmappableError)) throw error;
    return { kind: "unreadable", why: error.message };
  }
}
