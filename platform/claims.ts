// Deduplication's memory: which block of RAW has an id first, over the last 24 hours of the log.
//
// An id is claimed by the raw sequence of its block, "set if absent". A claim is found by 8 bytes of a keyed hash in
// one of many buckets (small hashes, 16 to 21 bytes an id), so it is never exact by itself: a foreign position is a
// pointer to a block, where the id itself is compared (claimed-blocks.ts). What is claimed and how far the owner of the
// partition has come changes in one step. Why it is exact when owners and engines die: docs/decisions/0008.
import { createHash, randomBytes } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Redis } from "ioredis";
import type { KV } from "nats";
import { type ClaimLayout, ClaimLayoutSchema } from "../gen/ts/tideline/pipeline/v1/claims_pb.js";
import {
  appendScript,
  beginScript,
  claimScript,
  finishScript,
  idleScript,
  lookupScript,
  unverifiedScript,
} from "./claims-scripts.js";
import type { Nats } from "./engines/nats.js";
import { defineScript, type Script } from "./engines/redis.js";
import { KEY_BYTES, KeyedHash } from "./keyed-hash.js";
import type { StreamNames } from "./streams.js";

/** Minutes of the log within which an id is known again. */
export const claimWindowMinutes = 24 * 60;
/** Bytes of one id in a packed list: its bucket (4) and its field (8). */
const idBytes = 12;
const minuteMs = 60_000;
/** Longer ids than the contract allows are hashed in a buffer of their own. */
const scratchBytes = 1_024;

const layoutKey = "claims";

/**
 * The layout of this deployment's claims: the one in `deployment`, or a new one with a random key when there is none.
 * All processes come to the same, whoever is first.
 */
export async function deploymentLayout(deployment: KV, bucketBits: number): Promise<ClaimLayout> {
  const found = await knownLayout(deployment);
  if (found !== undefined) return found;
  const layout = create(ClaimLayoutSchema, { hashKey: randomBytes(KEY_BYTES), bucketBits });
  try {
    await deployment.create(layoutKey, toBinary(ClaimLayoutSchema, layout));
    return layout;
  } catch (error) {
    // Another process was first.
    const theirs = await deployment.get(layoutKey);
    if (theirs === null) throw error;
    return fromBinary(ClaimLayoutSchema, theirs.value);
  }
}

/** The layout of this deployment's claims, for who only looks: undefined while nobody has made one. */
export async function knownLayout(deployment: KV): Promise<ClaimLayout | undefined> {
  const found = await deployment.get(layoutKey);
  return found !== null && found.length > 0 ? fromBinary(ClaimLayoutSchema, found.value) : undefined;
}

/** Opens the claims of a deployment, and makes their layout when it has none. */
export async function openClaims(options: {
  redis: Redis;
  nats: Nats;
  names: StreamNames;
  prefix: string;
  replicas: number;
  /** For the layout, where there is none yet. */
  bucketBits: number;
}): Promise<Claims> {
  const { redis, nats, names, prefix, replicas, bucketBits } = options;
  const deployment = await nats.js.views.kv(names.deploymentBucket, { history: 1, replicas });
  return new Claims({ redis, prefix, layout: await deploymentLayout(deployment, bucketBits) });
}

/** Ids packed for the scripts. The bytes are not to be changed: they may still be on their way. */
export interface PackedIds {
  readonly bytes: Buffer;
  readonly count: number;
}

/** Hashes ids into their places. Ids are told apart per project: the hash is over project, a zero byte and the id. */
export class ClaimHasher {
  readonly #hash: KeyedHash;
  readonly #mask: number;
  readonly #scratch = Buffer.alloc(scratchBytes);
  /** The first bytes of the scratch, by how many: making a view anew costs more than the hash. */
  readonly #views: (Buffer | undefined)[] = new Array(scratchBytes + 1).fill(undefined);
  #project = "";
  #prefixLength = 1;

