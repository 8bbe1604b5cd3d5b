// Real engines, a producer that stands where ingestion does, and workers as processes of their own, to be killed and
// stopped at will. What comes out is compared with what must come out.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { headers } from "nats";
import { prepareNats } from "../../dev/engines/nats.js";
import { prepareRedis } from "../../dev/engines/redis.js";
import { ManagedProcess } from "../../dev/processes/managed-process.js";
import { BlockSchema, type Event, type EventSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { type Nats, openNats } from "../../platform/engines/nats.js";
import { openRedis } from "../../platform/engines/redis.js";
import { repoRoot } from "../../platform/root.js";
import { headerNames, reconcileStreams, streamDefaults, streamNames } from "../../platform/streams.js";

export type EventInit = MessageInitShape<typeof EventSchema>;

/** An event as it was put into RAW. */
export interface Produced {
  readonly id: string;
  readonly partition: number;
  readonly position: number;
  readonly index: number;
  readonly payloadHash: bigint;
}

/** A worker in its own process. */
export interface WorkerProcess {
  readonly instance: string;
  readonly child: ChildProcess;
  /** Ends it and waits; SIGTERM gives its partitions back. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class EnrichmentRig {
  readonly partitions: number;
  readonly names = streamNames("");
  readonly produced: Produced[] = [];
  readonly workers: WorkerProcess[] = [];
  readonly #folder: string;
  readonly #engines: Record<"nats" | "redis", ManagedProcess>;
  readonly urls: Record<"nats" | "redis", string>;
  readonly nats: Nats;
  readonly #last = new Map<number, number>();
  #instances = 0;

  private constructor(options: {
    folder: string;
    engines: Record<"nats" | "redis", ManagedProcess>;
    urls: Record<"nats" | "redis", string>;
    nats: Nats;
    partitions: number;
  }) {
    this.#folder = options.folder;
    this.#engines = options.engines;
    this.urls = options.urls;
    this.nats = options.nats;
    this.partitions = options.partitions;
  }

  static async open(partitions = 4): Promise<EnrichmentRig> {
    const folder = await mkdtemp(join(tmpdir(), "tideline-enrichment-"));
    const [nats, redis] = [
      await prepareNats(join(folder, "nats")),
      await prepareRedis(join(folder, "redis")),
    ];
    const managed = (spec: typeof nats.spec): ManagedProcess => {
      const options = { logFile: join(folder, `${spec.name}.log`), restarts: false, tell: () => undefined };
      return new ManagedProcess(spec, options);
    };
    const engines = { nats: managed(nats.spec), redis: managed(redis.spec) };
    await Promise.all([engines.nats.start(), engines.redis.start()]);
    const urls = { nats: nats.url, redis: redis.url };
    const client = await openNats({ url: nats.url, name: "rig" });
    const rig = new EnrichmentRig({ folder, engines, urls, nats: client, partitions });
    await reconcileStreams(client, {
      names: rig.names,
      replicas: 1,
      ...streamDefaults,
      streamBytesMax: 2 ** 30,
    });
    return rig;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.end("SIGKILL")));
    await this.nats.close();
    await Promise.all([this.#engines.nats.stop(), this.#engines.redis.stop()]);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Sends a signal to an engine, such as SIGSTOP. */
  signal(engine: "nats" | "redis", signal: NodeJS.Signals): void {
    this.#engines[engine].kill(signal);
  }

  /** Kills an engine and starts it again, on what it wrote, or on what `before` leaves there. */
  async restart(engine: "nats" | "redis", before: () => void = () => undefined): Promise<void> {
    this.signal(engine, "SIGKILL");
    await this.#engines[engine].stop();
    before();
    await this.#engines[engine].start();
  }

  /** Copies what Redis has on disk; the returned function puts it back, for use while Redis is down. */
  snapshotRedis(): () => void {
    const live = join(this.#folder, "redis");
    const copy = join(this.#folder, "redis-snapshot");
    rmSync(copy, { recursive: true, force: true });
    cpSync(live, copy, { recursive: true });
    return () => {
      rmSync(live, { recursive: true, force: true });
      cpSync(copy, live, { recursive: true });
    };
  }

  /** Removes all that Redis has, as an operator's slip would. */
  async flushRedis(): Promise<void> {
    const redis = await openRedis({ url: this.urls.redis, name: "rig" });
    await redis.flushall();
    redis.disconnect();
  }

  /** Starts a worker process; resolves when it has begun to share out partitions. */
  async startWorker(): Promise<WorkerProcess> {
    const instance = `w${this.#instances++}`;
    const main = join(repoRoot, "dist/tests/enrichment/worker-main.js");
    const child = spawn(process.execPath, ["--enable-source-maps", main], {
      env: {
        ...process.env,
        NATS_URL: this.urls.nats,
        REDIS_URL: this.urls.redis,
        TIDELINE_PARTITIONS: String(this.partitions),
        TIDELINE_INSTANCE: instance,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout ?? child, "data");
    const worker = {
      instance,
      child,
      end: async (signal: "SIGTERM" | "SIGKILL") => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill("SIGCONT");
        child.kill(signal);
        await once(child, "exit");
      },
    };
    this.workers.push(worker);
    return worker;
  }

  /** Puts a block into RAW as ingestion does; repeats until it is acked. */
  async publish(partition: number, events: readonly EventInit[], receivedMs = Date.now()): Promise<number> {
    const block = create(BlockSchema, {
      events: events.map((event) => ({
        projectId: "shop",
        type: "view",
        receivedTimeMs: BigInt(receivedMs),
        clientTimeMs: BigInt(receivedMs),
        timeMs: BigInt(receivedMs),
        properties: "{}",
        partition,
        ...event,
      })),
    });
    const project = events[0]?.projectId ?? "shop";
    const position = await this.publishBytes(partition, toBinary(BlockSchema, block), {
      project,
      receivedMs,
    });
    events.forEach(({ eventId = "", payloadHash = 0n }, index) => {
      this.produced.push({ id: `${project}/${eventId}`, partition, position, index, payloadHash });
    });
    return position;
  }

  async publishBytes(
    partition: number,
    data: Uint8Array,
    { project, receivedMs }: { project: string; receivedMs: number },
  ): Promise<number> {
    const set = headers();
    set.set(headerNames.receivedMs, String(receivedMs));
    // One id for all tries, so that a retry after a lost ack does not put the block there twice.
    set.set("Nats-Msg-Id", `${partition}-${performance.now()}-${Math.random()}`);
    for (;;) {
      try {
        const options = { headers: set, timeout: 1_000 };
        return (await this.nats.js.publish(this.names.rawSubject(partition, project), data, options)).seq;
      } catch {
        await pause(50);
      }
    }
  }

  /** Says that a partition must be covered up to a position, for `drained`. */
  expectCovered(partition: number, position: number): void {
    this.#last.set(partition, Math.max(position, this.#last.get(partition) ?? 0));
  }

  /** Waits until EVENTS covers all that was produced. */
  async drained(limitMs = 60_000): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (const { partition, position } of this.produced) this.expectCovered(partition, position);
    for (const [partition, position] of this.#last) {
      for (;;) {
        const reached = await this.#covered(partition);
        if (reached >= position) break;
        if (performance.now() > deadline) {
          throw new Error(`partition ${partition} is at ${reached} of ${position} after ${limitMs} ms`);
        }
        await pause(20);
      }
    }
  }

  async #covered(partition: number): Promise<number> {
    const subject = this.names.eventsSubject(partition);
    try {
      const { header } = await this.nats.jsm.streams.getMessage(this.names.events, { last_by_subj: subject });
      return header.get(headerNames.rawIndex) === "" ? Number(header.get(headerNames.rawTo)) : 0;
    } catch {
      return 0;
    }
  }

  /** All messages of EVENTS, in order. */
  async stored(): Promise<StoredEvents[]> {
    const all: StoredEvents[] = [];
    const { state } = await this.nats.jsm.streams.info(this.names.events);
    for (let sequence = state.first_seq; sequence <= state.last_seq; sequence++) {
      const { subject, data, header } = await this.nats.jsm.streams.getMessage(this.names.events, {
        seq: sequence,
      });
      all.push({
        partition: Number(subject.split(".").at(-1)),
        sequence,
        header: (name) => Number(header.get(name) || "0"),
        data,
        events: fromBinary(BlockSchema, data).events,
      });
    }
    return all;
  }
}

export interface StoredEvents {
  readonly partition: number;
  readonly sequence: number;
  header(name: string): number;
  readonly data: Uint8Array;
  readonly events: readonly Event[];
}

/**
 * Compares what was stored with what was produced; gives the differences, a line each. Of each id exactly one copy is
 * stored, and it is the first of its partition; each partition is in raw order; headers count what is there.
 */
export function differences(produced: readonly Produced[], stored: readonly StoredEvents[]): string[] {
  const wrong: string[] = [];
  const first = new Map<string, Produced>();
  const ids = new Set<string>();
  for (const event of [...produced].sort((a, b) => a.position - b.position || a.index - b.index)) {
    ids.add(event.id);
    const key = `${event.partition}/${event.id}`;
    if (!first.has(key)) first.set(key, event);
  }
  const kept = new Set<string>();
  const reached = new Map<number, number>();
  const last = new Map<number, number>();
  let duplicates = 0;
  for (const message of stored) {
    const { partition, events, sequence } = message;
    if (message.header(headerNames.eventCount) !== events.length) wrong.push(`${sequence}: wrong count`);
    if (message.header(headerNames.rawTo) < (reached.get(partition) ?? 0))
      wrong.push(`${sequence}: goes back`);
    reached.set(partition, message.header(headerNames.rawTo));
    duplicates += message.header(headerNames.duplicates);
    for (const event of events) {
      const id = `${event.projectId}/${event.eventId}`;
      const place = Number(event.rawSequence) * 1e6 + event.rawIndex;
      if (place <= (last.get(partition) ?? -1)) wrong.push(`${sequence}: ${id} is out of order`);
      last.set(partition, place);
      if (kept.has(id)) wrong.push(`${sequence}: ${id} is there twice`);
      kept.add(id);
      const expected = first.get(`${partition}/${id}`);
      if (expected?.position !== Number(event.rawSequence) || expected.index !== event.rawIndex) {
        wrong.push(`${sequence}: ${id} is not the first copy of its partition`);
      }
    }
  }
  for (const id of ids) if (!kept.has(id)) wrong.push(`${id} is missing`);
  if (duplicates !== produced.length - ids.size) {
    wrong.push(`${duplicates} duplicates counted, ${produced.length - ids.size} produced`);
  }
  return wrong;
}
