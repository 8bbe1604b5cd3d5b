// How much an event costs at the door: CPU of the ingestion process for each event, with batches of 500 events of 200
// bytes and ten properties over gRPC, 16 in flight, against real engines. Each event has an id of its own.
//
//   node dist/bench/ingest-smoke.js [--requests 400] [--events 500] [--partitions 16] [--profile folder]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { create, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { type OwnTestEngines, startOwnEngines } from "../dev/testing/stack.js";
import { PublishEventsRequestSchema } from "../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { controlMigrations } from "../platform/control/control.js";
import { openPostgres } from "../platform/engines/postgres.js";
import { migratePostgres } from "../platform/migrate.js";
import { makeProject } from "../tests/support/projects.js";
import { startService } from "../tests/support/service-process.js";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "400" },
    events: { type: "string", default: "500" },
    partitions: { type: "string", default: "16" },
    profile: { type: "string", default: "" },
  },
});
const requests = Number(values.requests);
const eventsPerRequest = Number(values.events);
const inFlight = 16;

/** A request, and where the running numbers of its events' ids stand in it. */
interface Template {
  readonly bytes: Buffer;
  readonly idsAt: readonly number[];
}

const marker = "0198c5f0-7000-7000-8000-";

function makeTemplate(): Template {
  const events = Array.from({ length: eventsPerRequest }, (_, n) => ({
    eventId: `${marker}000000000000`,
    type: "purchase",
    userId: `user-${n % 50}`,
    anonymousId: `anon-${n % 60}`,
    clientTime: { seconds: 1_700_000_000n, nanos: 5_000_000 },
    body: {
      case: "properties" as const,
      value: JSON.stringify({
        amount: 12.5,
        currency: "EUR",
        sku: `A-${n}`,
        quantity: 3,
        country: "AT",
        plan: "pro",
        ref: "news",
        step: 4,
        ok: true,
        n,
      }),
    },
  }));
  const bytes = Buffer.from(
    toBinary(PublishEventsRequestSchema, create(PublishEventsRequestSchema, { events })),
  );
  const idsAt: number[] = [];
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1))
    idsAt.push(at + marker.length);
  return { bytes, idsAt };
}

let made = 0;

/** The next request: the template with ids that were never used. */
function nextRequest({ bytes, idsAt }: Template): Buffer {
  const copy = Buffer.from(bytes);
  for (const at of idsAt) copy.write((made++).toString(16).padStart(12, "0"), at, "latin1");
  return copy;
}

/** CPU that a process used, ms: user and system. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function bench(engines: OwnTestEngines): Promise<void> {
  const databaseUrl = await engines.createPostgresDatabase();
  const pool = openPostgres({ url: databaseUrl, name: "bench" });
  await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
  const project = await makeProject(pool, { eventsPerSecond: 10_000_000 });
  const service = await startService(
    "ingestion",
    {
      NATS_URL: engines.nats,
      REDIS_URL: engines.redis,
      DATABASE_URL: databaseUrl,
      CLICKHOUSE_URL: "http://127.0.0.1:1",
      TIDELINE_PARTITIONS: values.partitions,
      TIDELINE_OPERATOR_KEY: "operator-key-of-a-bench",
      TIDELINE_DATA_SECRET: "data-secret-of-a-bench",
    },
    values.profile === "" ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`],
  );
  const client = new grpc.Client(`127.0.0.1:${service.grpcPort}`, grpc.credentials.createInsecure());
  try {
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${project.secret}`);
    await measure(service.pid, (bytes) => send(client, metadata, bytes));
  } finally {
    client.close();
    await service.stop();
    await pool.end();
  }
}

function send(client: grpc.Client, metadata: grpc.Metadata, bytes: Buffer): Promise<number> {
  const path = "/tideline.ingest.v1.IngestService/PublishEvents";
  const identity = (body: Buffer): Buffer => body;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, identity, identity, bytes, metadata, (error, answer) => {
      if (error === null) resolve(answer?.length ?? 0);
      else reject(error);
    });
  });
}

async function measure(pid: number, sendOne: (bytes: Buffer) => Promise<number>): Promise<void> {
  const template = makeTemplate();
  // The first round warms up.
  for (let round = 0; round <= 3; round++) {
    const began = performance.now();
    const cpuBefore = cpuMs(pid);
    let left = requests;
    const work = async (): Promise<void> => {
      while (left-- > 0) {
        const length = await sendOne(nextRequest(template));
        if (length !== eventsPerRequest * 4) throw new Error("not every event was accepted");
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    const events = requests * eventsPerRequest;
    const perEvent = (((cpuMs(pid) - cpuBefore) * 1_000) / events).toFixed(2);
    const rate = Math.round(events / ((performance.now() - began) / 1_000));
    console.log(`round ${round}: ${perEvent} us of CPU an event, ${rate} events/s`);
  }
}

const engines = await startOwnEngines("nats", "redis", "postgres");
try {
  await bench(engines);
} finally {
  await engines.stop();
}
process.exit(0);
