// How much an event costs the enrichment worker: Node's and the engines' CPU, end to end on real engines, in blocks of
// 500 events, once with new events and once with the same events sent again.
//
//   node dist/bench/enrichment-smoke.js [--blocks 400] [--partitions 4]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import { pino } from "pino";
import { BlockSchema } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import { ClaimHasher } from "../platform/claims.js";
import { openNats } from "../platform/engines/nats.js";
import { openRedis } from "../platform/engines/redis.js";
import { wantedProperty } from "../services/enrichment/amount.js";
import { BlockEnricher } from "../services/enrichment/enrich-block.js";
import { openGeo } from "../services/enrichment/enrichers/geo.js";
import { startWorker } from "../services/enrichment/worker.js";
import { EnrichmentRig } from "../tests/enrichment/rig.js";

const eventsPerBlock = 500;
const { values } = parseArgs({
  options: { blocks: { type: "string", default: "400" }, partitions: { type: "string", default: "4" } },
});
const blocks = Number(values.blocks);
const partitions = Number(values.partitions);

const agents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 " +
    "Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
];
let made = 0;

function makeBlock(partition: number): Uint8Array {
  const now = BigInt(Date.now());
  const events = Array.from({ length: eventsPerBlock }, () => {
    const n = made++;
    return {
      projectId: "shop1",
      eventId: `0190a5b2-7c1d-7e3f-8a4b-${n.toString(16).padStart(12, "0")}`,
      type: n % 5 === 0 ? "purchase" : "page_view",
      userId: n % 3 === 0 ? `user-${n % 10_000}` : "",
      anonymousId: `d-${(n * 7_919) % 100_000}`,
      clientTimeMs: now - BigInt(n % 90_000),
      receivedTimeMs: now,
      timeMs: now - BigInt(n % 90_000),
      properties: `{"sku":"A${n % 500}","amount":${(n % 9_000) / 100},"quantity":${n % 4},"name":"thing"}`,
      ip: `${20 + (n % 180)}.${n % 250}.${(n * 31) % 250}.0`,
      userAgent: agents[n % agents.length] ?? "",
      pageUrl: `https://shop.example/products/${n % 2_000}?utm_source=news&utm_medium=email`,
      referrer: n % 4 === 0 ? "https://www.google.com/" : "",
      partition,
      payloadHash: BigInt(n),
      keyId: "k1",
    };
  });
  return toBinary(BlockSchema, create(BlockSchema, { events }));
}

/** CPU seconds that a process has used, by /proc. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function pidOfRedis(url: string): Promise<{ pid: number; bytes: () => Promise<number> }> {
  const redis = await openRedis({ url, name: "bench" });
  const field = async (section: string, name: string): Promise<number> =>
    Number(new RegExp(`${name}:(\\d+)`).exec(await redis.info(section))?.[1]);
  return { pid: await field("server", "process_id"), bytes: () => field("memory", "used_memory") };
}

function alone(data: Uint8Array, geo: Awaited<ReturnType<typeof openGeo>>): void {
  const layout = {
    $typeName: "tideline.pipeline.v1.ClaimLayout" as const,
    hashKey: Buffer.alloc(16),
    bucketBits: 16,
  };
  const enricher = new BlockEnricher({ geo, hasher: new ClaimHasher(layout) });
  const rules = { timeZone: "Europe/Vienna", amount: wantedProperty("amount") };
  const raw = { position: 5, partition: 0, project: "shop1", receivedMs: 1, data };
  for (let round = 0; round < 200; round++) enricher.enrich(raw, rules);
  const began = process.cpuUsage();
  const rounds = 400;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) bytes = enricher.enrich(raw, rules).bytes.length;
  const used = process.cpuUsage(began);
  const us = (used.user + used.system) / (rounds * eventsPerBlock);
  console.log(
    `enrichBlock alone: ${us.toFixed(2)} us an event, ${(data.length / eventsPerBlock).toFixed(0)} B in, ` +
      `${(bytes / eventsPerBlock).toFixed(0)} B out`,
  );
}

const rig = await EnrichmentRig.open(partitions);
const geo = await openGeo();
try {
  const data = Array.from({ length: blocks }, (_, index) => makeBlock(index % partitions));
  alone(data[0] ?? new Uint8Array(0), geo);
  const redisProcess = await pidOfRedis(rig.urls.redis);
  const publish = async (): Promise<void> => {
    const all = data.map((bytes, index) =>
      rig.publishBytes(index % partitions, bytes, { project: "shop1", receivedMs: Date.now() }),
    );
    await Promise.all(all);
  };
  const nats = await openNats({ url: rig.urls.nats, name: "bench" });
  const redis = await openRedis({ url: rig.urls.redis, name: "bench" });
  const rules = { timeZone: "Europe/Vienna", amountProperty: "amount" };
  for (const what of ["new events", "the same again"]) {
    await publish();
    const memoryBefore = await redisProcess.bytes();
    const [cpu, redisCpu, began] = [process.cpuUsage(), cpuSeconds(redisProcess.pid), performance.now()];
    const worker = await startWorker({
      settings: {
        prefix: "",
        partitions,
        replicas: 1,
        claimBucketBits: 16,
        streamBytesMax: 2 ** 30,
        instance: "bench",
      },
      nats,
      redis,
      geo,
      projects: { peek: () => rules, get: async () => rules },
      log: pino({ level: "warn" }),
    });
    const events = blocks * eventsPerBlock;
    const handled = (): number => worker.owned.counts.events + worker.owned.counts.duplicates;
    while (handled() < events) await new Promise((resolve) => setTimeout(resolve, 10));
    const seconds = (performance.now() - began) / 1_000;
    const used = process.cpuUsage(cpu);
    const us = (value: number): string => ((value * 1e6) / events).toFixed(2);
    console.log(
      `${what}: ${Math.round(events / seconds)} events/s; CPU an event: Node ` +
        `${us((used.user + used.system) / 1e6)} us, Redis ${us(cpuSeconds(redisProcess.pid) - redisCpu)} us; ` +
        `Redis ${(((await redisProcess.bytes()) - memoryBefore) / events).toFixed(1)} B an event`,
    );
    await worker.stop();
  }
  redis.disconnect();
  await nats.close();
} finally {
  await rig.close();
}
process.exit(0);
