import { headers } from "nats";
import { type ClickHouse, openClickHouse } from "../../../platform/engines/clickhouse.js";
import { type Nats, openNats } from "../../../platform/engines/nats.js";
import { migrateClickHouse } from "../../../platform/migrate.js";
import { openProgressBucket } from "../../../platform/progress.js";
import {
  headerNames,
  reconcileStreams,
  type StreamNames,
  streamDefaults,
  streamNames,
} from "../../../platform/streams.js";
import { openProgressStore } from "../engines/progress-store.js";
import { blockBytes, type EventMaker, makeEvents, type ProducedEvent } from "./produced-events.js";

/** What a rig needs of engines; those of dev/testing/stack.ts are such. */
export interface RigEngines {
  readonly nats: string;
  readonly redis: string;
  readonly clickhouse: string;
  readonly prefix: string;
  readonly clickhouseDatabase: string;
  stop(): Promise<void>;
}

/** Real engines with streams and tables, and a producer that stands where enrichment does. */
export interface Rig {
  readonly engines: RigEngines;
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly clickhouse: ClickHouse;
  readonly database: string;
  readonly produced: ProducedEvent[];
  /** Publishes one block of made events to a partition. */
  publish(maker: EventMaker, partition: number, count: number): Promise<ProducedEvent[]>;
  /** Publishes these bytes as a block, `rawIndex` where it ends within a raw block; resolves with its sequence. */
  publishBytes(partition: number, data: Uint8Array, rawSequence: number, rawIndex?: number): Promise<number>;
  nextRawSequence(): number;
  /** The sequence of the last message published. */
  lastSequence(): number;
  /** True when all that was published is committed: in every table. */
  isApplied(): Promise<boolean>;
  rows<T>(query: string, params?: Record<string, unknown>): Promise<T[]>;
  close(): Promise<void>;
}

export const migrationFolders = ["services/aggregation/migrations"];

export async function openRig<E extends RigEngines>(engines: E): Promise<Rig & { engines: E }> {
  const nats = await openNats({ url: engines.nats, name: "test" });
  const names = streamNames(engines.prefix);
  await reconcileStreams(nats, { names, replicas: 1, ...streamDefaults, streamBytesMax: 2 ** 30 });
  const database = engines.clickhouseDatabase;
  const clickhouse = openClickHouse({ url: engines.clickhouse, database: "default", name: "test" });
  await migrateClickHouse(clickhouse, database, migrationFolders);
  const produced: ProducedEvent[] = [];
  let rawSequence = 1_000;
  let lastSequence = 0;
  const lastOf = new Map<number, number>();
  const progress = openProgressStore(await openProgressBucket(nats, names, 1));
  const publishBytes: Rig["publishBytes"] = async (partition, data, raw, rawIndex) => {
    const given = headers();
    given.set(headerNames.rawFrom, String(raw));
    given.set(headerNames.rawTo, String(raw));
    if (rawIndex !== undefined) given.set(headerNames.rawIndex, String(rawIndex));
    const ack = await nats.js.publish(names.eventsSubject(partition), data, { headers: given });
    lastSequence = ack.seq;
    lastOf.set(partition, ack.seq);
    return ack.seq;
  };
  return {
    engines,
    nats,
    names,
    clickhouse,
    database,
    produced,
    publishBytes,
    nextRawSequence: () => ++rawSequence,
    lastSequence: () => lastSequence,
    async publish(maker, partition, count) {
      const events = makeEvents(maker, partition, ++rawSequence, count);
      await publishBytes(partition, blockBytes(events), rawSequence);
      produced.push(...events);
      return events;
    },
    async isApplied() {
      for (const [partition, last] of lastOf) {
        const entry = await progress.read(partition);
        if (entry === undefined || Number(entry.progress.committed) < last) return false;
      }
      return true;
    },
    async rows<T>(query: string, params: Record<string, unknown> = {}) {
      const result = await clickhouse.query({ query, query_params: params, format: "JSONEachRow" });
      return result.json<T>();
    },
    async close() {
      await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${database}` }).catch(() => undefined);
      await clickhouse.close();
      const buckets = [names.progressBucket, names.leasesBucket("aggregation")].map(
        (bucket) => `KV_${bucket}`,
      );
      for (const name of [names.raw, names.events, names.quarantine, ...buckets]) {
        await nats.jsm.streams.delete(name).catch(() => undefined);
      }
      await nats.close();
      await engines.stop();
    },
  };
}

export async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  timeoutMs = 20_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
