import type { Log } from "../../platform/log.js";
import type { Pace } from "./pace.js";
import { PartitionWindows } from "./partition-windows.js";
import { PartitionWorker, type WorkerPorts } from "./partition-worker.js";
import type { WindowStore } from "./ports.js";

/** How long a write that is under way may take when its partition goes. */
const lastWriteMsMax = 4_000;

async function inTime(done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, lastWriteMsMax);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}

export interface OwnedPartitionsOptions {
  readonly ports: Omit<WorkerPorts, "onApplied" | "onIdle" | "rangeAgeMs">;
  readonly windows: WindowStore;
  readonly pace: Pace;
  readonly log: Log;
  /** Publishes what a range added; advisory, must not throw. */
  readonly publish: (applied: Parameters<WorkerPorts["onApplied"]>[0]) => void;
  /** The epoch of the lease on a partition; undefined when it is not ours. */
  readonly epochOf: (partition: number) => bigint | undefined;
  /** Called when a newer owner was found behind the lease's back. */
  readonly onOvertaken: (partition: number) => void;
}

interface Work {
  readonly worker: PartitionWorker;
  readonly windows: PartitionWindows;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** The partitions that this instance works on, as leases come and go. */
export class OwnedPartitions {
  readonly #options: OwnedPartitionsOptions;
  readonly #work = new Map<number, Work>();
  #events = 0;

  constructor(options: OwnedPartitionsOptions) {
    this.#options = options;
  }

  /** Events brought into the tables since the start. */
  get eventsApplied(): number {
    return this.#events;
  }

  /** How far each owned partition is behind the log. */
  lags(): { partition: number; messages: bigint; ageMs: bigint }[] {
    return [...this.#work].map(([partition, { worker }]) => {
      const { messages, ageMs } = worker.lag;
      return { partition, messages: BigInt(messages), ageMs: BigInt(Math.round(ageMs)) };
    });
  }

  /** What is out of the ordinary, a sentence each; empty where all goes on. */
  notes(): string[] {
    const list = (chosen: (work: Work) => boolean): string =>
      [...this.#work]
        .filter(([, work]) => chosen(work))
        .map(([partition]) => partition)
        .join(", ");
    const stuck = list(({ worker }) => worker.trouble !== undefined);
    const behind = list(({ windows }) => windows.isBehind);
    return [
      ...(stuck === "" ? [] : [`Partitions ${stuck} wait for an engine; their events stay in the log.`]),
      ...(behind === "" ? [] : [`Windows of partitions ${behind} are behind the tables.`]),
    ];
  }

  acquire(partition: number, epoch: bigint): void {
    const { ports, log, epochOf, publish, onOvertaken } = this.#options;
    const abort = new AbortController();
    const { signal } = abort;
    const { eventLog, clock, limits } = ports;
    const windows = new PartitionWindows({
      partition,
      store: this.#options.windows,
      eventLog,
      clock,
      log,
      limits,
      signal,
    });
    const turn = { partition, epoch: Number(epoch), signal, holds: () => epochOf(partition) === epoch };
    const worker = new PartitionWorker(turn, {
      ...ports,
      rangeAgeMs: () => this.#options.pace.rangeAgeMs(this.#work.size),
      onApplied: async (applied) => {
        this.#events += applied.content.events - applied.content.poisoned.size;
        publish(applied);
        await windows.applied(applied);
      },
      onIdle: (_partition, committed) => windows.idle(committed),
    });
    const done = worker
      .run()
      .catch((error: unknown) => log.fatal({ err: error, partition }, "bug: the work on a partition ended"))
      .then(() => {
        // Ended by itself: the lease goes too, so that it is taken anew with a higher epoch.
        if (!signal.aborted) onOvertaken(partition);
      });
    this.#work.set(partition, { worker, windows, abort, done });
  }

  /**
   * Ends the work on a partition; resolves when it writes nothing more, or when the engine has not answered a last
   * write for a while: that one is then as if we had been killed, and the next owner looks for it.
   */
  async lose(partition: number): Promise<void> {
    const work = this.#work.get(partition);
    if (work === undefined) return;
    work.abort.abort();
    await inTime(work.done.then(() => work.windows.ended()));
    this.#work.delete(partition);
  }
}
