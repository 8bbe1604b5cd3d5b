import { type Client, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../dev/testing/stack.js";
import { FaultDetailSchema, FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  RegistryService,
  type Schema,
  SchemaKind,
} from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { ChangeKind, CompatibilityLevel, Mode } from "../gen/ts/tideline/registry/v1/settings_pb.js";
import { systemClock } from "../platform/clock.js";
import { controlMigrations } from "../platform/control/control.js";
import { openControlFeed } from "../platform/control/feed.js";
import { openPostgres, type Postgres } from "../platform/engines/postgres.js";
import { migratePostgres } from "../platform/migrate.js";
import { makeProject, type TestProject } from "../tests/support/projects.js";
import { type ServiceProcess, startService } from "../tests/support/service-process.js";
import { SchemaCache, type SchemaVersion } from "./schema-cache.js";

type RegistryClient = Client<typeof RegistryService>;

const avro = (field: string) =>
  JSON.stringify({ type: "record", name: "R", fields: [{ name: field, type: "string", default: "" }] });

/** What every client must be able to rely on, however many instances there are. */
describe("two instances of the registry", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let databaseUrl: string;
  let pool: Postgres;
  let services: ServiceProcess[] = [];
  let clients: RegistryClient[];
  let of: TestProject;
  let start: () => Promise<ServiceProcess>;

  before(async () => {
    engines = await startEngines("postgres", "nats");
    databaseUrl = await engines.createPostgresDatabase();
    pool = openPostgres({ url: databaseUrl, name: "test" });
    await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
    start = () =>
      startService("registry", {
        NATS_URL: engines.nats,
        REDIS_URL: "redis://127.0.0.1:9",
        DATABASE_URL: databaseUrl,
        CLICKHOUSE_URL: "http://127.0.0.1:9",
        TIDELINE_PREFIX: engines.prefix,
        TIDELINE_OPERATOR_KEY: "operator-key-of-a-test",
      });
    services = await Promise.all([start(), start()]);
    const [first, second] = services;
    // One by gRPC, one by Connect: both transports of one contract.
    const one = createGrpcTransport({ baseUrl: `http://127.0.0.1:${first?.grpcPort}` });
    const baseUrl = `http://127.0.0.1:${second?.httpPort}`;
    const other = createConnectTransport({ baseUrl, httpVersion: "1.1" });
    clients = [createClient(RegistryService, one), createClient(RegistryService, other)];
  });
  beforeEach(async () => {
    of = await makeProject(pool);
  });
  after(async () => {
    for (const service of services) expect(await service.stop()).to.equal(0);
    await pool?.end();
    await engines?.stop();
  });

  const by = () => ({ headers: { authorization: `Bearer ${of.secret}` } });
  const client = (index: number) => clients[index % clients.length] as RegistryClient;
  const register = async (index: number, subject: string, text: string): Promise<Schema> => {
    const { schema } = await client(index).registerSchema({ subject, kind: SchemaKind.AVRO, text }, by());
    if (schema === undefined) throw new Error("no schema");
    return schema;
  };
  const times = <T>(count: number, work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  const counted = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it("never give a version twice, leave a gap, or two ids to one schema, to ten writers that race", async () => {
    // Twenty writers, ten schemas, each sent through both instances; every other round has subjects of its own.
    for (const round of counted(5)) {
      const subject = `race-${round}`;
      const made = await times(20, (index) => register(index, subject, avro(`f${round}x${index >> 1}`)));
      const byVersion = new Map(made.map(({ version, schemaId }) => [version, schemaId]));
      expect([...byVersion.keys()].sort((a, b) => a - b)).to.deep.equal(counted(10));
      expect(new Set(byVersion.values()).size).to.equal(10);
      // Both writers of a schema were told the same.
      for (const index of counted(10).map((at) => 2 * (at - 1)))
        expect(made[index]?.version).to.equal(made[index + 1]?.version);
    }
    const ids = await pool.query("select schema_id from registry_schemas where project_id = $1 order by 1", [
      of.projectId,
    ]);
    expect(ids.rows.map((row) => row.schema_id)).to.deep.equal(counted(50));
  });

  it("give one schema one id where it is registered in many subjects at once", async () => {
    const made = await times(10, (index) => register(index, `same-${index}`, avro("same")));
    expect(new Set(made.map(({ schemaId }) => schemaId))).to.deep.equal(new Set([1]));
  });

  it("let one of two schemas in that can't follow each other", async () => {
    const level = CompatibilityLevel.FULL;
    await client(0).setConfig({ scope: "s", config: { level } }, by());
    const typed = (type: string) =>
      JSON.stringify({ type: "record", name: "R", fields: [{ name: "a", type }] });
    const answers = await Promise.allSettled([
      register(0, "s", typed("int")),
      register(1, "s", typed("boolean")),
    ]);
    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused).to.have.length(1);
    const [detail] = ConnectError.from(refused[0]?.reason).findDetails(FaultDetailSchema);
    expect(detail?.reason).to.equal(FaultReason.SCHEMA_INCOMPATIBLE);
  });

  it("read at once what was written through the other", async () => {
    for (const index of counted(20)) {
      const written = await register(index, "told", avro(`t${index}`));
      const reader = client(index + 1);
      expect((await reader.getSchema({ subject: "told" }, by())).schema).to.deep.equal(written);
      const byId = await reader.getSchema({ schemaId: written.schemaId }, by());
      expect(byId.schema?.text).to.equal(written.text);
    }
  });

  it("don't wait for a writer of another context or project", async () => {
    await register(0, "a", avro("a"));
    const other = await pool.connect();
    try {
      await other.query("begin");
      const lock =
        "select 1 from registry_contexts where project_id = $1 and context = '.' for no key update";
      await other.query(lock, [of.projectId]);
      let done = 0;
      // Far more than an instance has connections.
      const waiting = times(30, async (index) => {
        const schema = await register(0, "a", avro(`b${index}`));
        done++;
        return schema;
      });
      expect((await register(0, ":.free:a", avro("c"))).schemaId).to.equal(1);
      expect((await client(0).getSchema({ subject: "a" }, by())).schema?.version).to.equal(1);
      expect(done).to.equal(0);
      await other.query("commit");
      const versions = (await waiting).map(({ version }) => version);
      expect(versions.sort((one, two) => one - two)).to.deep.equal(counted(31).slice(1));
    } finally {
      other.release();
    }
  });

  it("tell every change in its order, go on after a number, and end with the key", async () => {
    await register(0, "w", avro("a"));
    const seen: [bigint, ChangeKind, number][] = [];
    let isEnded = false;
    const watch = async (after: bigint): Promise<void> => {
      for await (const { changes } of client(0).watchChanges({ after }, by())) {
        for (const { number, kind, version } of changes) seen.push([number, kind, version]);
      }
    };
    const watching = watch(0n).catch((error: unknown) => {
      isEnded = true;
      return ConnectError.from(error).findDetails(FaultDetailSchema)[0]?.reason;
    });
    await times(6, (index) => register(index, "w", avro(`w${index}`)));
    await client(1).deleteSchema({ subject: "w", version: 1 }, by());
    await until(() => seen.length === 8);
    const numbers = seen.map(([number]) => number);
    expect(numbers).to.deep.equal(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(seen.slice(0, 7).map(([, , version]) => version)).to.deep.equal(counted(7));
    expect(seen[7]?.[1]).to.equal(ChangeKind.VERSION_DELETED);
    const { changes } = await client(1).listChanges({ after: numbers[5] as bigint }, by());
    expect(changes.map(({ number }) => number)).to.deep.equal(numbers.slice(6));
    await pool.query("update api_keys set revoke_time = now() where key_id = $1", [of.keyId]);
    expect(await watching).to.equal(FaultReason.KEY_INVALID);
    expect(isEnded).to.equal(true);
  });

  it("end a stream of changes when they stop, at once", async () => {
    const third = await start();
    const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${third.grpcPort}` });
    let messages = 0;
    const watch = async (): Promise<void> => {
      for await (const _ of createClient(RegistryService, transport).watchChanges({}, by())) messages++;
    };
    const watching = watch().catch(() => undefined);
    await until(() => messages > 0);
    const began = performance.now();
    expect(await third.stop()).to.equal(0);
    await watching;
    expect(performance.now() - began).to.be.lessThan(5_000);
  });

  it("are followed by ingestion within a second, also where a look at the changes was lost", async () => {
    const feed = openControlFeed(pool, systemClock);
    const cache = new SchemaCache({ pool, feed, clock: systemClock });
    try {
      const versionOf = async (subject: string) =>
        (await cache.get(of.projectId)).newest.get(subject)?.version;
      expect(await versionOf("e")).to.equal(undefined);
      const { schemaId } = await register(0, "e", avro("a"));
      await until(async () => (await versionOf("e")) === 1, 1_000);
      // Every connection is cut: what would have been told meanwhile is told to nobody.
      const cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test'";
      const killer = openPostgres({ url: databaseUrl, name: "killer", connectionsMax: 1 });
      const written = register(1, "e", avro("b"));
      await killer.query(cut);
      await killer.end();
      await written;
      await until(async () => (await versionOf("e")) === 2, 2_000);
      await client(0).deleteSchema({ subject: "e", version: 2 }, by());
      await until(async () => (await versionOf("e")) === 1, 1_000);
      await client(0).deleteSubject({ subject: "e" }, by());
      await until(async () => (await versionOf("e")) === undefined, 1_000);
      const list = await cache.get(of.projectId);
      expect(list.find("e", schemaId)?.version).to.equal(1);
      const version = list.find("e", schemaId);
      if (version === undefined) throw new Error("a soft-deleted version is not found");
      const result = (await cache.load(version)).check(Buffer.from('{"a":"x"}'));
      expect("text" in result && Buffer.from(result.text).toString()).to.equal('{"a":"x"}');
    } finally {
      feed.stop();
    }
  });

  it("are followed where an id gets another meaning, or an erased schema comes back", async () => {
    const feed = openControlFeed(pool, systemClock);
    const cache = new SchemaCache({ pool, feed, clock: systemClock });
    const erase = async (subject: string) => {
      for (const permanent of [false, true]) await client(0).deleteSubject({ subject, permanent }, by());
    };
    const imports = async (field: string) => {
      await client(0).setMode({ scope: "i", mode: Mode.IMPORT }, by());
      const asked = { subject: "i", kind: SchemaKind.AVRO, text: avro(field), schemaId: 100, version: 1 };
      await client(0).registerSchema(asked, by());
    };
    const newest = async (subject: string) => (await cache.get(of.projectId)).newest.get(subject);
    const takes = async (version: SchemaVersion, field: string) =>
      "text" in (await cache.load(version)).check(Buffer.from(JSON.stringify({ [field]: "x" })));
    /** The first version that `isWanted` of a subject. */
    const versionOf = async (subject: string, isWanted: (version: SchemaVersion) => boolean = () => true) => {
      let found: SchemaVersion | undefined;
      await until(async () => {
        found = await newest(subject);
        return found !== undefined && isWanted(found);
      }, 2_000);
      return found as unknown as SchemaVersion;
    };
    try {
      await newest("i");
      await imports("a");
      const first = await versionOf("i");
      expect(await takes(first, "a")).to.equal(true);
      await erase("i");
      await imports("b");
      const second = await versionOf("i", ({ guid }) => guid !== first.guid);
      expect([first.schemaId, second.schemaId]).to.deep.equal([100, 100]);
      expect([await takes(second, "a"), await takes(second, "b")]).to.deep.equal([false, true]);

      await register(0, "gone", avro("g"));
      const before = await versionOf("gone");
      await erase("gone");
      expect(await takes(before, "g")).to.equal(false);
      await register(0, "gone", avro("g"));
      expect(await takes(await versionOf("gone"), "g")).to.equal(true);
      expect(await takes(before, "g")).to.equal(true);
    } finally {
      feed.stop();
    }
  });
});

/** Waits for a condition that has to come true in time. */
async function until(isTrue: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`did not come true within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
