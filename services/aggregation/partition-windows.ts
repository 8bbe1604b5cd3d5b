import type { Clock } from "../../platform/clock.js";
import type { Log } from "../../platform/log.js";
import type { Limits } from "./config.js";
import type { AppliedRange } from "./partition-worker.js";
import type { EventLog, WindowStore } from "./ports.js";
import { type CountedPiece, type LogPlace, RangeContent } from "./range-content.js";
import { windowAdditions } from "./window-counts.js";

export interface PartitionWindowsOptions {
  readonly partition: number;
  readonly store: WindowStore;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/**
 * Keeps the windows at the heels of the tables. Redis may be away, or behind after it lost its last second: then the
 * log is read again from its own position, beside the ranges that go on into the tables.
 */
export class PartitionWindows {
  readonly #options: PartitionWindowsOptions;
  #committed = 0;
  #catchingUp: Promise<void> | undefined;
  #isBehind = false;

  constructor(options: PartitionWindowsOptions) {
    this.#options = options;
  }

  /** True while windows lack what the tables have. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Adds a range that is in the tables. Never throws; what can't be added now is read again later. */
  async applied({ after, to, content }: AppliedRange): Promise<void> {
    this.#committed = to;
    if (this.#catchingUp !== undefined) return;
    await this.#add(after, to, content).catch((error: unknown) => this.#fellBehind(error));
  }

  /** Called now and then: brings windows that are behind up to `committed`. */
  idle(committed: number): void {
    this.#committed = committed;
    if (committed > 0 && this.#catchingUp === undefined) {
      // An empty piece: tells where the windows are.
      this.#add(committed, committed, undefined).catch((error: unknown) => this.#fellBehind(error));
    }
  }

  /** Resolves when nothing runs any more; the signal must be aborted before. */
  async ended(): Promise<void> {
    await this.#catchingUp;
  }

  async #add(after: number, to: number, content: RangeContent | undefined): Promise<void> {
    const from = { sequence: after, index: 0 };
    const end = { sequence: to, index: 0 };
    const reached = await this.#addPieces(from, content?.pieces(from) ?? [{ to: end, counts: new Map() }]);
    this.#isBehind = reached.sequence < to;
    if (this.#isBehind) this.#startCatchUp(reached);
  }

  /** Adds pieces in order, each a step of Redis of its own; resolves with where the windows are then. */
  async #addPieces(from: LogPlace, pieces: Iterable<CountedPiece>): Promise<LogPlace> {
    const { partition, store, clock } = this.#options;
    let after = from;
    for (const { to, counts } of pieces) {
      const additions = windowAdditions(counts.values(), clock.now());
      const reached = await store.add({ partition, after, to, additions });
      if (reached.sequence !== to.sequence || reached.index !== to.index) return reached;
      after = to;
    }
    return after;
  }

  #fellBehind(error: unknown): void {
    if (!this.#isBehind) {
      this.#options.log.warn({ err: error, partition: this.#options.partition }, "windows are behind");
    }
    this.#isBehind = true;
  }

  #startCatchUp(from: LogPlace): void {
    if (this.#catchingUp !== undefined || this.#options.signal.aborted) return;
    this.#catchingUp = this.#catchUp(from)
      .catch((error: unknown) => this.#fellBehind(error))
      .finally(() => {
        this.#catchingUp = undefined;
      });
  }

  /** Reads the log from the windows' position up to what is committed. */
  async #catchUp(from: LogPlace): Promise<void> {
    const { partition, eventLog, limits, clock, signal, log } = this.#options;
    const reader = eventLog.open(partition, from.sequence);
    let position = from;
    try {
      while (position.sequence < this.#committed && !signal.aborted) {
        const content = new RangeContent({ minutesFromMs: clock.now() - limits.liveMinutesMs });
        while (content.to < this.#committed && content.bytes < limits.rangeBytesMax) {
          const message = await reader.next(limits.readAgainTimeoutMs);
          if (message === undefined) throw new Error("the log does not have what the windows lack");
          content.add(message);
        }
        const reached = await this.#addPieces(position, content.pieces(position));
        if (reached.sequence < content.to) throw new Error("the windows went back while they caught up");
        position = reached;
      }
    } finally {
      await reader.close();
    }
    this.#isBehind = position.sequence < this.#committed;
    log.info({ partition, from: from.sequence, to: position.sequence }, "windows have caught up");
  }
}
