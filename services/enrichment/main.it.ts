import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { headers } from "nats";
import { freePort } from "../../dev/processes/free-port.js";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { ProjectSettingsSchema } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { BlockSchema, type Event } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { type ServiceStatus, ServiceStatusSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import { controlMigrations } from "../../platform/control/control.js";
import { type Nats, openNats } from "../../platform/engines/nats.js";
import { openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import { migratePostgres } from "../../platform/migrate.js";
import { repoRoot } from "../../platform/root.js";
import { headerNames, streamNames } from "../../platform/streams.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const timeMs = Date.UTC(2026, 5, 30, 22, 30);

describe("the enrichment service as a process", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let nats: Nats;
  let pool: Postgres;
  let service: ChildProcess;
  let httpPort = 0;
  let database = "";
  let names: ReturnType<typeof streamNames>;

  const start = async (databaseUrl: string): Promise<void> => {
    httpPort = await freePort();
    service = spawn(process.execPath, [join(repoRoot, "dist/services/enrichment/main.js")], {
      env: {
        ...process.env,
        NATS_URL: engines.nats,
        REDIS_URL: engines.redis,
        DATABASE_URL: databaseUrl,
        CLICKHOUSE_URL: "http://127.0.0.1:1",
        TIDELINE_OPERATOR_KEY: "operator-key-of-this-test",
        TIDELINE_PREFIX: engines.prefix,
        TIDELINE_PARTITIONS: "2",
        TIDELINE_HTTP_PORT: String(httpPort),
        TIDELINE_INSTANCE: "it",
        TIDELINE_LOG_LEVEL: "error",
      },
      stdio: "inherit",
    });
    for (let tries = 0; tries < 300; tries++) {
      const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`).catch(() => undefined);
      if (answer?.status === 200) return;
      await pause(50);
    }
    throw new Error("not ready");
  };
  const stop = async (): Promise<number | null> => {
    if (service.exitCode === null) {
      service.kill("SIGTERM");
      await once(service, "exit");
    }
    return service.exitCode;
  };
  const publish = async (project: string, eventId: string): Promise<void> => {
    const set = headers();
    set.set(headerNames.receivedMs, String(timeMs));
    const event = {
      projectId: project,
      eventId,
      type: "view",
      timeMs: BigInt(timeMs),
      receivedTimeMs: BigInt(timeMs),
      properties: '{"price":3}',
      partition: 1,
    };
    const data = toBinary(BlockSchema, create(BlockSchema, { events: [event] }));
    await nats.js.publish(names.rawSubject(1, project), data, { headers: set });
  };
  const enriched = async (eventId: string): Promise<Event> => {
    for (let tries = 0; tries < 400; tries++) {
      const found = await nats.jsm.streams
        .getMessage(names.events, { last_by_subj: names.eventsSubject(1) })
        .catch(() => undefined);
      const events = found === undefined ? [] : fromBinary(BlockSchema, found.data).events;
      const event = events.find((one) => one.eventId === eventId);
      if (event !== undefined) return event;
      await pause(25);
    }
    throw new Error(`${eventId} was not enriched`);
  };

  before(async () => {
    engines = await startEngines("nats", "redis", "postgres");
    nats = await openNats({ url: engines.nats, name: "main.it" });
    names = streamNames(engines.prefix);
    database = await engines.createPostgresDatabase();
    pool = openPostgres({ url: database, name: "main.it" });
    await migratePostgres(pool, [controlMigrations]);
    const settings = create(ProjectSettingsSchema, { timeZone: "Asia/Tokyo", amountProperty: "price" });
    await pool.query("insert into projects (project_id, name, settings) values ('p1', 'Shop', $1)", [
      Buffer.from(toBinary(ProjectSettingsSchema, settings)),
    ]);
    await start(database);
  });
  after(async () => {
    await stop();
    await pool.end();
    for (const stream of [names.raw, names.events, names.quarantine]) await nats.jsm.streams.delete(stream);
    await nats.close();
    await engines.stop();
  });

  it("enriches by the project's settings", async () => {
    await publish("p1", "a");
    expect(await enriched("a")).to.include({ localDate: 20_635, localHour: 7, amount: 3 });
  });

  it("brings an event through within a few milliseconds", async () => {
    const waits: number[] = [];
    const subscription = nats.connection.subscribe(names.eventsSubject(1));
    const arrivals = subscription[Symbol.asyncIterator]();
    for (let index = 0; index < 30; index++) {
      await pause(15);
      const began = performance.now();
      await publish("p1", `l${index}`);
      await arrivals.next();
      waits.push(performance.now() - began);
    }
    subscription.unsubscribe();
    expect(waits.sort((a, b) => a - b)[15]).to.be.lessThan(100);
  });

  it("says its state", async () => {
    const subscription = nats.connection.subscribe(names.statusSubject("enrichment", "it"));
    let status: ServiceStatus | undefined;
    for await (const { data } of subscription) {
      status = fromBinary(ServiceStatusSchema, data);
      if (status.engines.length === 3) break;
    }
    expect(status?.engines.map(({ engine, ok }) => `${engine} ${ok}`).sort()).to.deep.equal([
      "nats true",
      "postgres true",
      "redis true",
    ]);
    expect(status?.partitions.map(({ partition, messages }) => [partition, messages])).to.deep.equal([
      [0, 0n],
      [1, 0n],
    ]);
    expect(status?.notes).to.deep.equal([]);
  });

  it("starts and goes on without Postgres for projects it has seen, and waits for others", async () => {
    expect(await stop()).to.equal(0);
    await start("postgres://nobody@127.0.0.1:1/none");
    await publish("p1", "b");
    expect(await enriched("b")).to.include({ localDate: 20_635, localHour: 7, amount: 3 });
    await publish("p2", "c");
    await pause(1_500);
    const health = (await (await fetch(`http://127.0.0.1:${httpPort}/healthz`)).json()) as {
      notes: string[];
    };
    expect(health.notes.join()).to.match(/settings of project p2 can't be read/);
    expect(await stop()).to.equal(0);
    await start(database);
    expect(await enriched("c")).to.include({ localDate: 20_634, localHour: 22 });
  });
});
