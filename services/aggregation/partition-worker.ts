import { create, equals } from "@bufbuild/protobuf";
import {
  type PartitionProgress,
  PartitionProgressSchema,
  type Range,
  RangeSchema,
} from "../../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import type { Clock } from "../../platform/clock.js";
import type { Log } from "../../platform/log.js";
import { applyRange, type WrittenRange } from "./apply-range.js";
import type { Limits } from "./config.js";
import {
  type EventLog,
  type EventTables,
  type LogReader,
  ProgressLostError,
  type ProgressStore,
  type Quarantine,
} from "./ports.js";
import { RangeContent } from "./range-content.js";

export interface WorkerPorts {
  readonly eventLog: EventLog;
  readonly store: ProgressStore;
  readonly tables: EventTables;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  /** The time from one range of a partition to its next. */
  rangeAgeMs(): number;
  /** Called after a range is in the tables and committed; must not throw, and is waited for. */
  onApplied(applied: AppliedRange): Promise<void>;
  /** Called while there is nothing to do, about each second. */
  onIdle(partition: number, committed: number): void;
  /** For tests: a place to crash at. */
  readonly faultPoint?: (name: FaultPoint) => void | Promise<void>;
}

export type FaultPoint = "before-pending" | "after-pending" | "after-insert" | "after-commit";

export interface AppliedRange {
  readonly partition: number;
  /** The last sequence that was committed before it. */
  readonly after: number;
  readonly to: number;
  readonly content: RangeContent;
}

/** One turn of ownership of a partition: `epoch` fences whoever had it before. */
export interface Turn {
  readonly partition: number;
  readonly epoch: number;
  /** Aborted when the partition is lost or the process stops. */
  readonly signal: AbortSignal;
  /** False when the lease is over by our own clock, whether or not we were told. */
  holds(): boolean;
}

/** Thrown inside a turn that is over. */
class TurnOverError extends Error {
  override readonly name = "TurnOverError";
}

/** Brings one partition of EVENTS into the tables, range by range, as long as the turn lasts. */
export class PartitionWorker {
  readonly #turn: Turn;
  readonly #ports: WorkerPorts;
  #progress: PartitionProgress = create(PartitionProgressSchema);
  #revision = 0;
  #reader: LogReader | undefined;
  /** The engine's run as last asked; asked again after any failure. */
  #boot = "";
  #lastRangeAt = 0;
  #trouble: string | undefined;
  /** What is gathered or being applied. */
  #current: RangeContent | undefined;

  constructor(turn: Turn, ports: WorkerPorts) {
    this.#turn = turn;
    this.#ports = ports;
  }

