import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { AdminService } from "../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { controlMigrations } from "../../platform/control/control.js";
import { openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import { migratePostgres } from "../../platform/migrate.js";
import { type ServiceProcess, startService } from "../../tests/support/service-process.js";

const operatorKey = "operator-key-of-a-test";

const by = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const operator = by(operatorKey);

/** The reason and code of a refused call. */
async function refusal(call: Promise<unknown>): Promise<{ reason: FaultReason | undefined; code: Code }> {
  try {
    await call;
  } catch (error) {
    const { code, ...wire } = ConnectError.from(error);
    const [detail] = ConnectError.from(error).findDetails(FaultDetailSchema);
    return { reason: detail?.reason, code, ...(detail === undefined ? wire : {}) } as never;
  }
  throw new Error("the call was not refused");
}

describe("AdminService", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let pool: Postgres;
  let service: ServiceProcess;
  let admin: Client<typeof AdminService>;

  before(async () => {
    engines = await startEngines("postgres", "nats");
    const databaseUrl = await engines.createPostgresDatabase();
    pool = openPostgres({ url: databaseUrl, name: "test" });
    await migratePostgres(pool, [controlMigrations, "registry/migrations", "services/admin/migrations"]);
    service = await startService("admin", {
      NATS_URL: engines.nats,
      REDIS_URL: "redis://127.0.0.1:9",
      DATABASE_URL: databaseUrl,
      CLICKHOUSE_URL: "http://127.0.0.1:9",
      TIDELINE_PREFIX: engines.prefix,
      TIDELINE_OPERATOR_KEY: operatorKey,
      TIDELINE_DATA_SECRET: "data-secret-of-a-test",
    });
    admin = createClient(
      AdminService,
      createGrpcTransport({ baseUrl: `http://127.0.0.1:${service.grpcPort}` }),
    );
  });

  after(async () => {
    await service?.stop();
    await pool?.end();
    await engines?.stop();
  });

  async function project(name: string): Promise<string> {
    const made = await admin.createProject({ name }, operator);
    return made.project?.projectId ?? "";
  }

  it("makes a project of a name once, however many ask at once", async () => {
    const calls = Array.from({ length: 8 }, () =>
      admin.createProject({ name: "Race" }, operator).then(
        () => "made",
        (error: unknown) => ConnectError.from(error).code,
      ),
    );
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => answer === "made")).to.have.length(1);
    expect(answers.filter((answer) => answer === Code.AlreadyExists)).to.have.length(7);
  });

  it("lists every project once, page by page, by name", async () => {
    for (const name of ["ä", "b", "B", "a"]) await project(name);
    const names: string[] = [];
    let pageToken = "";
    do {
      const page = await admin.listProjects({ pageSize: 2, pageToken }, operator);
      names.push(...page.projects.map((found) => found.name));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(names.filter((name) => name !== "Race")).to.deep.equal(["B", "a", "b", "ä"]);
    expect(new Set(names).size).to.equal(names.length);
    const wrong = await refusal(admin.listProjects({ pageToken: "e30" }, operator));
    expect(wrong.reason).to.equal(FaultReason.PAGE_TOKEN_INVALID);
  });

  it("changes what the mask names, and tells every instance", async () => {
    const projectId = await project("Masked");
    const version = await pool.query("select version from control_changes where project_id = $1", [
      projectId,
    ]);
    const changed = await admin.updateProject(
      {
        projectId,
        settings: { keepIp: true, timeZone: "Asia/Tokyo" },
        updateMask: { paths: ["settings.time_zone"] },
      },
      operator,
    );
    expect(changed.project?.settings).to.include({
      timeZone: "Asia/Tokyo",
      keepIp: false,
      amountProperty: "amount",
    });
    const later = await pool.query("select version from control_changes where project_id = $1", [projectId]);
    expect(Number(later.rows[0].version)).to.be.greaterThan(Number(version.rows[0].version));
    const taken = admin.updateProject({ projectId, name: "Race", updateMask: { paths: ["name"] } }, operator);
    expect((await refusal(taken)).reason).to.equal(FaultReason.PROJECT_EXISTS);
  });

  it("keeps no secret, and lets a key see its own project alone", async () => {
    const [mine, other] = [await project("Mine"), await project("Other")];
    const { key, secret } = await admin.createApiKey({ projectId: mine, scopes: [Scope.ADMIN] }, operator);
    expect(secret).to.match(/^tl_[0-9A-Za-z]{32}$/);
    expect(secret.startsWith(key?.hint ?? "-")).to.equal(true);
    const dump = await pool.query("select k::text as row from api_keys k");
    expect(JSON.stringify(dump.rows)).to.not.include(secret);
    const own = by(secret);
    expect((await admin.getProject({}, own)).project?.projectId).to.equal(mine);
    expect((await admin.listApiKeys({}, own)).keys.map(({ keyId }) => keyId)).to.deep.equal([key?.keyId]);
    for (const call of [
      admin.getProject({ projectId: other }, own),
      admin.listApiKeys({ projectId: other }, own),
      admin.createApiKey({ projectId: other, scopes: [Scope.QUERY] }, own),
      admin.updateProject({ projectId: other, name: "x", updateMask: { paths: ["name"] } }, own),
    ]) {
      expect((await refusal(call)).reason).to.equal(FaultReason.PROJECT_NOT_FOUND);
    }
    expect((await refusal(admin.listProjects({}, own))).reason).to.equal(FaultReason.SCOPE_MISSING);
    const foreign = await admin.createApiKey({ projectId: other, scopes: [Scope.QUERY] }, operator);
    const keyId = foreign.key?.keyId ?? "";
    expect((await refusal(admin.revokeApiKey({ keyId }, own))).reason).to.equal(FaultReason.KEY_NOT_FOUND);
    expect((await refusal(admin.rotateApiKey({ keyId }, own))).reason).to.equal(FaultReason.KEY_NOT_FOUND);
  });

  it("rotates with an overlap, and revokes within 5 seconds", async () => {
    const projectId = await project("Rotated");
    const first = await admin.createApiKey(
      { projectId, scopes: [Scope.ADMIN], eventsPerSecond: 7 },
      operator,
    );
    const keyId = first.key?.keyId ?? "";
    const rotated = await admin.rotateApiKey({ keyId, overlap: { seconds: 3600n } }, operator);
    expect(rotated.key).to.include({ eventsPerSecond: 7 });
    expect(rotated.replaced?.expireTime).to.not.equal(undefined);
    await admin.getProject({}, by(first.secret));
    await admin.getProject({}, by(rotated.secret));
    await admin.revokeApiKey({ keyId }, operator);
    const again = await admin.revokeApiKey({ keyId }, operator);
    expect(again.key?.revokeTime).to.not.equal(undefined);
    const until = Date.now() + 5_000;
    let last: FaultReason | undefined;
    while (Date.now() < until && last !== FaultReason.KEY_INVALID) {
      last = await admin.getProject({}, by(first.secret)).then(
        () => undefined,
        (error: unknown) => ConnectError.from(error).findDetails(FaultDetailSchema)[0]?.reason,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(last).to.equal(FaultReason.KEY_INVALID);
    await admin.getProject({}, by(rotated.secret));
    expect((await refusal(admin.rotateApiKey({ keyId }, operator))).reason).to.equal(
      FaultReason.KEY_NOT_FOUND,
    );
    const listed = await admin.listApiKeys({ projectId }, operator);
    expect(listed.keys).to.have.length(1);
    expect((await admin.listApiKeys({ projectId, includeEnded: true }, operator)).keys).to.have.length(2);
  });

  it("answers what no engine would take by a fault, not by an error of its own", async () => {
    const nul = await refusal(admin.getProject({ projectId: "p\0" }, operator));
    expect(nul.reason).to.equal(FaultReason.PROJECT_NOT_FOUND);
    const name = await refusal(admin.createProject({ name: "a\0b" }, operator));
    expect(name.reason).to.equal(FaultReason.REQUEST_INVALID);
    const zone = await refusal(
      admin.createProject({ name: "Zone", settings: { timeZone: "Mars/X" } }, operator),
    );
    expect(zone.reason).to.equal(FaultReason.REQUEST_INVALID);
    const none = await refusal(admin.getProject({}, operator));
    expect(none.reason).to.equal(FaultReason.REQUEST_INVALID);
  });
});
