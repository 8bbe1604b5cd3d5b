import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import { Fault } from "../../platform/fault.js";
import { migrateClickHouse } from "../../platform/migrate.js";
import { Admission, admissionDefaults } from "./admission/admission.js";
import { admittedAnalytics } from "./admission/admitted-engines.js";
import { clickhouseAnalytics } from "./engines/clickhouse.js";
import { type Limits, limitDefaults } from "./limits.js";
import { type Sql, sql } from "./sql/sql.js";
import { Tenant } from "./sql/tenant.js";
import { eventSet } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

describe("the limits of a question", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let client: ClickHouse;

  before(async () => {
    engines = await startEngines("clickhouse");
    const database = engines.clickhouseDatabase;
    client = openClickHouse({ url: engines.clickhouse, database, name: "query test" });
    const anywhere = openClickHouse({ url: engines.clickhouse, database: "default", name: "query test" });
    await migrateClickHouse(anywhere, database, ["services/aggregation/migrations"]);
    await anywhere.close();
    const fromMs = Date.now() - 86_400_000;
    const set = { project: "mine", seed: 1, count: 2_000, fromMs, toMs: Date.now(), firstRawSequence: 1 };
    await insertEvents(client, database, eventSet(set));
  });
  after(async () => {
    await client?.command({ query: `DROP DATABASE ${engines.clickhouseDatabase}` });
    await client?.close();
    await engines?.stop();
  });

  const tenant = new Tenant("mine");

  async function refusal(
    limits: Partial<Limits>,
    body: Sql,
    signal = AbortSignal.timeout(20_000),
  ): Promise<unknown[]> {
    const analytics = clickhouseAnalytics(client, { ...limitDefaults, ...limits });
    const error = await analytics.read(tenant.statement(body), signal).catch((cause: unknown) => cause);
    return error instanceof Fault ? [error.reason, error.facts["limit"]] : [error];
  }

  const slow = sql`SELECT count() ${tenant.from("events")} AND sleepEachRow(0.002) = 0`;

  it("refuse by name: time, groups, result, memory", async () => {
    const each = sql`SELECT e.event_id AS id ${tenant.from("events")}`;
    expect(await refusal({ timeMs: 300 }, slow)).to.deep.equal([FaultReason.QUERY_TIMEOUT, "time"]);
    expect(await refusal({ groups: 100 }, sql`${each} GROUP BY id`)).to.deep.equal([
      FaultReason.QUERY_TOO_LARGE,
      "groups",
    ]);
    expect(await refusal({ resultRows: 100 }, each)).to.deep.equal([FaultReason.QUERY_TOO_LARGE, "result"]);
    const large = sql`SELECT groupArray(repeat(e.event_id, 20000)) ${tenant.from("events")}`;
    expect(await refusal({ memoryBytes: 2 ** 24 }, large)).to.deep.equal([
      FaultReason.QUERY_TOO_LARGE,
      "memory",
    ]);
  });

  it("end a question when its caller has gone", async () => {
    const started = performance.now();
    expect((await refusal({}, slow, AbortSignal.timeout(200)))[0]).to.equal(FaultReason.QUERY_TIMEOUT);
    expect(performance.now() - started).to.be.below(3_000);
  });

  it("answer one project in turn while another floods, and refuse what is over the flood's line", async () => {
    const limits = { ...admissionDefaults, running: 2, projectRunning: 2, projectWaiting: 20 };
    const admission = new Admission(limits);
    const analytics = admittedAnalytics(clickhouseAnalytics(client, limitDefaults), admission);
    const aWhile = sql`SELECT count() ${tenant.from("events")} AND sleepEachRow(0.0001) = 0`;
    const signal = AbortSignal.timeout(30_000);
    let answered = 0;
    const flood = Array.from({ length: 30 }, () =>
      analytics.read(tenant.statement(aWhile), signal).then(() => void answered++),
    );
    const settled = Promise.allSettled(flood);
    const other = new Tenant("other");
    const count = sql`SELECT count() ${other.from("events")}`;
    const { rows } = await analytics.read(other.statement(count), signal);
    expect(rows).to.deep.equal([[0]]);
    // The two that ran already, and one whose turn it was beside.
    expect(answered).to.be.at.most(4);
    const refused = (await settled).flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(refused.map((fault) => fault.reason)).to.deep.equal(Array(8).fill(FaultReason.QUERY_BUSY));
    expect(answered).to.equal(22);
    expect(admission.load).to.deep.equal({ running: 0, waiting: 0 });
  });
});
