import { create, toBinary } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { headers } from "nats";
import { type OwnTestEngines, startOwnEngines } from "../dev/testing/stack.js";
import { QuarantineService } from "../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { BlockSchema } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import { type ClickHouse, openClickHouse } from "../platform/engines/clickhouse.js";
import { type Nats, openNats } from "../platform/engines/nats.js";
import { openPostgres, type Postgres } from "../platform/engines/postgres.js";
import { openRedis } from "../platform/engines/redis.js";
import { migrateAll } from "../platform/migrate-all.js";
import { headerNames, type StreamNames, streamNames } from "../platform/streams.js";
import { ingestClient, inShort } from "./support/ingestion.js";
import { makeProject, type TestProject } from "./support/projects.js";
import { type ServiceProcess, startService } from "./support/service-process.js";

const operatorKey = "operator-key-of-this-test";
const dataSecret = "data-secret-of-this-test";
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the door takes and, in this test, no table does; a cast to text makes it into what they take. */
const poison = '{"a":666}';
const noPoison = "properties NOT LIKE '%\"a\":666%'";
const correction = { casts: { a: "string" } };

/** Makes a table anew that refuses poison; what is fed from it knows it by its name. */
async function refusePoison(client: ClickHouse, database: string, table: string): Promise<void> {
  const shown = await client.query({
    query: `SELECT create_table_query AS made FROM system.tables WHERE database = {database:String}
      AND name = {table:String}`,
    query_params: { database, table },
    format: "JSONEachRow",
  });
  const [{ made = "" } = {}] = await shown.json<{ made: string }>();
  const query = made.replace(") ENGINE", `, CONSTRAINT no_poison CHECK ${noPoison}) ENGINE`);
  if (query === made) throw new Error(`not as it is made: ${made}`);
  await client.command({ query: `DROP TABLE ${database}.${table} SYNC` });
  await client.command({ query });
}

