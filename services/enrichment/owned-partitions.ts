import { PartitionWorker, type WorkerCounts } from "./partition-worker.js";
import type { WorkerPorts } from "./ports.js";
import { StaleOwnerError } from "./turn.js";

export interface OwnedPartitionsOptions {
  readonly ports: WorkerPorts;
  /** Called when the work on a partition ended by itself: a newer owner was found behind the lease's back. */
  readonly onEnded: (partition: number) => void;
}

interface Work {
  readonly worker: PartitionWorker;
  readonly done: Promise<void>;
}

const lookEveryMs = 1_000;

/** The partitions that this instance works on, as leases come and go. */
export class OwnedPartitions {
  readonly #options: OwnedPartitionsOptions;
  readonly #work = new Map<number, Work>();
  readonly #ended: WorkerCounts = { events: 0, duplicates: 0, conflicts: 0, poisoned: 0 };
  readonly #timer: NodeJS.Timeout;

  constructor(options: OwnedPartitionsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
  }

  /** What was handled since the start. */
  get counts(): WorkerCounts {
    const all = { ...this.#ended };
    for (const { worker } of this.#work.values()) add(all, worker.counts);
    return all;
  }

  /** How far each owned partition is behind the log. */
  lags(): { partition: number; messages: bigint; ageMs: bigint }[] {
    return [...this.#work].map(([partition, { worker }]) => {
      const { messages, ageMs } = worker.lag;
      return { partition, messages: BigInt(messages), ageMs: BigInt(Math.round(ageMs)) };
    });
  }

  /** Why partitions do not go on, one sentence for each reason. */
  troubles(): string[] {
    const partitionsOf = new Map<string, number[]>();
    for (const [partition, { worker }] of this.#work) {
      const { trouble } = worker;
      if (trouble !== undefined) partitionsOf.set(trouble, [...(partitionsOf.get(trouble) ?? []), partition]);
    }
    return [...partitionsOf].map(
      ([trouble, partitions]) => `Partitions ${partitions.join(", ")}: ${trouble}`,
    );
  }

  acquire(partition: number, epoch: bigint): void {
    const { ports, onEnded } = this.#options;
    const { log } = ports;
    const worker = new PartitionWorker({ partition, epoch, ports });
    const done = worker.run().catch((error: unknown) => {
      if (error instanceof StaleOwnerError) log.warn({ partition, err: error }, "overtaken");
      else log.fatal({ partition, err: error }, "bug: the work on a partition ended");
    });
    this.#work.set(partition, { worker, done });
    void done.then(() => {
      if (!worker.turn.signal.aborted) onEnded(partition);
    });
  }

  /** Ends the work on a partition; resolves when it writes nothing more. */
  async lose(partition: number): Promise<void> {
    const work = this.#work.get(partition);
    if (work === undefined) return;
    work.worker.stop();
    await work.done;
    this.#work.delete(partition);
    add(this.#ended, work.worker.counts);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Idle partitions notice here that Redis lost what they rest on; busy ones are told by their next claim. */
  async #look(): Promise<void> {
    const { claims, partitions } = this.#options.ports;
    const sessions = [...this.#work].map(([partition, { worker }]) => ({
      partition,
      session: worker.reading,
    }));
    // While Redis is away there is nothing to be told; claims wait as well.
    const missing = await claims.unverified(partitions).catch((): number[] => []);
    for (const { partition, session } of sessions) {
      if (missing.includes(partition)) this.#work.get(partition)?.worker.lookAgain(session);
    }
  }
}

function add(all: WorkerCounts, more: WorkerCounts): void {
  all.events += more.events;
  all.duplicates += more.duplicates;
  all.conflicts += more.conflicts;
  all.poisoned += more.poisoned;
}
