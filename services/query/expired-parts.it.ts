import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import { migrateClickHouse } from "../../platform/migrate.js";
import { clickhouseAnalytics } from "./engines/clickhouse.js";
import { limitDefaults } from "./limits.js";
import { sql } from "./sql/sql.js";
import { Tenant } from "./sql/tenant.js";
import { eventSet } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

const dayMs = 86_400_000;

describe("events whose retention has ended", function () {
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
  });
  after(async () => {
    await client?.command({ query: `DROP DATABASE ${engines.clickhouseDatabase}` });
    await client?.close();
    await engines?.stop();
  });

  it("don't keep the others from being read while their empty part is still there", async () => {
    const now = Date.now();
    const sets = [70, 5].map((daysAgo) => {
      const fromMs = now - daysAgo * dayMs;
      const set = {
        project: "mine",
        seed: daysAgo,
        count: 2_000,
        fromMs,
        toMs: fromMs + dayMs,
        firstRawSequence: 1,
      };
      return eventSet(set).map((event) => ({ ...event, received_time_ms: event.time_ms }));
    });
    const wide = "MODIFY SETTING min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0";
    await client.command({ query: `ALTER TABLE events ${wide}` });
    for (const set of sets) await insertEvents(client, engines.clickhouseDatabase, set);
    await client.command({
      query: "ALTER TABLE events MODIFY TTL toDateTime(received_time) + INTERVAL 30 DAY",
    });
    await client.command({ query: "OPTIMIZE TABLE events FINAL" });
    const tenant = new Tenant("mine");
    const isGold = sql`NOT e.is_system AND toString(e.properties.plan) = 'gold'`;
    const statement = tenant.statement(sql`SELECT count(), sum(e.properties.amount.:Int64)
      ${tenant.from("events")} AND e.time >= '2020-01-01' AND ${isGold}`);
    const { rows } = await clickhouseAnalytics(client, limitDefaults).read(
      statement,
      AbortSignal.timeout(10_000),
    );
    const gold = (sets[1] ?? []).filter(
      ({ is_system, properties }) => !is_system && properties.includes('"plan":"gold"'),
    );
    expect(Number(rows[0]?.[0])).to.equal(gold.length);
  });
});
