import { create, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { hangPostgres } from "../../dev/testing/hanging-postgres.js";
import { type OwnTestEngines, startOwnEngines } from "../../dev/testing/stack.js";
import { ProjectSettingsSchema, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { openPostgres, type Postgres } from "../engines/postgres.js";
import { Fault } from "../fault.js";
import { migratePostgres } from "../migrate.js";
import { type ControlFeed, openControlFeed } from "./feed.js";
import { hashSecret, type KeyRing, makeSecret, openKeyRing } from "./keys.js";
import { openProjects, type ProjectCache } from "./projects.js";

const operatorKey = "operator-key-of-this-test";

describe("control data on a real Postgres", function () {
  this.timeout(60_000);
  let engines: OwnTestEngines;
  let pool: Postgres;
  let feed: ControlFeed;
  let keys: KeyRing;
  let projects: ProjectCache;
  // Moves time for caches without waiting; starts at the real time, since Postgres compares with its own.
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };

  before(async () => {
    engines = await startOwnEngines("postgres");
    pool = openPostgres({ url: engines.postgres, name: "test" });
    await migratePostgres(pool, ["platform/control/migrations"]);
    feed = openControlFeed(pool, clock);
    keys = openKeyRing({ pool, feed, clock, operatorKey });
    projects = openProjects({ pool, feed, clock });
    await addProject("p1", { timeZone: "Europe/Vienna" });
  });
  after(async () => {
    feed.stop();
    await pool.end();
    await engines.stop();
  });
  afterEach(() => {
    ahead = 0;
  });

  async function addProject(id: string, settings: { timeZone?: string }): Promise<void> {
    const bytes = Buffer.from(toBinary(ProjectSettingsSchema, create(ProjectSettingsSchema, settings)));
    await pool.query("insert into projects (project_id, name, settings) values ($1, $1, $2)", [id, bytes]);
  }

  async function addKey(id: string, expireTime: Date | null = null): Promise<string> {
    const secret = makeSecret();
    await pool.query(
      `insert into api_keys (key_id, project_id, name, secret_hash, hint, scopes, events_per_second, expire_time)
       values ($1, 'p1', $1, $2, $3, $4, 50, $5)`,
      [id, hashSecret(secret), secret.slice(0, 6), [Scope.INGEST], expireTime],
    );
    return secret;
  }

  const refusal = (secret: string | undefined): Promise<FaultReason | undefined> =>
    keys.authenticate(secret).then(
      () => undefined,
      (error: unknown) => (error instanceof Fault ? error.reason : FaultReason.UNSPECIFIED),
    );

  async function within(milliseconds: number, holds: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + milliseconds;
    while (!(await holds())) {
      if (Date.now() > until) expect.fail(`not within ${milliseconds} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it("migrates once, however often it is asked", async () => {
    expect(await migratePostgres(pool, ["platform/control/migrations"])).to.deep.equal([]);
  });

  it("turns a secret into its principal, and no other text", async () => {
    const principal = await keys.authenticate(await addKey("k1"));
    expect(principal).to.deep.include({ keyId: "k1", projectId: "p1", eventsPerSecond: 50, burst: 50 });
    expect((await keys.authenticate(operatorKey)).isOperator).to.equal(true);
    for (const wrong of [undefined, "", makeSecret(), "tl_short", "' or 1=1 --", "\0"]) {
      expect(await refusal(wrong), String(wrong)).to.equal(FaultReason.KEY_INVALID);
    }
  });

  it("ends a revoked key within a second, and an expired one at its time", async () => {
    const revoked = await addKey("k2");
    await keys.authenticate(revoked);
    await pool.query("update api_keys set revoke_time = now() where key_id = 'k2'");
    await within(1_500, async () => (await refusal(revoked)) === FaultReason.KEY_INVALID);

    const expiring = await addKey("k3", new Date(Date.now() + 30_000));
    expect(await refusal(expiring)).to.equal(undefined);
    ahead = 31_000;
    expect(await refusal(expiring)).to.equal(FaultReason.KEY_INVALID);
  });

  it("follows a project's settings within a second", async () => {
    expect((await projects.get("p1")).timeZone).to.equal("Europe/Vienna");
    const bytes = Buffer.from(
      toBinary(ProjectSettingsSchema, create(ProjectSettingsSchema, { timeZone: "Asia/Kolkata" })),
    );
    await pool.query("update projects set settings = $1 where project_id = 'p1'", [bytes]);
    await within(1_500, async () => (await projects.get("p1")).timeZone === "Asia/Kolkata");
    expect((await projects.get("p1")).amountProperty).to.equal("amount");
  });

  it("notes uses to the minute, without telling the feed", async () => {
    await keys.authenticate(await addKey("k4"));
    const version = "select max(version) as version from control_changes";
    const before = (await pool.query(version)).rows[0];
    await keys.flushUses();
    const used = await pool.query("select last_use_time from api_keys where key_id = 'k4'");
    expect(used.rows[0]?.last_use_time).to.be.instanceOf(Date);
    expect((await pool.query(version)).rows[0]).to.deep.equal(before);
  });

  it("lets known keys live for five minutes while Postgres is away, unknown ones not", async () => {
    const known = await addKey("k5");
    await keys.authenticate(known);
    const running = Reflect.get(pool, "query");
    Reflect.set(pool, "query", () =>
      Promise.reject(Object.assign(new Error("away"), { code: "ECONNREFUSED" })),
    );
    try {
      ahead = 70_000;
      expect(await refusal(known)).to.equal(undefined);
      expect(await refusal(makeSecret())).to.equal(FaultReason.ENGINE_UNAVAILABLE);
      ahead = 6 * 60_000;
      expect(await refusal(known)).to.equal(FaultReason.ENGINE_UNAVAILABLE);
    } finally {
      Reflect.set(pool, "query", running);
    }
  });

  it("makes nobody wait for a Postgres that hangs", async () => {
    const known = await addKey("k7");
    const changed = await addKey("k8");
    const timed = async (secret: string): Promise<number> => {
      const from = performance.now();
      expect(await refusal(secret)).to.equal(undefined);
      return performance.now() - from;
    };
    await timed(known);
    const goOn = await hangPostgres(pool);
    try {
      // Merely old: nobody waits at all.
      ahead = 70_000;
      for (let call = 0; call < 20; call++) expect(await timed(known)).to.be.below(100);
    } finally {
      goOn();
    }
    ahead = 0;
    await timed(changed);
    await within(
      5_000,
      async () => (await pool.query("update api_keys set name = 'x' where key_id = 'k8'")) !== null,
    );
    await within(5_000, async () => feed.ageMs() < 300);
    const goOnAgain = await hangPostgres(pool);
    try {
      // Said to have changed: it is asked, but not for long, and not by each.
      const waits = await Promise.all(Array.from({ length: 20 }, () => timed(changed)));
      for (let call = 0; call < 100; call++) waits.push(await timed(changed));
      expect(Math.max(...waits)).to.be.below(2_000);
      expect(waits.filter((wait) => wait > 100)).to.have.length.at.most(40);
    } finally {
      goOnAgain();
    }
    await pool.query("update api_keys set revoke_time = now() where key_id = 'k8'");
    await within(5_000, async () => (await refusal(changed)) === FaultReason.KEY_INVALID);
  });

  it("comes back by itself after Postgres was killed", async () => {
    const secret = await addKey("k6");
    await engines.kill("postgres");
    await within(10_000, async () => (await refusal(secret)) === undefined);
    await pool.query("update api_keys set revoke_time = now() where key_id = 'k6'");
    await within(2_500, async () => (await refusal(secret)) === FaultReason.KEY_INVALID);
  });
});
