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
});