  constructor(layout: ClaimLayout) {
    this.#hash = new KeyedHash(layout.hashKey);
    this.#mask = layout.bucketBits >= 32 ? 0xffff_ffff : 2 ** layout.bucketBits - 1;
  }

  /** The hash of `source[start, end)`, an id in UTF-8; good until the next call. */
  words(project: string, source: Uint8Array, start: number, end: number): Uint32Array {
    if (project !== this.#project) this.#setProject(project);
    const length = this.#prefixLength + end - start;
    const scratch = this.#scratch;
    if (length > scratchBytes) {
      return this.#hash.hash(
        Buffer.concat([scratch.subarray(0, this.#prefixLength), source.subarray(start, end)]),
      );
    }
    for (let at = start, to = this.#prefixLength; at < end; at++, to++) scratch[to] = source[at] ?? 0;
    let view = this.#views[length];
    if (view === undefined) {
      view = scratch.subarray(0, length);
      this.#views[length] = view;
    }
    return this.#hash.hash(view);
  }

  /** The bucket of a hash: bits of another word than the field's, so that both together tell ids apart. */
  bucket(words: Uint32Array): number {
    return ((words[2] ?? 0) & this.#mask) >>> 0;
  }

  /** Packs a list of ids of one project. */
  pack(project: string, ids: readonly string[]): PackedIds {
    const packer = new IdPacker(this, ids.length);
    for (const id of ids) {
      const encoded = Buffer.from(id);
      packer.add(this.words(project, encoded, 0, encoded.length));
    }
    return packer.done();
  }

  #setProject(project: string): void {
    this.#prefixLength = this.#scratch.write(`${project}\0`, 0, scratchBytes / 2);
    this.#project = project;
  }
}

/** Packs hashes of ids, at most `capacity`. */
export class IdPacker {
  readonly #hasher: ClaimHasher;
  readonly #room: Buffer;
  #count = 0;

  constructor(hasher: ClaimHasher, capacity: number) {
    this.#hasher = hasher;
    this.#room = Buffer.allocUnsafe(capacity * idBytes);
  }

  /** Adds an id by its hash. */
  add(words: Uint32Array): void {
    const at = this.#count++ * idBytes;
    this.#room.writeUInt32BE(this.#hasher.bucket(words), at);
    this.#room.writeUInt32BE(words[0] ?? 0, at + 4);
    this.#room.writeUInt32BE(words[1] ?? 0, at + 8);
  }

  done(): PackedIds {
    return { bytes: this.#room.subarray(0, this.#count * idBytes), count: this.#count };
  }
}

/** An id that other blocks claimed: its number in the list, and those blocks' raw sequences, smallest first. */
export interface Foreign {
  readonly index: number;
  readonly positions: readonly number[];
  /** What Redis holds for it, to change it only as long as it is so. */
  readonly value: string;
}

/**
 * Why a script did nothing. `stale`: a newer owner has the partition. `unverified`: Redis may have lost claims, and
 * the owner has to compare again. `moved`: Redis stands elsewhere than the owner thinks.
 */
export type Refusal = { readonly kind: "stale" | "unverified" | "moved" };

export interface ClaimsOptions {
  readonly redis: Redis;
  /** The deployment's prefix of keys. */
  readonly prefix: string;
  readonly layout: ClaimLayout;
}

/** The claims of a deployment. */
export class Claims {
  readonly hasher: ClaimHasher;
  readonly #base: string;
  readonly #buckets: Buffer;
  readonly #scripts: Scripts & Record<"unverified" | "lookup", Script>;

  constructor({ redis, prefix, layout }: ClaimsOptions) {
    this.hasher = new ClaimHasher(layout);
    // Another layout is another set of keys: what was claimed under the old one is never read wrongly.
    const id = createHash("sha256")
      .update(layout.hashKey)
      .update(String(layout.bucketBits))
      .digest("base64url")
      .slice(0, 4);
    this.#base = `${prefix === "" ? "" : `${prefix}:`}claims:${id}`;
    this.#buckets = Buffer.from(`${prefix}c${id}:`);
    this.#scripts = {
      begin: defineScript(redis, "claimsBegin", beginScript),
      finish: defineScript(redis, "claimsFinish", finishScript),
      idle: defineScript(redis, "claimsIdle", idleScript),
      unverified: defineScript(redis, "claimsUnverified", unverifiedScript),
      claim: defineScript(redis, "claimsClaim", claimScript),
      append: defineScript(redis, "claimsAppend", appendScript, { binary: true }),
      lookup: defineScript(redis, "claimsLookup", lookupScript),
    };
  }

  /**
   * Claims held for `ids`, as advice: no promise that they hold a moment later.
   * @param receivedMs the received time that the ids would get.
   */
  async lookup(ids: PackedIds, receivedMs: number): Promise<Foreign[]> {
    const minute = Math.floor(receivedMs / minuteMs);
    const reply = await this.#scripts.lookup(
      [`${this.#base}:floors`],
      [this.#buckets, minute, claimWindowMinutes, ids.bytes],
    );
    return foreignOf(reply as ScriptReply, 0);
  }

  /** The partitions of which nobody has made sure since Redis started. */
  async unverified(partitions: number): Promise<number[]> {
    const keys = Array.from({ length: partitions }, (_, partition) => this.#state(partition));
    return (await this.#scripts.unverified(keys, [])) as number[];
  }

  /** What the owner of a partition does with its claims. */
  partition(partition: number, epoch: bigint): PartitionClaims {
    return new PartitionClaims({
      scripts: this.#scripts,
      state: this.#state(partition),
      floors: `${this.#base}:floors`,
      progress: `${this.#base}:progress`,
      partition,
      buckets: this.#buckets,
      epoch: String(epoch),
    });
  }

  #state(partition: number): string {
    return `${this.#base}:partition:${partition}`;
  }
}

/** What scripts answer: words, numbers and sequences. */
type ScriptReply = readonly (string | number)[];

function foreignOf(reply: ScriptReply, floorAt: number): Foreign[] {
  const floor = Number(reply[floorAt]);
  const foreign: Foreign[] = [];
  for (let at = floorAt + 1; at + 1 < reply.length; at += 2) {
    const value = String(reply[at + 1]);
    foreign.push({ index: Number(reply[at]), positions: positionsOf(value, floor), value });
  }
  return foreign;
}

/** The sequences of a claim that are within the window. One is the rule: the script looked at it already. */
function positionsOf(value: string, floor: number): number[] {
  if (!value.includes(",")) return [Number(value)];
  const positions = value.split(",").map(Number);
  return positions.filter((position) => position >= floor).sort((a, b) => a - b);
}

type Scripts = Record<"begin" | "finish" | "idle" | "claim" | "append", Script>;

interface PartitionOptions {
  readonly scripts: Scripts;
  readonly state: string;
  /** The first raw sequence of each minute of received time. */
  readonly floors: string;
  /** The minute of received time that each partition has reached. */
  readonly progress: string;
  readonly partition: number;
  readonly buckets: Buffer;
  readonly epoch: string;
}

/** A block's ids to be claimed. */
export interface BlockClaim {
  /** The block's raw sequence. */
  readonly position: number;
  /** Its received time, which is the log's own clock. */
  readonly receivedMs: number;
  /** The last sequence of EVENTS known to be published. */
  readonly events: number;
  readonly ids: PackedIds;
}

/** How far a partition is claimed. */
export interface Reached {
  readonly position: number;
  readonly events: number;
  /** 0 where nothing was received yet. */
  readonly receivedMs: number;
}

/** Where Redis stands with a partition, as found by a new owner. */
export interface Standing {
  readonly kind: "standing";
  /** The raw sequence up to which blocks are claimed; 0 when unknown. */
  readonly position: number;
  /** All messages of EVENTS up to this sequence are claimed. */
  readonly events: number;
}

/**
 * One owner's claims. The order of use: `begin`, then `restore` for what Redis lost, then `finish`, then `claim` block
 * by block in log order. Calls may be sent one after the other without waiting; Redis takes them in that order.
 */
export class PartitionClaims {
  readonly #options: PartitionOptions;
  #run = "";
  #position = 0;

  constructor(options: PartitionOptions) {
    this.#options = options;
  }

  /** Takes the partition's claims over: older owners are refused from here on. */
  async begin(): Promise<Standing | Refusal> {
    const { scripts, state, epoch } = this.#options;
    const [word, run, position, events] = (await scripts.begin([state], [epoch])) as string[];
    if (word !== "ok") return refusal(word);
    this.#run = run ?? "";
    this.#position = Number(position);
    return { kind: "standing", position: this.#position, events: Number(events) };
  }

  /** Says that claims are complete up to `position`, a block received at `receivedMs`; claiming goes on there. */
  async finish({ position, events, receivedMs }: Reached): Promise<{ kind: "done" } | Refusal> {
    const { scripts, state, progress, partition, epoch } = this.#options;
    const minute = Math.floor(receivedMs / minuteMs);
    const args = [epoch, this.#run, position, events, partition, minute];
    const [word] = (await scripts.finish([state, progress], args)) as string[];
    if (word !== "ok") return refusal(word);
    this.#position = position;
    return { kind: "done" };
  }

  /** Says that the partition is at the log's end, so that others need not remember on its account. */
  async idle(): Promise<void> {
    const { scripts, state, progress, partition, epoch } = this.#options;
    await scripts.idle([state, progress], [epoch, partition]);
  }

  /** Claims a block's ids; gives those that other blocks hold. Claiming a block again changes nothing. */
  claim(block: BlockClaim): Promise<{ kind: "claimed"; foreign: Foreign[] } | Refusal> {
    return this.#send(block, "");
  }

  /** Claims what EVENTS says was kept, between `begin` and `finish`. */
  restore(block: BlockClaim): Promise<{ kind: "claimed"; foreign: Foreign[] } | Refusal> {
    return this.#send(block, this.#run);
  }

  /**
   * Adds `position` to a claim that was found to be of other ids with the same hash.
   * @returns what another id's or block's claim reads now, when it has changed meanwhile.
   */
  async append(ids: PackedIds, foreign: Foreign, position: number): Promise<"appended" | "changed"> {
    const { scripts, buckets } = this.#options;
    const at = foreign.index * idBytes;
    const key = Buffer.concat([buckets, ids.bytes.subarray(at, at + 4)]);
    const field = ids.bytes.subarray(at + 4, at + idBytes);
    const reply = await scripts.append([key], [field, foreign.value, position]);
    return String(reply) === "ok" ? "appended" : "changed";
  }

  async #send(block: BlockClaim, run: string): Promise<{ kind: "claimed"; foreign: Foreign[] } | Refusal> {
    const { scripts, state, floors, progress, buckets, partition, epoch } = this.#options;
    const { position, events, ids } = block;
    const expected = this.#position;
    // Before the answer: the next call may follow at once, and is refused when this one is.
    this.#position = position;
    const minute = Math.floor(block.receivedMs / minuteMs);
    const place = [buckets, epoch, expected, position, events, minute];
    const args = [...place, run, claimWindowMinutes, ids.bytes, partition];
    const reply = (await scripts.claim([state, floors, progress], args)) as ScriptReply;
    if (reply[0] !== "ok") return refusal(String(reply[0]));
    return { kind: "claimed", foreign: foreignOf(reply, 1) };
  }
}

function refusal(word: string | undefined): Refusal {
  if (word === "stale" || word === "unverified" || word === "moved") return { kind: word };
  throw new Error(`claims: unknown answer ${String(word)}`);
}
