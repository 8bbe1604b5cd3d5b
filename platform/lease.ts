// Who owns which partition: leases in NATS KV, taken and renewed by compare-and-set.
//
// An owner renews its leases well before they run out; others take a lease over once they have seen it unchanged for a
// whole term, by their own monotonic clock, so that machines need not agree on the time. The epoch counts up at each
// change of owner. A lease alone stops nobody from writing: a process may sleep and wake up any time later. What a
// stale owner writes must be refused where it is written, by epoch or by expected position.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { JetStreamManager, KV } from "nats";
import { type PartitionLease, PartitionLeaseSchema } from "../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import type { Nats } from "./engines/nats.js";
import type { Log } from "./log.js";
import { storedMessage } from "./stored-message.js";

export interface LeaseTiming {
  /** How long a lease holds without being renewed. */
  readonly termMs: number;
  /** How often it is renewed, and how often others look. */
  readonly renewMs: number;
}

export const leaseTimingDefault: LeaseTiming = { termMs: 5_000, renewMs: 1_500 };

export interface LeaseOptions {
  readonly nats: Nats;
  readonly bucket: string;
  readonly replicas: number;
  /** Names this process among the instances of its group. */
  readonly instance: string;
  /** The partitions 0 to n-1 that the group shares out. */
  readonly partitions: number;
  readonly log: Log;
  /** Work may begin. Must not throw. */
  readonly onAcquire: (partition: number, epoch: bigint) => void;
  /** Work must end; resolves when it has. Only then the partition is given to others, or taken again. */
  readonly onLose: (partition: number) => Promise<void>;
  readonly timing?: LeaseTiming;
}

/** A lease of ours. */
interface Held {
  readonly epoch: bigint;
  revision: number;
  /** When the renewal that holds was sent, by the monotonic clock. */
  renewedAt: number;
}

/** A key of the bucket as it was read last. */
interface Seen {
  readonly revision: number;
  readonly lease: PartitionLease;
  /** Since when it has not changed, by the monotonic clock. */
  readonly since: number;
}

const instancePrefix = "instance.";
const partitionKey = (partition: number): string => `partition.${partition}`;
/** An instance not heard of for so many terms is struck from the list. */
const forgottenTerms = 12;

/** Opens the bucket and begins to share out its partitions. */
export async function openLeases(options: LeaseOptions): Promise<PartitionLeases> {
  const timeout = timeoutMs(options.timing ?? leaseTimingDefault);
  const js = options.nats.connection.jetstream({ timeout });
  const kv = await js.views.kv(options.bucket, { history: 1, replicas: options.replicas });
  const jsm = await options.nats.connection.jetstreamManager({ timeout });
  const leases = new PartitionLeases(options, kv, jsm);
  leases.start();
  return leases;
}

/** This instance's share of the partitions. */
export class PartitionLeases {
  readonly #options: LeaseOptions;
  readonly #timing: LeaseTiming;
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;
  readonly #held = new Map<number, Held>();
  /** Partitions whose work is ending. */
  readonly #ending = new Map<number, Promise<void>>();
  readonly #seen = new Map<string, Seen>();
  /** Leases under our own name that we don't hold are of our past: they may be taken at once. */
  #pastIsOurs = true;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #stopping = false;
  #nudged = false;
  #timer: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #closeNudges: () => void = () => undefined;

  constructor(options: LeaseOptions, kv: KV, jsm: JetStreamManager) {
    this.#options = options;
    this.#timing = options.timing ?? leaseTimingDefault;
    this.#kv = kv;
    this.#jsm = jsm;
  }

  start(): void {
    this.#listen();
    this.#expiry = setInterval(() => this.#expire(), this.#timing.termMs / 20);
    this.#next(0);
  }

