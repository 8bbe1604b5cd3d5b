// How fast ranges get into the tables, beside the engine's own floor, and how fresh the tables are at 5,000 events/s.
// Run: npm run build && node dist/bench/aggregation-smoke.js
import { Readable } from "node:stream";
import { fromBinary } from "@bufbuild/protobuf";
import { seededRandom } from "../dev/testing/random.js";
import { startOwnEngines } from "../dev/testing/stack.js";
import { LiveDeltaSchema } from "../gen/ts/tideline/pipeline/v1/live_pb.js";
import { openRedis } from "../platform/engines/redis.js";
import { createLog } from "../platform/log.js";
import { type Aggregation, startAggregation } from "../services/aggregation/aggregation.js";
import { eventMessageName, readBlockSchema } from "../services/aggregation/block-schema.js";
import { defaultLimits } from "../services/aggregation/config.js";
import { jsonSettings } from "../services/aggregation/engines/event-tables.js";
import { openWindowStore } from "../services/aggregation/engines/window-store.js";
import { envelopeOfBlocks } from "../services/aggregation/range-content.js";
import { blockBytes, makeEvents } from "../services/aggregation/testing/produced-events.js";
import { openRig, type Rig, until } from "../services/aggregation/testing/rig.js";

const partitions = Number(process.env["PARTITIONS"] ?? 4);
const backlogEvents = Number(process.env["EVENTS"] ?? 400_000);
const eventsPerSecond = Number(process.env["RATE"] ?? 5_000);
const seconds = Number(process.env["SECONDS"] ?? 15);
const blockEvents = 300;
const random = seededRandom(7);

const rig = await openRig(await startOwnEngines("nats", "redis", "clickhouse"));
const redis = await openRedis({ url: rig.engines.redis, name: "bench" });

const block = (count: number, partition: number) =>
  blockBytes(
    makeEvents({ random, nowMs: Date.now(), spreadMs: 600_000 }, partition, rig.nextRawSequence(), count),
  );

const start = (): Promise<Aggregation> =>
  startAggregation({
    nats: rig.nats,
    clickhouse: rig.clickhouse,
    windows: openWindowStore(redis, rig.engines.prefix),
    names: rig.names,
    database: rig.database,
    instance: "bench",
    partitions,
    replicas: 1,
    insertsAtOnce: 2,
    limits: defaultLimits,
    log: createLog("bench", "warn"),
  });

/** Rows per second of one plain insert into a way in, without anything of ours around it. */
async function floorOf(table: string, rows: number): Promise<number> {
  const blocks = Array.from({ length: Math.ceil(rows / blockEvents) }, () => block(blockEvents, 0));
  const begun = performance.now();
  const answer = await rig.clickhouse.exec({
    query: `INSERT INTO ${rig.database}.${table} FORMAT ProtobufList`,
    values: Readable.from(envelopeOfBlocks(blocks), { objectMode: false }),
    clickhouse_settings: {
      format_schema_source: "string",
      format_schema: readBlockSchema(),
      format_schema_message_name: eventMessageName,
      ...jsonSettings,
    },
  });
  answer.stream.resume();
  return Math.round((blocks.length * blockEvents * 1_000) / (performance.now() - begun));
}

async function backlog(): Promise<number> {
  const blocks = Math.ceil(backlogEvents / blockEvents);
  for (let at = 0; at < blocks; at += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, blocks - at) }, (_, index) => {
        const partition = (at + index) % partitions;
        return rig.publishBytes(partition, block(blockEvents, partition), at + index + 1);
      }),
    );
  }
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const worker = await start();
  await until("the backlog is applied", () => rig.isApplied(), 300_000);
  const tookMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  console.log(`  our process: ${((user + system) / (blocks * blockEvents)).toFixed(2)} us of CPU an event`);
  await worker.stop();
  return Math.round((blocks * blockEvents * 1_000) / tookMs);
}

/** Times from the log's ack to the commit of a range, per event: at the commit it can be queried. */
async function freshness(): Promise<number[]> {
  const worker = await start();
  const acked = Array.from(
    { length: partitions },
    () => [] as { sequence: number; atMs: number; events: number }[],
  );
  const delays: number[] = [];
  const subscription = rig.nats.connection.subscribe(rig.names.liveMetricsSubject("*"), {
    callback: (_error, message) => {
      const { partition, sequence } = fromBinary(LiveDeltaSchema, message.data);
      const waiting = acked[partition] ?? [];
      while (waiting[0] !== undefined && waiting[0].sequence <= Number(sequence)) {
        const { atMs, events } = waiting.shift() as { atMs: number; events: number };
        for (let event = 0; event < events; event++) delays.push(performance.now() - atMs);
      }
    },
  });
  const everyMs = 20;
  const perTick = (eventsPerSecond * everyMs) / 1_000;
  const begun = performance.now();
  const pending: Promise<void>[] = [];
  for (let tick = 0; tick < (seconds * 1_000) / everyMs; tick++) {
    const partition = tick % partitions;
    const published = rig.publishBytes(partition, block(perTick, partition), 0).then((sequence) => {
      acked[partition]?.push({ sequence, atMs: performance.now(), events: perTick });
    });
    pending.push(published);
    const dueMs = begun + (tick + 1) * everyMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
  }
  await Promise.all(pending);
  await until("all is applied", () => rig.isApplied(), 60_000);
  subscription.unsubscribe();
  await worker.stop();
  return delays.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);

async function run(open: Rig): Promise<void> {
  await floorOf("events_probe_in", 10_000);
  console.log(`floor, casts only:          ${await floorOf("events_probe_in", 150_000)} rows/s`);
  console.log(`floor, all tables:          ${await floorOf("events_in", 150_000)} rows/s`);
  console.log(`backlog through the worker: ${await backlog()} rows/s, ${partitions} partitions`);
  const delays = await freshness();
  const figures = [0.5, 0.9, 0.99, 1].map((share) => `p${share * 100} ${at(delays, share)} ms`).join(", ");
  console.log(`freshness at ${eventsPerSecond}/s (${delays.length} events): ${figures}`);
  console.log(
    `memory: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB, generator and worker in one process`,
  );
  await open.close();
}

try {
  await run(rig);
} finally {
  redis.disconnect();
}
process.exit(0);