describe("what no table took and is fed again", function () {
  this.timeout(120_000);
  let engines: OwnTestEngines;
  let nats: Nats;
  let names: StreamNames;
  let pool: Postgres;
  let clickhouse: ClickHouse;
  let of: TestProject;
  let ingestion: ServiceProcess;
  let admin: ServiceProcess;
  let enrichment: ServiceProcess;
  const others: ServiceProcess[] = [];
  let quarantine: Client<typeof QuarantineService>;
  let env: Record<string, string>;

  before(async () => {
    engines = await startOwnEngines();
    const databaseUrl = await engines.createPostgresDatabase();
    const database = engines.clickhouseDatabase;
    await migrateAll({ databaseUrl, clickhouseUrl: engines.clickhouse, clickhouseDatabase: database });
    pool = openPostgres({ url: databaseUrl, name: "test" });
    nats = await openNats({ url: engines.nats, name: "test" });
    names = streamNames(engines.prefix);
    clickhouse = openClickHouse({ url: engines.clickhouse, database, name: "test" });
    for (const table of ["events_in", "events_probe_in"]) await refusePoison(clickhouse, database, table);
    env = {
      NATS_URL: engines.nats,
      REDIS_URL: engines.redis,
      DATABASE_URL: databaseUrl,
      CLICKHOUSE_URL: engines.clickhouse,
      CLICKHOUSE_DATABASE: database,
      TIDELINE_PREFIX: engines.prefix,
      TIDELINE_PARTITIONS: "1",
      TIDELINE_OPERATOR_KEY: operatorKey,
      TIDELINE_DATA_SECRET: dataSecret,
    };
    ingestion = await startService("ingestion", env);
    const ingestUrl = { TIDELINE_INGEST_URL: `127.0.0.1:${ingestion.grpcPort}` };
    admin = await startService("admin", { ...env, ...ingestUrl });
    enrichment = await startService("enrichment", env);
    others.push(ingestion, admin, await startService("aggregation", env));
    const baseUrl = `http://127.0.0.1:${admin.grpcPort}`;
    quarantine = createClient(QuarantineService, createGrpcTransport({ baseUrl }));
  });
  after(async () => {
    await Promise.all([...others, enrichment].map((service) => service?.stop()));
    await Promise.all([nats?.close(), pool?.end(), clickhouse?.close()]);
    await engines?.stop();
  });
  beforeEach(async () => {
    of = await makeProject(pool);
  });

  const by = () => ({ headers: { authorization: `Bearer ${of.secret}` } });
  /** Puts an event into RAW as the door would; resolves to its sequence there. */
  const publish = async (eventId: string, properties: string, replaces = 0): Promise<number> => {
    const now = BigInt(Date.now());
    const event = {
      projectId: of.projectId,
      eventId,
      type: "sale",
      timeMs: now,
      receivedTimeMs: now,
      clientTimeMs: now,
      properties,
      payloadHash: now,
      replacesRawSequence: BigInt(replaces),
      keyId: replaces === 0 ? of.keyId : "operator",
    };
    const set = headers();
    set.set(headerNames.receivedMs, String(now));
    const data = toBinary(BlockSchema, create(BlockSchema, { events: [event] }));
    return (await nats.js.publish(names.rawSubject(0, of.projectId), data, { headers: set })).seq;
  };
  const rows = async (): Promise<string[]> => {
    const result = await clickhouse.query({
      query: `SELECT event_id || ' ' || toJSONString(properties) AS row FROM events
        WHERE project_id = {project:String} ORDER BY row`,
      query_params: { project: of.projectId },
      format: "JSONEachRow",
    });
    return (await result.json<{ row: string }>()).map(({ row }) => row);
  };
  const counted = async (): Promise<number> => {
    const result = await clickhouse.query({
      query: "SELECT sum(events) AS events FROM rollup_day WHERE project_id = {project:String}",
      query_params: { project: of.projectId },
      format: "JSONEachRow",
    });
    return Number((await result.json<{ events: string }>())[0]?.events);
  };
  const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    for (const endMs = Date.now() + 20_000; !(await isSo()); await pause(50)) {
      if (Date.now() > endMs) throw new Error(`not within 20 s: ${what}; there is ${await rows()}`);
    }
  };
  const listed = async (count: number): Promise<void> =>
    until(`${count} are listed`, async () => {
      const { total } = await quarantine.listQuarantined({}, by());
      return Number(total) === count;
    });
  const feed = () => quarantine.reprocessQuarantined({ correction }, by());
  /** Whatever comes after this was published is in the tables. */
  const settled = async (): Promise<void> => {
    const marker = `marker-${Date.now()}`;
    await publish(marker, "{}");
    await until("the marker is there", async () => (await rows()).some((row) => row.startsWith(marker)));
  };
  const withoutMarkers = async (): Promise<string[]> =>
    (await rows()).filter((row) => !row.startsWith("marker"));

  it("goes into the tables at once, and once, however many feed it", async () => {
    await publish("x", poison);
    await publish("y", '{"a":1}');
    await listed(1);
    const dry = await quarantine.reprocessQuarantined({ correction, dryRun: true }, by());
    expect(dry).to.include({ accepted: 1n, duplicates: 0n, failed: 0n });
    const answers = await Promise.all([feed(), feed(), feed()]);
    for (const { failed, remaining } of answers) expect([failed, remaining]).to.deep.equal([0n, 0n]);
    await settled();
    const wanted = ['x {"a":"666"}', 'y {"a":1}'];
    expect(await withoutMarkers()).to.deep.equal(wanted);
    expect(await counted()).to.equal(3);
    await listed(0);
    // The client sends the first one again; nothing comes of it.
    await publish("x", poison);
    await settled();
    expect(await withoutMarkers()).to.deep.equal(wanted);
    await listed(0);
  });

  it("is there once when enrichment dies and Redis loses everything in between", async () => {
    await publish("x", poison);
    await listed(1);
    await enrichment.kill();
    expect(await feed()).to.include({ accepted: 1n });
    const redis = await openRedis({ url: engines.redis, name: "test" });
    await redis.flushall();
    redis.disconnect();
    await publish("x", poison);
    enrichment = await startService("enrichment", env);
    await settled();
    expect(await withoutMarkers()).to.deep.equal(['x {"a":"666"}']);
  });

  it("comes back to the list when it is no better, and is fed from its new place", async () => {
    const first = await publish("x", poison);
    await listed(1);
    const again = await publish("x", '{"a":6660}', first);
    await until("it is kept aside again", async () => {
      const query = "select log_sequence from quarantined where project_id = $1";
      const { rows: found } = await pool.query<{ log_sequence: string }>(query, [of.projectId]);
      return Number(found[0]?.log_sequence) === again;
    });
    await listed(1);
    expect(await feed()).to.include({ accepted: 1n });
    await settled();
    expect(await withoutMarkers()).to.deep.equal(['x {"a":"666"}']);
    await listed(0);
  });

  it("is nobody's to claim but the operator's", async () => {
    const sequence = await publish("x", '{"a":1}');
    await settled();
    const client = ingestClient(ingestion, of.secret);
    const event = { eventId: "x", type: "sale", body: { case: "properties" as const, value: '{"a":2}' } };
    const refused = await client
      .publishEvents({ events: [event] }, { headers: { "tideline-replaces": String(sequence) } })
      .then(() => undefined, ConnectError.from);
    expect(refused?.code).to.equal(Code.InvalidArgument);
    const { verdicts } = await client.publishEvents({ events: [event] });
    expect(verdicts.map(inShort)).to.deep.equal(["CONFLICT EVENT_ID_REUSED event_id"]);
    await settled();
    expect(await withoutMarkers()).to.deep.equal(['x {"a":1}']);
  });
});
