// Group commit: events of many requests go into one block for each partition and project. A block leaves when it is
// full, or at the next tick where none of its lane is on its way; so blocks grow with the load, and an event waits for
// a few milliseconds at most when there is none.
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { blockBytesMax } from "../../platform/streams.js";
import type { BlockLog } from "./ports.js";
import type { PreparedBatch } from "./prepared-batch.js";

/** The most events of a block: enrichment claims its ids in one script. */
const blockEventsMax = 2_000;
const BLOCK_BYTES_START = 32 * 1024;
/** Buffers kept for blocks to come: memory outside of the heap is costly to get and to give back. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
/** Lanes of projects that sent nothing lately are forgotten when there are more projects than this. */
const PROJECTS_MAX = 1_000;

interface Block {
  bytes: Buffer;
  length: number;
  eventCount: number;
  receivedMs: number;
  /** Who waits for it, each with its number for the block; the last is the one that appended last. */
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly waiter: BatchWaiter;
  readonly number: number;
}

interface Lane {
  readonly projectId: string;
  readonly partition: number;
  open: Block | undefined;
  inFlight: number;
  isDue: boolean;
}

/** A batch's wait for its blocks. */
class BatchWaiter {
  /** Whether each of its blocks was stored, by the number that events carry. */
  readonly stored: boolean[] = [];
  readonly done: Promise<void>;
  #left = 0;
  #resolve: () => void = () => undefined;

  constructor() {
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Waits for one more block; its number. */
  await(): number {
    this.#left++;
    return this.stored.push(false) - 1;
  }

  settle(number: number, isStored: boolean): void {
    this.stored[number] = isStored;
    if (--this.#left === 0) this.#resolve();
  }

  get isWaiting(): boolean {
    return this.#left > 0;
  }
}

export interface BlockPublisherOptions {
  readonly log: BlockLog;
  readonly lingerMs: number;
  /** Bytes in open blocks and on their way, at most; then there is no room. */
  readonly waitingBytesMax: number;
}

export class BlockPublisher {
  readonly #options: BlockPublisherOptions;
  readonly #projects = new Map<string, (Lane | undefined)[]>();
  #due: Lane[] = [];
  #timer: NodeJS.Timeout | undefined;
  #waitingBytes = 0;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #idle: (() => void)[] = [];
  /** Lanes with a block open or on its way. */
  #lanesBusy = 0;

  constructor(options: BlockPublisherOptions) {
    this.#options = options;
  }

  /** Whether so many bytes more may wait. */
  hasRoom(bytes: number): boolean {
    return this.#waitingBytes + bytes <= this.#options.waitingBytesMax;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Stores the accepted events of a batch; resolves once all are settled, to whether each block was stored, by the
   * number in `batch.blocks`.
   */
  async store(batch: PreparedBatch, projectId: string): Promise<readonly boolean[]> {
    const waiter = new BatchWaiter();
    const lanes = this.#lanesOf(projectId);
    for (let index = 0; index < batch.count; index++) {
      if (batch.outcomes[index] !== Outcome.ACCEPTED) continue;
      const partition = batch.partitions[index] as number;
      let lane = lanes[partition];
      if (lane === undefined) {
        lane = { projectId, partition, open: undefined, inFlight: 0, isDue: false };
        lanes[partition] = lane;
      }
      batch.blocks[index] = this.#append(lane, batch, index, waiter);
    }
    if (waiter.isWaiting) await waiter.done;
    return waiter.stored;
  }

  /** Sends what is open, and resolves when nothing waits any more. */
  drain(): Promise<void> {
    this.#flushDue(true);
    if (this.#lanesBusy === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #append(lane: Lane, batch: PreparedBatch, index: number, waiter: BatchWaiter): number {
    const start = batch.starts[index] as number;
    const length = (batch.ends[index] as number) - start;
    if (lane.open !== undefined && lane.open.length + length > blockBytesMax) this.#flush(lane);
    const block = this.#blockOf(lane);
    if (block.length + length > block.bytes.length) grow(block, block.length + length);
    batch.bytes.copy(block.bytes, block.length, start, start + length);
    block.length += length;
    block.eventCount++;
    block.receivedMs = batch.receivedMs;
    this.#waitingBytes += length;
    let last = block.waiting.at(-1);
    if (last?.waiter !== waiter) {
      last = { waiter, number: waiter.await() };
      block.waiting.push(last);
    }
    if (block.eventCount === blockEventsMax) this.#flush(lane);
    return last.number;
  }

  #blockOf(lane: Lane): Block {
    if (lane.open !== undefined) return lane.open;
    if (lane.inFlight === 0) this.#lanesBusy++;
    lane.open = {
      bytes: this.#takeBuffer(),
      length: 0,
      eventCount: 0,
      receivedMs: 0,
      waiting: [],
    };
    this.#fallsDue(lane);
    return lane.open;
  }

  /** At the next tick the lane's open block leaves, unless one of it is on its way still. */
  #fallsDue(lane: Lane): void {
    if (lane.isDue) return;
    lane.isDue = true;
    this.#due.push(lane);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flushDue();
    }, this.#options.lingerMs);
  }

  #flushDue(isLast = false): void {
    const due = this.#due;
    this.#due = [];
    for (const lane of due) {
      lane.isDue = false;
      // What is on its way is settled soon, and the lane falls due again then.
      if (lane.open !== undefined && (isLast || lane.inFlight === 0)) this.#flush(lane);
    }
  }

  #flush(lane: Lane): void {
    const { open: block, projectId, partition } = lane;
    if (block === undefined) return;
    lane.open = undefined;
    lane.inFlight++;
    const { eventCount, receivedMs, length } = block;
    const bytes = block.bytes.subarray(0, length);
    let isSettled = false;
    this.#options.log.publish({ projectId, partition, bytes, eventCount, receivedMs }, (isStored) => {
      if (isSettled) return;
      isSettled = true;
      this.#waitingBytes -= length;
      lane.inFlight--;
      // What is not known to be stored may still lie in the connection's queue.
      if (isStored) this.#keep(block.bytes);
      for (const { waiter, number } of block.waiting) waiter.settle(number, isStored);
      if (lane.open !== undefined) this.#fallsDue(lane);
      else if (lane.inFlight === 0) this.#rests();
    });
  }

  #takeBuffer(): Buffer {
    const kept = this.#kept.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(BLOCK_BYTES_START);
    this.#keptBytes -= kept.length;
    return kept;
  }

  #keep(bytes: Buffer): void {
    if (this.#keptBytes + bytes.length > KEPT_BYTES_MAX) return;
    this.#keptBytes += bytes.length;
    this.#kept.push(bytes);
  }

  #rests(): void {
    if (--this.#lanesBusy > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #lanesOf(projectId: string): (Lane | undefined)[] {
    const known = this.#projects.get(projectId);
    if (known !== undefined) return known;
    if (this.#projects.size >= PROJECTS_MAX) this.#forgetIdle();
    const lanes: (Lane | undefined)[] = [];
    this.#projects.set(projectId, lanes);
    return lanes;
  }

  #forgetIdle(): void {
    const isBusy = (lane: Lane | undefined): boolean =>
      lane !== undefined && (lane.inFlight > 0 || lane.open !== undefined);
    for (const [projectId, lanes] of this.#projects)
      if (!lanes.some(isBusy)) this.#projects.delete(projectId);
  }
}

const grow = (block: Block, needed: number): void => {
  const bytes = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, block.bytes.length * 2), blockBytesMax));
  bytes.set(block.bytes.subarray(0, block.length));
  block.bytes = bytes;
};
