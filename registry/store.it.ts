import { expect } from "chai";
import { startEngines, type TestEngines } from "../dev/testing/stack.js";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { controlMigrations } from "../platform/control/control.js";
import { openPostgres, type Postgres } from "../platform/engines/postgres.js";
import { Fault } from "../platform/fault.js";
import { migratePostgres } from "../platform/migrate.js";
import { makeProject } from "../tests/support/projects.js";
import { testRegistry } from "../tests/support/schemas.js";
import type { Caller, SchemaInput } from "./records.js";
import type { Registry } from "./registry.js";

/** A record with these fields; a name with "?" has a default. */
const record = (name: string, ...fields: string[]): SchemaInput => ({
  kind: SchemaKind.AVRO,
  text: JSON.stringify({
    type: "record",
    name,
    fields: fields.map((field) =>
      field.endsWith("?")
        ? { name: field.slice(0, -1), type: "string", default: "" }
        : { name: field, type: "string" },
    ),
  }),
});

const reasonOf = (promise: Promise<unknown>): Promise<FaultReason | string> =>
  promise.then(
    () => "done",
    (error: unknown) => (error instanceof Fault ? error.reason : String(error)),
  );

describe("the registry's use cases", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let pool: Postgres;
  let registry: Registry;
  let me: Caller;

  before(async () => {
    engines = await startEngines("postgres");
    pool = openPostgres({ url: await engines.createPostgresDatabase(), name: "test" });
    await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
    registry = testRegistry(pool);
  });
  beforeEach(async () => {
    me = { projectId: (await makeProject(pool)).projectId, keyId: "k1" };
  });
  after(async () => {
    await pool?.end();
    await engines?.stop();
  });

  const register = async (subject: string, input: SchemaInput) => {
    const { schema, isNew } = await registry.register(me, subject, input);
    return { id: schema.schemaId, version: schema.version, isNew };
  };

  it("gives the same schema one id in every subject of a context, and each context its own ids", async () => {
    expect(await register("a", record("R", "x"))).to.deep.equal({ id: 1, version: 1, isNew: true });
    expect(await register("b", record("R", "x"))).to.deep.equal({ id: 1, version: 1, isNew: true });
    expect(await register("b", record("R", "x", "y?"))).to.deep.equal({ id: 2, version: 2, isNew: true });
    expect(await register("a", record("R", "x"))).to.deep.equal({ id: 1, version: 1, isNew: false });
    expect(await register(":.other:a", record("R", "x", "y?"))).to.include({ id: 1, version: 1 });
    const here = await registry.getVersion(me, "b", 2);
    const there = await registry.getVersion(me, ":.other:a", "latest");
    expect(there.guid).to.equal(here.guid);
    expect(await registry.idsOfGuid(me, here.guid)).to.deep.equal([
      { context: ".", schemaId: 2 },
      { context: ".other", schemaId: 1 },
    ]);
    expect(await registry.listContexts(me)).to.deep.equal([".", ".other"]);
    expect(await registry.listSubjects(me)).to.deep.equal(["a", "b"]);
    expect(await registry.listSubjects(me, { prefix: ":*:" })).to.deep.equal(["a", "b", ":.other:a"]);
    expect(await registry.versionsOfId(me, { schemaId: 1 })).to.deep.equal([
      { subject: "a", version: 1 },
      { subject: "b", version: 1 },
    ]);
  });

  it("finds nothing of another project, whatever id is asked for", async () => {
    const foreign = { projectId: (await makeProject(pool)).projectId, keyId: "k2" };
    const { guid, schemaId } = (await registry.register(me, "mine", record("R", "x"))).schema;
    expect(await reasonOf(registry.getById(foreign, { schemaId }))).to.equal(FaultReason.SCHEMA_NOT_FOUND);
    expect(await reasonOf(registry.getByGuid(foreign, guid))).to.equal(FaultReason.SCHEMA_NOT_FOUND);
    expect(await reasonOf(registry.getVersion(foreign, "mine", 1))).to.equal(FaultReason.SUBJECT_NOT_FOUND);
    expect(await reasonOf(registry.lookup(foreign, "mine", record("R", "x")))).to.equal(
      FaultReason.SUBJECT_NOT_FOUND,
    );
    expect(await registry.listSubjects(foreign, { prefix: ":*:", show: "all" })).to.deep.equal([]);
    expect(await registry.listChanges(foreign, {})).to.deep.equal([]);
    const nobody = { projectId: "pnobody", keyId: "" };
    expect(await reasonOf(registry.register(nobody, "a", record("R", "x")))).to.equal(
      FaultReason.PROJECT_NOT_FOUND,
    );
  });

  it("refuses what breaks the level, and its dry run says the same", async () => {
    await register("s", record("R", "x"));
    const breaking = record("R", "x", "y");
    const answer = await registry.check(me, "s", breaking);
    expect(answer).to.deep.include({ isCompatible: false, level: "BACKWARD", version: 2, schemaId: 2 });
    expect(answer.compared.map(({ version }) => version)).to.deep.equal([1]);
    const refused = await registry.register(me, "s", breaking).catch((error: unknown) => error);
    expect(refused).to.deep.include({ reason: FaultReason.SCHEMA_INCOMPATIBLE });
    expect((refused as { answer: unknown }).answer).to.deep.equal(answer);
    const fitting = record("R", "x", "y?");
    const planned = await registry.check(me, "s", fitting);
    const { schema } = await registry.register(me, "s", fitting);
    expect(schema).to.deep.include({
      schemaId: planned.schemaId,
      version: planned.version,
      guid: planned.guid,
      text: planned.text,
    });
    expect(await registry.check(me, "s", fitting)).to.deep.include({ isRegistered: true, version: 2 });
  });

  it("compares with every live version where the level is transitive", async () => {
    await registry.setConfig(me, "s", { level: "BACKWARD_TRANSITIVE" });
    await register("s", record("R", "a"));
    await register("s", record("R", "a", "b?"));
    const next = record("R", "a", "b");
    const answer = await registry.check(me, "s", next);
    expect([answer.isCompatible, answer.compared.map(({ version }) => version)]).to.deep.equal([
      false,
      [2, 1],
    ]);
    expect((await registry.check(me, "s", next, { against: "latest" })).isCompatible).to.equal(true);
    await registry.deleteVersion(me, "s", 1);
    expect(await register("s", next)).to.include({ version: 3 });
  });

  it("deletes softly first, then for good, and says which step is missing", async () => {
    await register("s", record("R", "a"));
    await register("s", record("R", "a", "b?"));
    const remove = (version: number, permanent = false) =>
      registry.deleteVersion(me, "s", version, { permanent });
    expect(await reasonOf(remove(1, true))).to.equal(FaultReason.SCHEMA_VERSION_NOT_SOFT_DELETED);
    expect(await remove(1)).to.equal(1);
    expect(await reasonOf(remove(1))).to.equal(FaultReason.SCHEMA_VERSION_SOFT_DELETED);
    expect(await registry.listVersions(me, "s")).to.deep.equal([2]);
    expect(await registry.listVersions(me, "s", { show: "all" })).to.deep.equal([1, 2]);
    expect((await registry.getById(me, { schemaId: 1 })).deleted).to.equal(true);
    expect(await reasonOf(registry.getVersion(me, "s", 1))).to.equal(FaultReason.SCHEMA_VERSION_NOT_FOUND);
    expect(await remove(1, true)).to.equal(1);
    expect(await reasonOf(remove(1, true))).to.equal(FaultReason.SCHEMA_VERSION_NOT_FOUND);
    expect(await reasonOf(registry.getById(me, { schemaId: 1 }))).to.equal(FaultReason.SCHEMA_NOT_FOUND);

    const all = (permanent = false) => registry.deleteSubject(me, "s", { permanent });
    await registry.setConfig(me, "s", { level: "FULL" });
    expect(await reasonOf(all(true))).to.equal(FaultReason.SUBJECT_NOT_SOFT_DELETED);
    expect(await all()).to.deep.equal([2]);
    expect(await reasonOf(all())).to.equal(FaultReason.SUBJECT_SOFT_DELETED);
    expect(await reasonOf(registry.getConfig(me, "s"))).to.equal(FaultReason.REGISTRY_CONFIG_NOT_FOUND);
    expect(await register("s", record("R", "z"))).to.include({ version: 3 });
    await all();
    expect(await all(true)).to.deep.equal([2, 3]);
    expect(await reasonOf(all())).to.equal(FaultReason.SUBJECT_NOT_FOUND);
    // A number is free again, an id never means another schema.
    expect(await register("s", record("R", "n"))).to.deep.equal({ id: 4, version: 1, isNew: true });
    expect(await register("t", record("R", "a"))).to.deep.equal({ id: 1, version: 1, isNew: true });
  });

  it("brings content back under its id as the next version, and drops the hidden one", async () => {
    await registry.setConfig(me, "s", { level: "NONE" });
    await register("s", record("R", "a"));
    await register("s", record("R", "b"));
    await registry.deleteVersion(me, "s", 1);
    expect(await reasonOf(registry.lookup(me, "s", record("R", "a")))).to.equal(FaultReason.SCHEMA_NOT_FOUND);
    expect((await registry.lookup(me, "s", record("R", "a"), { show: "all" })).version).to.equal(1);
    expect(await register("s", record("R", "a"))).to.deep.equal({ id: 1, version: 3, isNew: true });
    expect(await registry.listVersions(me, "s", { show: "all" })).to.deep.equal([2, 3]);
  });

  it("keeps what is referred to, and finds its referrers", async () => {
    await register(":.lib:country", record("Country", "name"));
    const address: SchemaInput = {
      kind: SchemaKind.AVRO,
      text: '{"type":"record","name":"Address","fields":[{"name":"country","type":"Country"}]}',
      references: [{ name: "Country", subject: ":.lib:country", version: -1 }],
    };
    const { schema } = await registry.register(me, "address", address);
    expect(schema.references).to.deep.equal([{ name: "Country", subject: ":.lib:country", version: 1 }]);
    expect(await registry.referencedBy(me, ":.lib:country", 1)).to.deep.equal([1]);
    const inPlace: SchemaInput = {
      kind: SchemaKind.AVRO,
      text: JSON.stringify({
        type: "record",
        name: "Address",
        fields: [{ name: "country", type: JSON.parse(record("Country", "name").text) }],
      }),
    };
    expect((await registry.lookup(me, "address", inPlace)).version).to.equal(1);
    const hide = (subject: string, permanent = false) =>
      registry.deleteVersion(me, subject, 1, { permanent });
    expect(await reasonOf(hide(":.lib:country"))).to.equal(FaultReason.SCHEMA_REFERENCED);
    await hide("address");
    expect(await registry.referencedBy(me, ":.lib:country", 1)).to.deep.equal([]);
    await hide(":.lib:country");
    expect(await reasonOf(hide(":.lib:country", true))).to.equal(FaultReason.SCHEMA_REFERENCED);
    expect(await reasonOf(registry.register(me, "other", address))).to.equal(
      FaultReason.SCHEMA_REFERENCE_NOT_FOUND,
    );
    await hide("address", true);
    expect(await hide(":.lib:country", true)).to.equal(1);
  });

  it("asks the narrowest scope that is configured, key by key", async () => {
    await registry.setConfig(me, ":.__GLOBAL:", { level: "FULL", normalize: true });
    await registry.setConfig(me, "", { level: "FORWARD" });
    await registry.setConfig(me, "s", { compatibilityGroup: "major" });
    expect(await registry.getEffectiveConfig(me, "s")).to.deep.include({
      level: "FORWARD",
      normalize: true,
      compatibilityGroup: "major",
    });
    expect((await registry.getEffectiveConfig(me, ":.x:s")).level).to.equal("FULL");
    await registry.setConfig(me, "s", { compatibilityGroup: null, level: "NONE" });
    expect(await registry.getConfig(me, "s")).to.deep.equal({ level: "NONE" });
    expect(await registry.deleteConfig(me, "s")).to.deep.equal({ level: "NONE" });
    expect(await reasonOf(registry.deleteConfig(me, "s"))).to.equal(FaultReason.SUBJECT_NOT_FOUND);
  });

  it("compares versions of one group alone", async () => {
    await registry.setConfig(me, "s", { compatibilityGroup: "major" });
    const of = (major: string, ...fields: string[]) => ({
      ...record("R", ...fields),
      metadata: { properties: { major } },
    });
    await register("s", of("1", "a"));
    expect(await register("s", of("2", "b"))).to.include({ version: 2 });
    expect(await reasonOf(registry.register(me, "s", of("1", "c")))).to.equal(
      FaultReason.SCHEMA_INCOMPATIBLE,
    );
    expect(await register("s", of("1", "a", "c?"))).to.include({ version: 3 });
  });

  it("lets nothing be written in READONLY, and takes ids in IMPORT", async () => {
    await register("s", record("R", "a"));
    await registry.setMode(me, "", "READONLY");
    expect(await register("s", record("R", "a"))).to.include({ isNew: false });
    const forbidden = FaultReason.REGISTRY_MODE_FORBIDS;
    expect(await reasonOf(registry.register(me, "s", record("R", "a", "b?")))).to.equal(forbidden);
    expect((await registry.check(me, "s", record("R", "a", "b?"))).refusal?.reason).to.equal(forbidden);
    expect(await reasonOf(registry.deleteSubject(me, "s"))).to.equal(forbidden);
    expect(await reasonOf(registry.setConfig(me, "s", { level: "FULL" }))).to.equal(forbidden);
    await registry.setMode(me, "", null);
    expect(await reasonOf(registry.setMode(me, "", "IMPORT"))).to.equal(forbidden);
    await registry.setMode(me, "i", "IMPORT");
    expect(await reasonOf(registry.register(me, "i", record("R", "q")))).to.equal(forbidden);
    const imported = { ...record("R", "q"), schemaId: 100, version: 7 };
    expect(await register("i", imported)).to.deep.equal({ id: 100, version: 7, isNew: true });
    expect(
      await reasonOf(registry.register(me, "i", { ...record("R", "w"), schemaId: 100, version: 8 })),
    ).to.equal(FaultReason.SCHEMA_ID_TAKEN);
    expect(await registry.greatestId(me)).to.equal(100);
    expect(await register("s", record("R", "a", "b?"))).to.include({ id: 101 });
    expect(await reasonOf(registry.register(me, "s", { ...record("R", "z"), schemaId: 500 }))).to.equal(
      forbidden,
    );
  });

  it("takes a number only where it is the next one, and tells the same text apart", async () => {
    await register("s", record("R", "a"));
    expect(await reasonOf(registry.register(me, "s", { ...record("R", "a", "b?"), version: 3 }))).to.equal(
      FaultReason.SCHEMA_VERSION_NOT_NEXT,
    );
    expect(await register("s", { ...record("R", "a"), version: 2 })).to.deep.equal({
      id: 2,
      version: 2,
      isNew: true,
    });
    expect((await registry.getVersion(me, "s", 2)).metadata).to.deep.equal({
      properties: { "confluent:version": "2" },
    });
    expect(await register("s", record("R", "a"))).to.include({ version: 1, isNew: false });
  });

  it("makes an older version the newest again, and says so", async () => {
    await register("s", record("R", "a"));
    await register("s", record("R", "a", "b?"));
    const { schema, isNew } = await registry.rollBack(me, "s", 1);
    expect(isNew).to.equal(true);
    expect(schema).to.deep.include({ version: 3, schemaId: 1, rolledBackTo: 1, keyId: "k1" });
    expect((await registry.getVersion(me, "s", "latest")).version).to.equal(3);
    expect(await registry.rollBack(me, "s", 3)).to.deep.include({ isNew: false });
    await registry.setConfig(me, "s", { level: "FORWARD" });
    await registry.register(me, "s", record("R", "a", "z"), { force: true });
    expect(await reasonOf(registry.rollBack(me, "s", 2))).to.equal(FaultReason.SCHEMA_INCOMPATIBLE);
    expect((await registry.rollBack(me, "s", 2, { force: true })).schema.version).to.equal(5);
    const { differences } = await registry.diff(me, "s", { from: 1, to: 2 });
    expect(differences).to.have.length(1);
  });

  it("says which compatible changes keep JSON of older senders aside, as long as nobody asks in a hurry", async () => {
    const changesOf = async (input: SchemaInput, options = {}, subject = "s") => {
      const { isCompatible, jsonChanges = [] } = await registry.check(me, subject, input, options);
      return [isCompatible, ...jsonChanges.map(({ change }) => change)];
    };
    await register("s", record("R", "a", "b"));
    expect(await changesOf(record("R", "a"))).to.deep.equal([true, "FIELD_REMOVED"]);
    expect(await changesOf(record("R", "a"), { withoutSchemaVer: true })).to.deep.equal([true]);
    expect(await changesOf(record("R", "a", "b", "c?"))).to.deep.equal([true]);
    expect(await changesOf(record("R", "a", "b"))).to.deep.equal([true]);
    const proto = (field: string) => ({
      kind: SchemaKind.PROTOBUF,
      text: `syntax = "proto3"; message P { int32 ${field} = 1; }`,
    });
    await register("p", proto("a"));
    expect(await changesOf(proto("b"), {}, "p")).to.deep.equal([true, "FIELD_RENAMED"]);
  });

  it("brings nothing back whose references are hidden, forced or not", async () => {
    await register("part", record("Part", "p"));
    const referring = {
      kind: SchemaKind.AVRO,
      text: '{"type":"record","name":"R","fields":[{"name":"part","type":"Part"}]}',
      references: [{ name: "Part", subject: "part", version: 1 }],
    };
    await register("s", referring);
    await registry.setConfig(me, "s", { level: "NONE" });
    await register("s", record("R", "a"));
    await registry.deleteVersion(me, "s", 1);
    expect((await registry.rollBack(me, "s", 1)).schema.version).to.equal(3);
    await registry.deleteVersion(me, "s", 3);
    await registry.deleteSubject(me, "part");
    const missing = FaultReason.SCHEMA_REFERENCE_NOT_FOUND;
    expect(await reasonOf(registry.register(me, "s", referring))).to.equal(missing);
    expect(await reasonOf(registry.rollBack(me, "s", 1))).to.equal(missing);
    expect(await reasonOf(registry.rollBack(me, "s", 1, { force: true }))).to.equal(missing);
    expect(await registry.listVersions(me, "s")).to.deep.equal([2]);
  });

  it("gives versions the SchemaVer that their difference makes, and refuses another", async () => {
    const of = async (input: SchemaInput, options = {}) =>
      (await registry.register(me, "s", input, options)).schema.schemaVer;
    expect((await registry.check(me, "s", record("R", "a"))).schemaVer).to.equal("1-0-0");
    expect(await of(record("R", "a"))).to.equal("1-0-0");
    expect(await of({ ...record("R", "a", "b?"), schemaVer: "1-0-1" })).to.equal("1-0-1");
    const wrong = { ...record("R", "a", "b?", "c?"), schemaVer: "1-1-0" };
    expect(await reasonOf(registry.register(me, "s", wrong))).to.equal(FaultReason.SCHEMA_VER_WRONG);
    expect((await registry.check(me, "s", wrong)).refusal).to.include({
      reason: FaultReason.SCHEMA_VER_WRONG,
    });
    // The newest version's events have the field, and those of the first do not: no addition.
    expect(await of(record("R", "a", "b"))).to.equal("1-1-0");
    expect(await of(record("R", "d"), { force: true })).to.equal("2-0-0");
    expect((await registry.rollBack(me, "s", 1, { force: true })).schema.schemaVer).to.equal("3-0-0");
    expect(await registry.check(me, "s", record("R", "a"))).to.include({
      isRegistered: true,
      schemaVer: "3-0-0",
    });
    expect((await registry.getVersion(me, "s", 2)).schemaVer).to.equal("1-0-1");
  });

  it("reads a subject under its alias, and an unqualified one in the context that has it", async () => {
    await register(":.ctx:s", record("R", "a"));
    await registry.setConfig(me, "alias", { alias: ":.ctx:s" });
    expect((await registry.getVersion(me, "alias", 1)).subject).to.equal(":.ctx:s");
    expect((await registry.getVersion(me, "s", "latest")).subject).to.equal(":.ctx:s");
    expect((await registry.getById(me, { schemaId: 1, subject: "s" })).context).to.equal(".ctx");
    expect(await reasonOf(registry.getById(me, { schemaId: 1 }))).to.equal(FaultReason.SCHEMA_NOT_FOUND);
    expect(await reasonOf(registry.deleteContext(me, ".ctx"))).to.equal(FaultReason.CONTEXT_NOT_EMPTY);
    await registry.deleteSubject(me, ":.ctx:s");
    await registry.deleteSubject(me, ":.ctx:s", { permanent: true });
    await registry.deleteContext(me, ".ctx");
    expect(await registry.listContexts(me)).to.deep.equal(["."]);
  });

  it("keeps what people say about a subject, and the history of every change", async () => {
    await register("s", record("R", "a"));
    expect(await reasonOf(registry.setNotes(me, "none", { owner: "x" }))).to.equal(
      FaultReason.SUBJECT_NOT_FOUND,
    );
    const fields = [{ path: "a", pii: "email", unit: "", description: "", deprecated: true }];
    await registry.setNotes(me, "s", { owner: "growth", fields });
    await registry.setNotes(me, "s", { tags: ["core"] });
    expect((await registry.getSubject(me, "s")).notes).to.deep.include({
      owner: "growth",
      tags: ["core"],
      fields,
    });
    await registry.setMode({ ...me, keyId: "k2" }, "s", "READONLY");
    const changes = await registry.listChanges(me, {});
    expect(changes.map(({ kind, keyId, subject }) => [kind, keyId, subject])).to.deep.equal([
      ["REGISTERED", "k1", "s"],
      ["NOTES_SET", "k1", "s"],
      ["NOTES_SET", "k1", "s"],
      ["MODE_SET", "k2", "s"],
    ]);
    const after = changes[1]?.number ?? 0n;
    expect(await registry.listChanges(me, { after })).to.deep.equal(changes.slice(2));
    expect(await registry.listChanges(me, { subject: "other" })).to.deep.equal([]);
  });
});