  /** The last committed sequence. */
  get committed(): number {
    return Number(this.#progress.committed);
  }

  /** Why the partition does not go on at present. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** How far the tables are behind the log. */
  get lag(): { messages: number; ageMs: number } {
    const current = this.#current;
    // Without a reader a former owner's range may be unfinished, and what came after it is not known.
    const messages = (current?.messages.length ?? 0) + (this.#reader?.lag() ?? 1);
    const oldestMs = current === undefined || current.messages.length === 0 ? 0 : current.firstReceivedMs;
    return { messages, ageMs: oldestMs === 0 ? 0 : Math.max(0, this.#ports.clock.now() - oldestMs) };
  }

  /** Resolves when the turn is over; it never throws for what goes wrong outside. */
  async run(): Promise<void> {
    const { partition, epoch } = this.#turn;
    const { log } = this.#ports;
    try {
      await this.#untilDone(() => this.#takeOver());
      if (this.#progress.pending !== undefined) await this.#finishPending(this.#progress.pending);
      for (;;) await this.#nextRange();
    } catch (error) {
      if (error instanceof ProgressLostError)
        log.warn({ partition, epoch }, "partition was taken over by another owner");
      else if (!(error instanceof TurnOverError)) throw error;
    } finally {
      await this.#reader?.close();
    }
  }

  /** Writes our epoch over the former owner's entry: from then on its writes fail. */
  async #takeOver(): Promise<void> {
    const { partition, epoch } = this.#turn;
    const entry = await this.#ports.store.read(partition);
    const progress = entry?.progress ?? create(PartitionProgressSchema);
    if (Number(progress.epoch) > epoch)
      throw new ProgressLostError(`partition ${partition} has a later epoch`);
    this.#revision = entry?.revision ?? 0;
    this.#progress = progress;
    await this.#save({ ...progress, epoch: BigInt(epoch) });
  }

  /** Finishes the range that the former owner wrote down, exactly as it is written. */
  async #finishPending(pending: Range): Promise<void> {
    const { partition } = this.#turn;
    const content = await this.#untilDone(() => this.#readAgain(pending));
    await this.#apply({ partition, content, boot: this.#progress.engineBoot, tried: true });
  }

  async #readAgain(range: Range): Promise<RangeContent> {
    const { eventLog, limits, clock } = this.#ports;
    const content = new RangeContent({
      poisoned: range.poisoned,
      minutesFromMs: clock.now() - limits.liveMinutesMs,
    });
    const reader = eventLog.open(this.#turn.partition, Number(range.from) - 1);
    try {
      while (content.to < Number(range.to)) {
        const message = await reader.next(limits.readAgainTimeoutMs);
        if (message === undefined) throw new Error("the log does not have the range that was written down");
        content.add(message);
      }
    } finally {
      await reader.close();
    }
    const same =
      content.from === Number(range.from) &&
      content.to === Number(range.to) &&
      content.messages.length === range.messages &&
      content.events === range.events;
    if (!same) throw new Error("the log has another range than the one that was written down");
    return content;
  }

  async #nextRange(): Promise<void> {
    const content = await this.#gather();
    await this.#untilDone(() => this.#writeDown(content));
    await this.#point("after-pending");
    const { partition } = this.#turn;
    await this.#apply({ partition, content, boot: this.#progress.engineBoot, tried: false });
  }

  /**
   * Collects messages until the range is full or due: some time after the last range began, and when nothing more waits
   * in the log, or it took too long already. Waits for the first message as long as it takes.
   */
  async #gather(): Promise<RangeContent> {
    const { limits, clock } = this.#ports;
    const content = new RangeContent({ minutesFromMs: clock.now() - limits.liveMinutesMs });
    this.#current = content;
    let dueAt = Number.POSITIVE_INFINITY;
    let lastAt = Number.POSITIVE_INFINITY;
    for (;;) {
      this.#mustOwn();
      this.#reader ??= this.#ports.eventLog.open(this.#turn.partition, this.committed);
      // What waits in the log goes along: under a backlog ranges are full, not frequent.
      const leftMs = (this.#reader.lag() > 0 ? lastAt : dueAt) - performance.now();
      if (leftMs <= 0 && !content.endsInBlock) return content;
      const message = await this.#reader.next(Math.max(1, Math.min(leftMs, limits.idleWaitMs)));
      if (message === undefined) {
        if (content.messages.length === 0) this.#ports.onIdle(this.#turn.partition, this.committed);
        continue;
      }
      content.add(message);
      const isFull = content.bytes >= limits.rangeBytesMax || content.events >= limits.rangeEventsMax;
      if (isFull && !content.endsInBlock) return content;
      if (content.messages.length === 1) {
        dueAt = Math.max(this.#lastRangeAt + this.#ports.rangeAgeMs(), performance.now() + limits.gatherMs);
        lastAt = Math.max(dueAt, performance.now() + limits.rangeAgeMs);
      }
    }
  }

  async #writeDown(content: RangeContent): Promise<void> {
    const { store, tables, limits } = this.#ports;
    await this.#point("before-pending");
    while (await store.held()) await this.#pause(limits.holdPollMs);
    if (this.#boot === "") this.#boot = await tables.boot();
    const { first, last } = content.expected;
    const pending = create(RangeSchema, {
      from: BigInt(content.from),
      to: BigInt(content.to),
      messages: content.messages.length,
      events: content.events,
      rawFrom: BigInt(first.sequence),
      rawTo: BigInt(last.sequence),
    });
    await this.#save({ ...this.#progress, pending, engineBoot: this.#boot });
  }

  async #apply(range: WrittenRange): Promise<void> {
    const { tables, quarantine, log, onApplied } = this.#ports;
    this.#lastRangeAt = performance.now();
    const applied = await applyRange(range, {
      tables,
      quarantine,
      log,
      mustOwn: () => this.#mustOwn(),
      backOff: (attempt, error) => this.#backOff(attempt, error),
      writePoisoned: (indexes) =>
        this.#untilDone(async () => {
          const { pending } = this.#progress;
          if (pending === undefined) throw new Error("no range is written down");
          await this.#save({ ...this.#progress, pending: { ...pending, poisoned: [...indexes] } });
        }),
    });
    await this.#point("after-insert");
    const after = this.committed;
    const to = applied.to;
    await this.#untilDone(() => this.#commit(applied));
    this.#current = undefined;
    this.#trouble = undefined;
    await this.#point("after-commit");
    await onApplied({ partition: range.partition, after, to, content: applied });
  }