  /** The partitions owned, with the epoch of each. */
  owned(): Map<number, bigint> {
    return new Map([...this.#held].map(([partition, { epoch }]) => [partition, epoch]));
  }

  /** Gives a partition up without a word to others: a newer owner was found. */
  drop(partition: number): Promise<void> {
    return this.#lose(partition, "a newer owner was found");
  }

  /** Ends all work, gives every partition back and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    clearInterval(this.#expiry);
    this.#closeNudges();
    await this.#round;
    await Promise.all([...this.#held.keys()].map((partition) => this.#release(partition)));
    await Promise.all(this.#ending.values());
    await this.#forget(instancePrefix + this.#options.instance).catch(() => undefined);
  }

  #next(inMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopping) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#turn().then((waitMs) => this.#next(waitMs));
    }, inMs);
  }

  /** One round; gives the time to the next. */
  async #turn(): Promise<number> {
    const { renewMs } = this.#timing;
    this.#nudged = false;
    try {
      await this.#announce();
      await Promise.all([...this.#held].map(([partition, held]) => this.#renew(partition, held)));
      const rivals = await this.#look();
      if (!this.#stopping) await this.#share(rivals);
      this.#pastIsOurs = false;
      return this.#untilNext();
    } catch (error) {
      this.#options.log.warn({ err: error }, "leases could not be read");
      return renewMs / 2;
    }
  }

  /** Until the next lease or instance may run out, at most until the next renewal. */
  #untilNext(): number {
    const { termMs, renewMs } = this.#timing;
    const now = performance.now();
    let wait = renewMs;
    for (const { since } of this.#seen.values()) {
      const left = since + termMs - now;
      if (left > 0) wait = Math.min(wait, left + 1);
    }
    return Math.max(wait, renewMs / 30);
  }

  #lease(instance: string, epoch: bigint): Uint8Array {
    const expiresMs = BigInt(Date.now() + this.#timing.termMs);
    return toBinary(PartitionLeaseSchema, create(PartitionLeaseSchema, { instance, epoch, expiresMs }));
  }

  async #announce(): Promise<void> {
    const now = performance.now();
    if (now - this.#announcedAt < this.#timing.renewMs) return;
    const { instance } = this.#options;
    await this.#kv.put(instancePrefix + instance, this.#lease(instance, 0n));
    this.#announcedAt = now;
  }

  async #renew(partition: number, held: Held): Promise<void> {
    const sentAt = performance.now();
    if (sentAt - held.renewedAt < this.#timing.renewMs * 0.9) return;
    const bytes = this.#lease(this.#options.instance, held.epoch);
    try {
      held.revision = await this.#kv.update(partitionKey(partition), bytes, held.revision);
      held.renewedAt = sentAt;
    } catch (error) {
      await this.#recheck(partition, held, error);
    }
  }

  /** After a renewal that failed: was it stored all the same, or is another owner there? */
  async #recheck(partition: number, held: Held, cause: unknown): Promise<void> {
    const entry = await this.#get(partitionKey(partition));
    if (entry?.lease.instance === this.#options.instance && entry.lease.epoch === held.epoch) {
      held.revision = entry.revision;
      return;
    }
    this.#options.log.warn({ err: cause, partition }, "lease lost");
    await this.#lose(partition, "another owner has it");
  }

  /** Reads what others hold. @returns the live instances, ours among them, sorted. */
  async #look(): Promise<string[]> {
    const now = performance.now();
    // Nothing can be said of a time in which nobody looked.
    if (now - this.#lookedAt > this.#timing.termMs) this.#seen.clear();
    const { partitions, instance } = this.#options;
    const others = Array.from({ length: partitions }, (_, partition) => partition).filter(
      (partition) => !this.#held.has(partition),
    );
    const instanceKeys = await this.#instanceKeys();
    await Promise.all([...others.map(partitionKey), ...instanceKeys].map((key) => this.#read(key)));
    this.#lookedAt = performance.now();
    const live = [instance];
    for (const key of [...this.#seen.keys()].filter((one) => one.startsWith(instancePrefix))) {
      const name = key.slice(instancePrefix.length);
      if (!instanceKeys.includes(key)) this.#seen.delete(key);
      else if (!this.#isExpired(key)) live.push(name);
      else if (this.#isExpired(key, forgottenTerms)) await this.#forget(key);
    }
    return [...new Set(live)].sort();
  }

  async #instanceKeys(): Promise<string[]> {
    const prefix = `$KV.${this.#options.bucket}.`;
    const stream = `KV_${this.#options.bucket}`;
    const info = await this.#jsm.streams.info(stream, {
      subjects_filter: `${prefix}${instancePrefix}*`,
    });
    return Object.keys(info.state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  }

  async #read(key: string): Promise<void> {
    const entry = await this.#get(key);
    const seen = this.#seen.get(key);
    if (entry === undefined) this.#seen.delete(key);
    else if (seen?.revision !== entry.revision) this.#seen.set(key, { ...entry, since: performance.now() });
  }

  async #get(key: string): Promise<Omit<Seen, "since"> | undefined> {
    const { nats, bucket } = this.#options;
    const lastOf = `$KV.${bucket}.${key}`;
    const entry = await storedMessage(nats, `KV_${bucket}`, { lastOf }, timeoutMs(this.#timing));
    if (entry === undefined || entry.data.length === 0) return undefined;
    return { revision: entry.sequence, lease: decode(entry.data) };
  }

  #isExpired(key: string, terms = 1): boolean {
    const seen = this.#seen.get(key);
    return seen === undefined || performance.now() - seen.since >= this.#timing.termMs * terms;
  }

  /** Gives back what is over our fair share, or takes what is free up to it. */
  async #share(live: readonly string[]): Promise<void> {
    const { partitions, instance } = this.#options;
    const rank = live.indexOf(instance);
    const quota = Math.floor(partitions / live.length) + (rank < partitions % live.length ? 1 : 0);
    const excess = [...this.#held.keys()].slice(Math.max(0, quota));
    await Promise.all(excess.map((partition) => this.#release(partition)));
    // Instances begin at different places, so that they seldom reach for the same.
    const first = Math.floor((rank * partitions) / live.length);
    const inTurn = Array.from({ length: partitions }, (_, index) => (first + index) % partitions);
    const free = inTurn.filter((partition) => this.#isFree(partition));
    const wanted = Math.max(0, quota - this.#held.size - this.#ending.size);
    await Promise.all(free.slice(0, wanted).map((partition) => this.#acquire(partition)));
  }

  #isFree(partition: number): boolean {
    if (this.#held.has(partition) || this.#ending.has(partition)) return false;
    const seen = this.#seen.get(partitionKey(partition));
    if (seen === undefined || seen.lease.instance === "") return true;
    if (seen.lease.instance === this.#options.instance && this.#pastIsOurs) return true;
    return this.#isExpired(partitionKey(partition));
  }

  async #acquire(partition: number): Promise<void> {
    const key = partitionKey(partition);
    const seen = this.#seen.get(key);
    const epoch = (seen?.lease.epoch ?? 0n) + 1n;
    const bytes = this.#lease(this.#options.instance, epoch);
    const sentAt = performance.now();
    try {
      const revision =
        seen === undefined
          ? await this.#kv.create(key, bytes)
          : await this.#kv.update(key, bytes, seen.revision);
      this.#held.set(partition, { epoch, revision, renewedAt: sentAt });
      this.#seen.delete(key);
    } catch (error) {
      this.#options.log.debug({ err: error, partition }, "another instance was first");
      return;
    }
    this.#options.log.info({ partition, epoch: Number(epoch) }, "partition acquired");
    this.#options.onAcquire(partition, epoch);
  }

  /** Ends the work on a partition and gives it back. */
  async #release(partition: number): Promise<void> {
    const held = this.#held.get(partition);
    if (held === undefined) return;
    await this.#lose(partition, "given back");
    const bytes = this.#lease("", held.epoch);
    // When it can't be given back, it runs out.
    await this.#kv.update(partitionKey(partition), bytes, held.revision).catch((error: unknown) => {
      this.#options.log.warn({ err: error, partition }, "partition could not be given back");
    });
  }

  #lose(partition: number, why: string): Promise<void> {
    if (!this.#held.delete(partition)) return this.#ending.get(partition) ?? Promise.resolve();
    this.#options.log.info({ partition, why }, "partition lost");
    const ending = this.#options
      .onLose(partition)
      .catch((error: unknown) => this.#options.log.error({ err: error, partition }, "work did not end well"))
      .finally(() => this.#ending.delete(partition));
    this.#ending.set(partition, ending);
    return ending;
  }

  /** Leases that could not be renewed end before others may take them. */
  #expire(): void {
    const now = performance.now();
    for (const [partition, { renewedAt }] of this.#held) {
      if (now - renewedAt < this.#timing.termMs * 0.9) continue;
      this.#pastIsOurs = true;
      void this.#lose(partition, "it could not be renewed");
    }
  }

  /** Looks at once when a partition is given back or an instance comes, instead of at the next round. */
  #listen(): void {
    const { nats, bucket } = this.#options;
    const prefix = `$KV.${bucket}.`;
    const subscription = nats.connection.subscribe(`${prefix}>`, {
      callback: (error, message) => {
        if (error !== null || message.data.length === 0) return;
        const key = message.subject.slice(prefix.length);
        const isNew = key.startsWith(instancePrefix) && !this.#seen.has(key);
        if (isNew || decode(message.data).instance === "") this.#nudge();
      },
    });
    this.#closeNudges = () => subscription.unsubscribe();
  }

  #nudge(): void {
    if (this.#nudged) return;
    this.#nudged = true;
    void this.#round.then(() => this.#next(this.#timing.renewMs / 30));
  }

  /** Removes a key for good, markers included. */
  async #forget(key: string): Promise<void> {
    const { bucket } = this.#options;
    await this.#jsm.streams.purge(`KV_${bucket}`, { filter: `$KV.${bucket}.${key}` });
    this.#seen.delete(key);
  }
}

/** A request lost in a short outage must not use up the term. */
function timeoutMs({ termMs }: LeaseTiming): number {
  return Math.max(250, termMs / 5);
}

function decode(bytes: Uint8Array): PartitionLease {
  return fromBinary(PartitionLeaseSchema, bytes);
}
