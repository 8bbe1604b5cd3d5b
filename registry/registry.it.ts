import { type Client, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { freePort } from "../dev/processes/free-port.js";
import { startEngines, type TestEngines } from "../dev/testing/stack.js";
import { Scope } from "../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultDetailSchema, FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { RegistryService, SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { CompatibilityLevel } from "../gen/ts/tideline/registry/v1/settings_pb.js";
import { controlMigrations } from "../platform/control/control.js";
import { openPostgres, type Postgres } from "../platform/engines/postgres.js";
import { migratePostgres } from "../platform/migrate.js";
import { makeKey, makeProject } from "../tests/support/projects.js";
import { type ServiceProcess, startService } from "../tests/support/service-process.js";

const operatorKey = "operator-key-of-a-test";

const avro = (name: string) =>
  JSON.stringify({ type: "record", name, fields: [{ name: "amount", type: "double" }] });

describe("the registry", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let pool: Postgres;
  let service: ServiceProcess;
  let rest: string;
  let registry: Client<typeof RegistryService>;
  let projectId: string;
  let admin: string;
  let query: string;
  let foreign: string;

  before(async () => {
    engines = await startEngines("postgres", "nats");
    const databaseUrl = await engines.createPostgresDatabase();
    pool = openPostgres({ url: databaseUrl, name: "test" });
    await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
    const mine = await makeProject(pool);
    projectId = mine.projectId;
    admin = mine.secret;
    query = (await makeKey(pool, projectId, { scopes: [Scope.QUERY] })).secret;
    foreign = (await makeProject(pool)).secret;
    const restPort = await freePort();
    rest = `http://127.0.0.1:${restPort}`;
    service = await startService("registry", {
      NATS_URL: engines.nats,
      REDIS_URL: "redis://127.0.0.1:9",
      DATABASE_URL: databaseUrl,
      CLICKHOUSE_URL: "http://127.0.0.1:9",
      TIDELINE_PREFIX: engines.prefix,
      TIDELINE_OPERATOR_KEY: operatorKey,
      TIDELINE_REGISTRY_PORT: String(restPort),
    });
    const baseUrl = `http://127.0.0.1:${service.grpcPort}`;
    registry = createClient(RegistryService, createGrpcTransport({ baseUrl }));
  });

  after(async () => {
    await service?.stop();
    await pool?.end();
    await engines?.stop();
  });

  const by = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });
  const register = (subject: string, text: string, secret = admin, kind = SchemaKind.AVRO) =>
    registry.registerSchema({ subject, kind, text }, by(secret));
  const reasonOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => ConnectError.from(error).findDetails(FaultDetailSchema)[0]?.reason,
    );

  const anything = (scope: string, secret = admin) =>
    registry.setConfig({ scope, config: { level: CompatibilityLevel.NONE } }, by(secret));

  it("gives a text its version again, and another text the next", async () => {
    await anything("purchase");
    const first = await register("purchase", avro("A"));
    expect(first.isNew).to.equal(true);
    expect(await register("purchase", avro("A"))).to.deep.include({ isNew: false, schema: first.schema });
    const second = await register("purchase", avro("B"));
    expect(second.schema?.version).to.equal(2);
    expect((await register("purchase", avro("A"))).schema?.version).to.equal(1);
    const newest = await registry.getSchema({ subject: "purchase" }, by(query));
    expect(newest.schema?.version).to.equal(2);
    const byId = await registry.getSchema({ schemaId: second.schema?.schemaId ?? 0 }, by(query));
    expect(byId.schema?.text).to.equal(avro("B"));
  });

  it("numbers versions and ids without a gap or a twin, however many register at once", async () => {
    await anything("race");
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, index) => register("race", avro(`R${index}`))),
    );
    expect(made.map(({ schema }) => schema?.version).sort((a = 0, b = 0) => a - b)).to.deep.equal(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    expect(new Set(made.map(({ schema }) => schema?.schemaId)).size).to.equal(12);
  });

  it("tells every instance of a change", async () => {
    const versionOf = async () => {
      const { rows } = await pool.query("select version from control_changes where project_id = $1", [
        projectId,
      ]);
      return Number(rows[0]?.version);
    };
    const before = await versionOf();
    await register("told", avro("T"));
    expect(await versionOf()).to.be.greaterThan(before);
  });

  it("lists the newest of each subject, page by page", async () => {
    for (const subject of ["list-a", "list-B", "list-ä"]) await register(subject, avro("L"));
    const subjects: string[] = [];
    let pageToken = "";
    do {
      const page = await registry.listSchemas({ pageSize: 2, pageToken }, by(query));
      subjects.push(...page.schemas.map(({ subject }) => subject));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(new Set(subjects).size).to.equal(subjects.length);
    expect(subjects.filter((subject) => subject.startsWith("list"))).to.deep.equal([
      "list-B",
      "list-a",
      "list-ä",
    ]);
  });

  it("keeps projects apart, and writers from readers", async () => {
    expect((await register("mine", avro("M"), foreign)).schema).to.include({ version: 1, schemaId: 1 });
    expect(await reasonOf(registry.getSchema({ subject: "purchase" }, by(foreign)))).to.equal(
      FaultReason.SUBJECT_NOT_FOUND,
    );
    expect(await reasonOf(register("x", avro("X"), query))).to.equal(FaultReason.SCOPE_MISSING);
    expect(await reasonOf(register("x", avro("X"), operatorKey))).to.equal(FaultReason.REQUEST_INVALID);
    expect(await reasonOf(register("x", "{", admin))).to.equal(FaultReason.SCHEMA_INVALID);
    expect(await reasonOf(register("x\0", avro("X"), admin))).to.equal(FaultReason.SUBJECT_INVALID);
    expect(await reasonOf(registry.getSchema({ subject: "\0" }, by(admin)))).to.equal(
      FaultReason.SUBJECT_INVALID,
    );
  });

  it("answers readers and writers of Confluent's API", async () => {
    const call = async (path: string, init: RequestInit = {}) => {
      const { headers = {} } = { ...by(admin), ...init };
      const typed = { "content-type": "application/json", ...(headers as Record<string, string>) };
      const response = await fetch(`${rest}${path}`, { ...init, headers: typed });
      expect(response.headers.get("content-type")).to.equal("application/vnd.schemaregistry.v1+json");
      return [response.status, await response.json()];
    };
    const post = (path: string, body: unknown) =>
      call(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
    const json = JSON.stringify({ type: "object" });
    const given = { schema: json, schemaType: "JSON", references: null, metadata: null, unknown: 1 };
    const [status, first] = await post("/subjects/a%2Fb/versions", given);
    expect(status).to.equal(200);
    const { id } = first as { id: number };
    expect(await post("/subjects/a%2Fb/versions", given)).to.deep.equal([200, first]);
    expect(await call("/subjects/a%2Fb/versions")).to.deep.equal([200, [1]]);
    const whole = { subject: "a/b", version: 1, id, schemaType: "JSON", schema: json, deleted: false };
    expect((await call("/subjects/a%2Fb/versions/latest"))[1]).to.deep.equal(first);
    expect(first).to.include(whole).and.to.not.have.any.keys("references", "metadata", "ruleSet");
    expect((await call(`/schemas/ids/${id}`))[1]).to.include({ schemaType: "JSON", schema: json });
    const [, subjects] = await call("/subjects");
    expect(subjects).to.include("a/b");
    expect(await call("/", { headers: {} })).to.deep.equal([200, {}]);
    const basic = { authorization: `Basic ${Buffer.from(`${query}:`).toString("base64")}` };
    expect((await call("/subjects", { headers: basic }))[0]).to.equal(200);

    const refusals: [Promise<unknown[]>, number, number][] = [
      [call("/subjects", { headers: {} }), 401, 40_101],
      [call("/subjects/none/versions"), 404, 40_401],
      [call("/subjects/none/versions/1"), 404, 40_401],
      [call("/subjects/a%2Fb/versions/9"), 404, 40_402],
      [call("/subjects/a%2Fb/versions/0"), 422, 42_202],
      [call("/subjects/%00/versions/1"), 422, 42_208],
      [call("/schemas/ids/99999"), 404, 40_403],
      [call("/schemas/ids/99999999999"), 404, 404],
      [post("/subjects/x/versions", { schema: "{" }), 422, 42_201],
      [post("/subjects/x/versions", { schema: json, schemaType: "__proto__" }), 422, 422],
      [post("/subjects/x/versions", "[]"), 422, 422],
      [call("/subjects", { method: "DELETE" }), 405, 405],
      [call("/nope"), 404, 404],
      [call("/%"), 404, 404],
    ];
    for (const [answer, status, code] of refusals) {
      const [answered, body] = (await answer) as [number, { error_code: number }];
      expect([answered, body.error_code]).to.deep.equal([status, code]);
    }
  });
});
