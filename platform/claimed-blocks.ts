import { NatsError } from "nats";
import type { Nats } from "./engines/nats.js";
import { storedMessage } from "./stored-message.js";
import { WireCursor, WireType } from "./wire.js";

/** Fields of tideline.pipeline.v1.Event that tell copies. */
const field = { events: 1, projectId: 1, eventId: 2, payloadHash: 33 } as const;

/** JetStream's "no message found". */
const notFoundCode = 10_037;

/** What an entry costs beside its characters, roughly: map, string, number. */
const entryBytes = 120;
const blockBytes = 400;

/** The ids of one block of RAW, each with the hash of its payload; of copies within the block, the first. */
export interface ClaimedBlock {
  readonly payloads: ReadonlyMap<string, bigint>;
  /** What it costs in memory, roughly. */
  readonly bytes: number;
}

/** What a claim's positions say of an id. `gone`: a block that may have held it is no longer in the log. */
export type Found =
  | { readonly kind: "copy"; readonly position: number; readonly payloadHash: bigint }
  | { readonly kind: "other" }
  | { readonly kind: "gone"; readonly position: number };

/** The key of an id: ids are told apart per project. */
const keyOf = (project: string, id: string): string => `${project}\0${id}`;

/** Reads the ids of a block. @throws WireError */
export function claimedBlock(bytes: Uint8Array): ClaimedBlock {
  const payloads = new Map<string, bigint>();
  let cost = blockBytes;
  const block = new WireCursor().reset(bytes);
  const event = new WireCursor();
  while (block.next()) {
    if (block.field !== field.events || block.wireType !== WireType.bytes) continue;
    let project = "";
    let id = "";
    let payload = 0n;
    event.reset(bytes, block.start, block.end);
    while (event.next()) {
      if (event.field === field.projectId) project = event.text();
      else if (event.field === field.eventId) id = event.text();
      else if (event.field === field.payloadHash) payload = event.fixed64();
    }
    const key = keyOf(project, id);
    if (payloads.has(key)) continue;
    payloads.set(key, payload);
    cost += key.length + entryBytes;
  }
  return { payloads, bytes: cost };
}

/**
 * Follows claims to the blocks they point to. Keeps the blocks read last, up to `bytesMax` in memory, so that an import
 * sent again reads each block about once.
 */
export class ClaimedBlocks {
  readonly #nats: Nats;
  readonly #stream: string;
  readonly #bytesMax: number;
  readonly #blocks = new Map<number, ClaimedBlock>();
  readonly #reading = new Map<number, Promise<ClaimedBlock | undefined>>();
  #bytes = 0;
  /** The block used last, which is the youngest already. */
  #latest = 0;
  /** How many blocks were read from the log. */
  reads = 0;

  constructor({ nats, stream, bytesMax }: { nats: Nats; stream: string; bytesMax: number }) {
    this.#nats = nats;
    this.#stream = stream;
    this.#bytesMax = bytesMax;
  }

  /** The same as `find` where all that is needed is in memory, without waiting; else undefined. */
  findKept(positions: readonly number[], project: string, id: string): Found | undefined {
    const key = keyOf(project, id);
    for (const position of positions) {
      const block = this.#kept(position);
      if (block === undefined) return undefined;
      const payloadHash = block.payloads.get(key);
      if (payloadHash !== undefined) return { kind: "copy", position, payloadHash };
    }
    return { kind: "other" };
  }

  /** Looks for an id in the blocks at `positions`, the smallest first. @throws when the log can't be read. */
  async find(positions: readonly number[], project: string, id: string): Promise<Found> {
    const key = keyOf(project, id);
    let gone: Found | undefined;
    for (const position of positions) {
      const block = this.#kept(position) ?? (await this.#read(position));
      if (block === undefined) {
        gone ??= { kind: "gone", position };
        continue;
      }
      const payloadHash = block.payloads.get(key);
      if (payloadHash !== undefined) return { kind: "copy", position, payloadHash };
    }
    return gone ?? { kind: "other" };
  }

  #kept(position: number): ClaimedBlock | undefined {
    const block = this.#blocks.get(position);
    if (block === undefined || position === this.#latest) return block;
    this.#latest = position;
    // A map keeps the order of insertion: what is used goes to the end.
    this.#blocks.delete(position);
    this.#blocks.set(position, block);
    return block;
  }

  #read(position: number): Promise<ClaimedBlock | undefined> {
    const running = this.#reading.get(position);
    if (running !== undefined) return running;
    const reading = this.#load(position).finally(() => this.#reading.delete(position));
    this.#reading.set(position, reading);
    return reading;
  }

  async #load(position: number): Promise<ClaimedBlock | undefined> {
    this.reads++;
    const data = await readMessage(this.#nats, this.#stream, position);
    if (data === undefined) return undefined;
    const block = claimedBlock(data);
    this.#blocks.set(position, block);
    this.#latest = position;
    this.#bytes += block.bytes;
    for (const [oldest, { bytes }] of this.#blocks) {
      if (this.#bytes <= this.#bytesMax || oldest === position) break;
      this.#blocks.delete(oldest);
      this.#bytes -= bytes;
    }
    return block;
  }
}

/** A message of a stream by its sequence; undefined when the stream doesn't have it. */
async function readMessage(nats: Nats, stream: string, sequence: number): Promise<Uint8Array | undefined> {
  const found = await storedMessage(nats, stream, { sequence });
  if (found !== undefined) return found.data;
  try {
    // Any replica answers a direct get, one that is behind as well: the leader has the last word.
    return (await nats.jsm.streams.getMessage(stream, { seq: sequence })).data;
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === notFoundCode) return undefined;
    throw error;
  }
}