  #commit(content: RangeContent): Promise<void> {
    const { pending: _done, ...rest } = this.#progress;
    const watermarkMs = Math.max(Number(rest.watermarkMs), content.watermarkMs);
    return this.#save({ ...rest, committed: BigInt(content.to), watermarkMs: BigInt(watermarkMs) });
  }

  /** Writes progress; where an earlier write of ours was taken without our hearing of it, goes on from there. */
  async #save(next: PartitionProgress): Promise<void> {
    const { partition, epoch } = this.#turn;
    const { store } = this.#ports;
    this.#mustOwn();
    try {
      this.#revision = await store.write(partition, next, this.#revision);
    } catch (error) {
      if (!(error instanceof ProgressLostError)) throw error;
      const found = await store.read(partition);
      if (found === undefined || Number(found.progress.epoch) !== epoch) throw error;
      this.#revision = found.revision;
      if (!equals(PartitionProgressSchema, found.progress, next)) {
        // A replay wrote our own entry again, so that we look whether we are held back.
        if (!equals(PartitionProgressSchema, found.progress, this.#progress)) throw error;
        throw new Error("held back", { cause: error });
      }
    }
    this.#progress = next;
  }

  /** Repeats until it succeeds or the turn is over. */
  async #untilDone<T>(step: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      this.#mustOwn();
      try {
        return await step();
      } catch (error) {
        if (error instanceof ProgressLostError || error instanceof TurnOverError) throw error;
        await this.#backOff(attempt, error);
      }
    }
  }

  #mustOwn(): void {
    if (this.#turn.signal.aborted || !this.#turn.holds()) throw new TurnOverError("the turn is over");
  }

  async #backOff(attempt: number, error: unknown): Promise<void> {
    if (error instanceof TurnOverError || error instanceof ProgressLostError) throw error;
    this.#mustOwn();
    this.#boot = "";
    this.#trouble = error instanceof Error ? error.name : "unknown";
    const { limits, log } = this.#ports;
    const waitMs = Math.min(limits.backOffMaxMs, limits.backOffMs * 2 ** Math.min(attempt, 10));
    log.warn({ partition: this.#turn.partition, attempt, waitMs, err: error }, "will try again");
    await this.#pause(waitMs);
  }

  /** Waits; ends early, by throwing, when the turn is over. */
  async #pause(waitMs: number): Promise<void> {
    const { signal } = this.#turn;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal.addEventListener("abort", done);
    });
    this.#mustOwn();
  }

  async #point(name: FaultPoint): Promise<void> {
    await this.#ports.faultPoint?.(name);
  }
}
