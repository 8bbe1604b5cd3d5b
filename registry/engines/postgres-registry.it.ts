import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { controlMigrations } from "../../platform/control/control.js";
import { openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import type { Fault } from "../../platform/fault.js";
import { migratePostgres } from "../../platform/migrate.js";
import { makeProject } from "../../tests/support/projects.js";
import { testRegistry } from "../../tests/support/schemas.js";
import { readCandidate, readSubject } from "../candidate.js";
import { ParsedSchemas } from "../languages.js";
import type { PlannedVersion, RegistryStore } from "../ports.js";
import type { Caller, SchemaInput } from "../records.js";
import type { Registry } from "../registry.js";
import { parseSubject } from "../subject-name.js";
import { openRegistryStore, warmUp } from "./postgres-registry.js";

const record = (...fields: string[]): SchemaInput => ({
  kind: SchemaKind.AVRO,
  text: JSON.stringify({
    type: "record",
    name: "R",
    fields: fields.map((name) => ({ name, type: "string", default: "" })),
  }),
});

/** What is planned outside of the lock must not be written once something that it stands on has changed. */
describe("the registry's store", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let pool: Postgres;
  let registry: Registry;
  let store: RegistryStore;
  let me: Caller;

  before(async () => {
    engines = await startEngines("postgres");
    pool = openPostgres({ url: await engines.createPostgresDatabase(), name: "test" });
    await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
    registry = testRegistry(pool);
    store = openRegistryStore(pool);
  });
  beforeEach(async () => {
    me = { projectId: (await makeProject(pool)).projectId, keyId: "k1" };
  });
  after(async () => {
    await pool?.end();
    await engines?.stop();
  });

  /** A plan for a schema, made on what is there now. */
  async function planned(subject: string, input: SchemaInput): Promise<PlannedVersion> {
    const view = store.view(me.projectId);
    const state = await readSubject(view, parseSubject(subject));
    const content = await readCandidate(view, new ParsedSchemas(), state, { input });
    const { name, seen, headers } = state;
    const version = (headers.at(-1)?.version ?? 0) + 1;
    return { ...name, seen, guid: content.guid, body: content.body, content, version, schemaVer: "1-0-0" };
  }

  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["another version", () => registry.register(me, "s", record("a", "other"))],
    ["its newest version gone", () => registry.deleteVersion(me, "s", 2)],
    ["a level of its own", () => registry.setConfig(me, "s", { level: "FULL" })],
    ["a mode of its own", () => registry.setMode(me, "s", "READONLY")],
    ["another level of its context", () => registry.setConfig(me, "", { level: "FULL" })],
    ["a mode everywhere", () => registry.setMode(me, ":.__GLOBAL:", "READONLY_OVERRIDE")],
    ["all of it gone", () => registry.deleteSubject(me, "s")],
  ];
  for (const [what, change] of changes) {
    it(`writes nothing that was planned before: ${what}`, async () => {
      await registry.register(me, "s", record("a"));
      await registry.register(me, "s", record("a", "b"));
      const plan = await planned("s", record("a", "c"));
      await change();
      const rows = async () => {
        const counts = await Promise.all(
          ["versions", "schemas", "changes"].map((table) =>
            pool.query(`select 1 from registry_${table} where project_id = $1`, [me.projectId]),
          ),
        );
        const last = await pool.query("select last_id from registry_contexts where project_id = $1", [
          me.projectId,
        ]);
        return [...counts.map(({ rows: found }) => found.length), last.rows];
      };
      const before = await rows();
      expect(await store.register(me, plan)).to.equal(undefined);
      expect(await rows()).to.deep.equal(before);
    });
  }

  it("takes ids in order whatever other subjects of the context do, and gives a known schema its id", async () => {
    await registry.setConfig(me, "s", {
      level: "FULL",
      defaultMetadata: { properties: { of: "Ünïcode, s" } },
    });
    await registry.setConfig(me, "", { level: "NONE" });
    await registry.setConfig(me, ":.__GLOBAL:", { normalize: true });
    await registry.register(me, "s", record("a"));
    await registry.deleteVersion(me, "s", 1);
    const plan = await planned("s", record("a", "b"));
    await registry.register(me, "t", record("x"));
    const known = (await registry.register(me, "t", record("y"))).schema;
    const made = await store.register(me, plan);
    expect([made?.schemaId, made?.version]).to.deep.equal([4, 2]);
    expect(await registry.getVersion(me, "s", 2)).to.deep.equal(made);
    const again = await store.register(me, await planned("u", record("y")));
    expect([again?.schemaId, again?.guid, again?.createTime]).to.deep.equal([
      known.schemaId,
      known.guid,
      known.createTime,
    ]);
    const history = await registry.listChanges(me, { subject: "u" });
    expect(history.map(({ kind, schemaId }) => [kind, schemaId])).to.deep.equal([["REGISTERED", 3]]);
  });

  it("brings a text back that was deleted for good", async () => {
    const { schemaId } = (await registry.register(me, "s", record("a"))).schema;
    await registry.deleteSubject(me, "s");
    await registry.deleteSubject(me, "s", { permanent: true });
    expect((await store.register(me, await planned("t", record("a"))))?.schemaId).to.equal(schemaId);
    expect((await registry.getById(me, { schemaId })).text).to.include('"a"');
  });

  it("refuses what no id or version is left for", async () => {
    const reasonOf = (work: Promise<unknown>) => work.catch((error: Fault) => error.reason);
    await registry.setMode(me, "s", "IMPORT");
    const last = 2_147_483_647;
    await registry.register(me, "s", { ...record("a"), schemaId: last, version: last });
    await registry.setMode(me, "s", "READWRITE");
    expect(await reasonOf(registry.register(me, "t", record("b")))).to.equal(FaultReason.SCHEMA_ID_TAKEN);
    expect((await registry.check(me, "t", record("b"))).schemaId).to.equal(last);
    expect(await reasonOf(registry.register(me, "s", record("a", "b")))).to.equal(
      FaultReason.SCHEMA_VERSION_NOT_NEXT,
    );
    // What is there already needs no id.
    expect((await registry.register(me, "t", record("a"))).schema.schemaId).to.equal(last);
  });

  it("removes a context that has nothing but settings, and never what stands behind all", async () => {
    await registry.setConfig(me, ":.x:", { level: "NONE" });
    await registry.setMode(me, ":.x:s", "READONLY");
    await registry.setConfig(me, ":.__GLOBAL:", { level: "FULL" });
    for (const context of [".x", ".__GLOBAL", ".nowhere"]) await registry.deleteContext(me, context);
    expect(await registry.getEffectiveMode(me, ":.x:s")).to.equal("READWRITE");
    expect((await registry.getEffectiveConfig(me, ":.x:s")).level).to.equal("FULL");
    const history = await registry.listChanges(me, {});
    const deleted = history.filter(({ kind }) => kind === "CONTEXT_DELETED");
    expect(deleted.map(({ context }) => context)).to.deep.equal([".x"]);
  });

  it("asks Postgres once for a read by id or a check, and twice to register", async () => {
    const counted = openPostgres({ url: pool.options.connectionString ?? "", name: "counted" });
    try {
      await warmUp(counted);
      let asked = 0;
      // A statement of its own takes a connection with a callback, a transaction takes it without one.
      const { connect } = counted;
      counted.connect = ((answer?: Parameters<typeof connect>[0]) => {
        if (answer === undefined) throw new Error("no transaction is needed");
        asked++;
        return connect.call(counted, answer);
      }) as typeof connect;
      const its = testRegistry(counted);
      const took = async (work: () => Promise<unknown>): Promise<number> => {
        asked = 0;
        await work();
        return asked;
      };
      expect(await took(() => its.register(me, "s", record("a")))).to.equal(2);
      await registry.register(me, "s", record("a", "b"));
      await registry.register(me, "s", record("a", "b", "c"));
      // Of the newer versions it has seen nothing.
      const check = () => its.check(me, "s", record("a", "d"), { withoutSchemaVer: true });
      expect(await took(check)).to.equal(1);
      expect(await took(() => its.register(me, "s", record("a", "b", "c", "d")))).to.equal(2);
      expect(await took(() => its.getById(me, { schemaId: 3 }))).to.equal(1);
    } finally {
      await counted.end();
    }
  });
});
