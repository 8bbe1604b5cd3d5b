import { basename } from "node:path";
import type { Publisher } from "../publisher.js";
import { type Batch, batchesOf } from "./batches.js";
import type { Checkpoint } from "./checkpoint.js";
import { compileMapping } from "./encode-event.js";
import type { Mapping } from "./mapping.js";
import type { Source } from "./record.js";
import { openCombinedLog } from "./sources/combined-log.js";
import { openCsv } from "./sources/csv.js";
import { openNdjson } from "./sources/json.js";
import { openJsonArray } from "./sources/json-array.js";
import { openText } from "./sources/text-lines.js";
import { Tally } from "./tally.js";

/** What is told while a file is imported. */
export interface ImportProgress {
  /** Events that have a verdict. */
  readonly events: number;
  /** The share of the file that was read, 0 to 1; undefined where its size is not known. */
  readonly share: number | undefined;
}

/** One file to import. */
export interface ImportOptions {
  readonly file: string;
  readonly mapping: Mapping;
  readonly publisher: Publisher;
  /** Requests that may be on their way at once. */
  readonly inFlight: number;
  readonly checkpoint: Checkpoint | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Told once where the import goes on after an earlier one. */
  readonly onResume: (records: number) => void;
}

/** An import that ended before its file did; the checkpoint says where it goes on. */
export class ImportStopped extends Error {
  override readonly name = "ImportStopped";
}

const CHECKPOINT_MS = 1_000;

/**
 * Imports one file and gives what became of its records, those of earlier runs that were stopped included.
 * @throws MappingError, ImportStopped
 */
export async function importFile(options: ImportOptions): Promise<Tally> {
  const { file, mapping, checkpoint } = options;
  const text = await openText(file, mapping.encoding);
  const source = await openSource(text.pieces(), mapping);
  const encoder = compileMapping(mapping, source, basename(file).replace(/\.gz$/, ""));
  const before = await checkpoint?.read();
  if (before !== undefined) options.onResume(before.records);
  const sender = new OrderedSender(options, before?.records ?? 0, Tally.from(before?.tally ?? []));
  const share = () => (text.bytes === undefined ? undefined : text.bytesRead() / Math.max(1, text.bytes));
  try {
    for await (const batch of batchesOf(source.runs(), encoder, before?.records ?? 0)) {
      await sender.send(batch, share());
    }
    await sender.drain();
  } catch (error) {
    await sender.settle();
    const at = `after ${sender.records} records`;
    const message = error instanceof Error && error.name !== "AbortError" ? error.message : "interrupted";
    throw new ImportStopped(`${file}: stopped ${at}: ${message}`, { cause: error });
  }
  await checkpoint?.remove();
  return sender.tally;
}

/** The records of a text in the form that a mapping says. */
export function openSource(pieces: AsyncIterable<string>, mapping: Mapping): Promise<Source> | Source {
  switch (mapping.format) {
    case "csv":
      return openCsv(pieces, mapping.csv);
    case "ndjson":
      return openNdjson(pieces);
    case "json":
      return openJsonArray(pieces);
    case "combined-log":
      return openCombinedLog(pieces);
  }
}

/**
 * Keeps several batches on their way at once and counts them in their order, so that a checkpoint never says more
 * than what was taken without a gap.
 */
class OrderedSender {
  /** Records done with, without a gap. */
  records: number;
  readonly tally: Tally;
  readonly #options: ImportOptions;
  /** Batches on their way or taken after a gap, oldest first. */
  readonly #window: { batch: Batch; verdicts: Uint8Array[] | undefined }[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: unknown;
  #writtenAt = performance.now();

  constructor(options: ImportOptions, records: number, tally: Tally) {
    this.#options = options;
    this.records = records;
    this.tally = tally;
  }

  /** Waits for room, then sends without waiting for the answer. @throws what an earlier batch failed with */
  async send(batch: Batch, share: number | undefined): Promise<void> {
    this.#options.signal.throwIfAborted();
    while (this.#running.size >= this.#options.inFlight) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure;
    const slot = { batch, verdicts: undefined as Uint8Array[] | undefined };
    this.#window.push(slot);
    const running: Promise<void> = this.#take(batch)
      .then((verdicts) => {
        slot.verdicts = verdicts;
        this.#advance();
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    this.#options.onProgress({ events: this.#events(), share });
    await this.#writeCheckpoint(false);
  }

  /** Waits until every batch is answered. @throws what one failed with */
  async drain(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure;
    this.#options.onProgress({ events: this.#events(), share: 1 });
  }

  /** After a failure: waits for what is on its way and writes down how far it came. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
    await this.#writeCheckpoint(true);
  }

  #events(): number {
    return this.tally.count() - this.tally.count("unreadable");
  }

  #take(batch: Batch): Promise<Uint8Array[]> {
    return batch.places.length === 0 ? Promise.resolve([]) : this.#options.publisher.publish(batch.request);
  }

  #advance(): void {
    for (let first = this.#window[0]; first?.verdicts !== undefined; first = this.#window[0]) {
      this.tally.merge(first.batch.tally);
      this.tally.addVerdicts(first.verdicts, first.batch.places);
      this.records = first.batch.records;
      this.#window.shift();
    }
  }

  async #writeCheckpoint(isDue: boolean): Promise<void> {
    if (!isDue && performance.now() - this.#writtenAt < CHECKPOINT_MS) return;
    this.#writtenAt = performance.now();
    await this.#options.checkpoint?.write({ records: this.records, tally: this.tally.lines() });
  }
}
