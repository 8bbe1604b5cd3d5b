import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { headers } from "nats";
import { prepareRedis } from "../dev/engines/redis.js";
import { ManagedProcess } from "../dev/processes/managed-process.js";
import { type OwnTestEngines, startOwnEngines } from "../dev/testing/stack.js";
import { BlockSchema } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import { QueryService } from "../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation } from "../gen/ts/tideline/query/v1/question_pb.js";
import { type Nats, openNats } from "../platform/engines/nats.js";
import { openPostgres, type Postgres } from "../platform/engines/postgres.js";
import { migrateAll } from "../platform/migrate-all.js";
import {
  headerNames,
  reconcileStreams,
  type StreamNames,
  streamDefaults,
  streamNames,
} from "../platform/streams.js";
import { makeProject, type TestProject } from "./support/projects.js";
import { type ServiceProcess, startService } from "./support/service-process.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What an answer says at one moment. */
interface Sight {
  readonly events: number;
  readonly watermarkMs: number;
}

describe("the watermark of answers", function () {
  this.timeout(120_000);
  let engines: OwnTestEngines;
  let folder: string;
  let redis: ManagedProcess;
  let nats: Nats;
  let names: StreamNames;
  let pool: Postgres;
  let project: TestProject;
  let ask: () => Promise<Sight>;
  const services: ServiceProcess[] = [];

  before(async () => {
    engines = await startOwnEngines("nats", "postgres", "clickhouse");
    folder = await mkdtemp(join(tmpdir(), "tideline-watermark-"));
    // Its own, to be away for as long as the test wants.
    const prepared = await prepareRedis(join(folder, "redis"));
    const options = { logFile: join(folder, "redis.log"), restarts: false, tell: () => undefined };
    redis = new ManagedProcess(prepared.spec, options);
    await redis.start();
    const databaseUrl = await engines.createPostgresDatabase();
    await migrateAll({
      databaseUrl,
      clickhouseUrl: engines.clickhouse,
      clickhouseDatabase: engines.clickhouseDatabase,
    });
    pool = openPostgres({ url: databaseUrl, name: "test" });
    nats = await openNats({ url: engines.nats, name: "test" });
    names = streamNames(engines.prefix);
    await reconcileStreams(nats, { names, replicas: 1, ...streamDefaults, streamBytesMax: 2 ** 28 });
    project = await makeProject(pool);
    const env = {
      NATS_URL: engines.nats,
      REDIS_URL: prepared.url,
      DATABASE_URL: databaseUrl,
      CLICKHOUSE_URL: engines.clickhouse,
      CLICKHOUSE_DATABASE: engines.clickhouseDatabase,
      TIDELINE_PREFIX: engines.prefix,
      TIDELINE_PARTITIONS: "2",
      TIDELINE_OPERATOR_KEY: "operator-key-of-this-test",
    };
    for (const name of ["enrichment", "aggregation", "query"]) services.push(await startService(name, env));
    ask = questions(services[2]?.httpPort ?? 0, project);
  });
  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all([nats?.close(), pool?.end()]);
    await Promise.all([redis?.stop(), engines?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Puts one event into each partition of RAW, as ingestion does; resolves to when it was received. */
  const publish = async (eventId: string): Promise<number> => {
    const receivedMs = Date.now();
    for (const partition of [0, 1]) {
      const event = {
        projectId: project.projectId,
        eventId: `${eventId}-${partition}`,
        type: "view",
        timeMs: BigInt(receivedMs),
        receivedTimeMs: BigInt(receivedMs),
        properties: "{}",
        partition,
      };
      const data = toBinary(BlockSchema, create(BlockSchema, { events: [event] }));
      const set = headers();
      set.set(headerNames.receivedMs, String(receivedMs));
      await nats.js.publish(names.rawSubject(partition, project.projectId), data, { headers: set });
    }
    return receivedMs;
  };
  const until = async (isSo: (sight: Sight) => boolean): Promise<Sight> => {
    for (let tries = 0; tries < 300; tries++) {
      const sight = await ask();
      if (isSo(sight)) return sight;
      await pause(100);
    }
    throw new Error("not within 30 s");
  };

  it("stands still while Redis is away and events wait for it, and goes on when they are in", async () => {
    const first = await publish("first");
    await until(({ events, watermarkMs }) => events === 2 && watermarkMs > first);
    redis.kill("SIGKILL");
    await redis.stop();
    const second = await publish("second");
    const seen: Sight[] = [];
    // Longer than states of services take to be told, and a session of a partition to be given up and begun anew.
    for (const endMs = Date.now() + 10_000; Date.now() < endMs; await pause(100)) seen.push(await ask());
    expect(new Set(seen.map(({ events }) => events))).to.deep.equal(new Set([2]));
    expect(Math.max(...seen.map(({ watermarkMs }) => watermarkMs))).to.be.below(second);
    await redis.start();
    await until(({ events, watermarkMs }) => {
      expect(events === 4 || watermarkMs < second, "past events that are not in").to.equal(true);
      return events === 4 && watermarkMs > second;
    });
  });
});

function questions(httpPort: number, { secret }: TestProject): () => Promise<Sight> {
  const transport = createConnectTransport({
    baseUrl: `http://127.0.0.1:${httpPort}`,
    httpVersion: "1.1",
    interceptors: [
      (next) => (request) => {
        request.header.set("authorization", `Bearer ${secret}`);
        return next(request);
      },
    ],
  });
  const client = createClient(QueryService, transport);
  return async () => {
    const asked = { aggregation: Aggregation.COUNT, maxStaleness: { seconds: 0n, nanos: 0 } };
    const { series, info } = await client.queryMetrics(asked);
    const watermarkMs = info?.watermark === undefined ? 0 : timestampMs(info.watermark);
    return { events: series[0]?.total?.value ?? 0, watermarkMs };
  };
}
