import { rmSync } from "node:fs";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { expect } from "chai";
import { type OwnTestEngines, startOwnEngines } from "../testing/stack.js";

describe("the local ClickHouse after a kill", function () {
  this.timeout(60_000);
  let engines: OwnTestEngines;
  let client: ClickHouseClient;

  before(async () => {
    engines = await startOwnEngines("clickhouse");
    client = createClient({
      url: engines.clickhouse,
      keep_alive: { enabled: false },
      log: { level: ClickHouseLogLevel.OFF },
    });
    await client.command({
      query: `CREATE TABLE rows (a UInt64, s String) ENGINE = MergeTree ORDER BY a
              SETTINGS non_replicated_deduplication_window = 10000`,
    });
  });

  after(async () => {
    await client?.close();
    await engines?.stop();
  });

  it("comes back as another life of the engine, with every insert it answered, and takes retries once", async () => {
    const bootId = async () => {
      const answer = await fetch(`${engines.clickhouse}/healthz`);
      return ((await answer.json()) as { boot_id: string }).boot_id;
    };
    const lives = new Set([await bootId()]);
    const insert = (n: number) =>
      client.insert({
        table: "rows",
        values: Array.from({ length: 50 }, (_, a) => ({ a: n * 50 + a, s: "x".repeat(100) })),
        format: "JSONEachRow",
        clickhouse_settings: { insert_deduplication_token: `t${n}`, async_insert: 0 },
      });
    for (let n = 0, kills = 0; n < 120; n += 1) {
      let killing: Promise<void> | undefined;
      if (n % 40 === 20) {
        // Killed somewhere within the insert: it is tried again with the same token until it is answered.
        killing = new Promise((resolve) => setTimeout(resolve, kills++ * 2)).then(() =>
          engines.kill("clickhouse"),
        );
      }
      while (
        !(await insert(n).then(
          () => true,
          () => false,
        ))
      )
        await new Promise((resolve) => setTimeout(resolve, 30));
      await killing;
      lives.add(await bootId());
    }
    const counted = await client.query({
      query: "SELECT count() AS n, uniqExact(a) AS u FROM rows",
      format: "JSONEachRow",
    });
    expect(await counted.json()).to.deep.equal([{ n: 6000, u: 6000 }]);
    expect(lives.size).to.equal(4);
  });

  it("takes a retry whose first try was logged but never renamed into place", async () => {
    const insert = (token: string) =>
      client.insert({
        table: "once",
        values: [{ a: token }],
        format: "JSONEachRow",
        clickhouse_settings: { insert_deduplication_token: token, async_insert: 0 },
      });
    await client.command({
      query: `CREATE TABLE once (a String) ENGINE = MergeTree ORDER BY a
              SETTINGS non_replicated_deduplication_window = 100`,
    });
    await insert("first");
    await insert("second");
    const parts = await client.query({
      query: "SELECT path FROM system.parts WHERE table = 'once' AND name = 'all_2_2_0'",
      format: "JSONEachRow",
    });
    const [part] = await parts.json<{ path: string }>();
    if (part === undefined) throw new Error("the second insert left no part");
    // As a kill between the log's line and the part's name leaves it.
    const back = engines.kill("clickhouse");
    rmSync(part.path, { recursive: true });
    await back;
    const health = (await (await fetch(`${engines.clickhouse}/healthz`)).json()) as Record<string, unknown>;
    expect(health["repaired_log_records"]).to.equal(1);
    await insert("first");
    await insert("second");
    await insert("second");
    const rows = await client.query({ query: "SELECT a FROM once ORDER BY a", format: "JSONEachRow" });
    expect(await rows.json()).to.deep.equal([{ a: "first" }, { a: "second" }]);
  });
});
