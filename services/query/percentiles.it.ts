import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import { seeded } from "./testing/event-set.js";

const percents = [0, 1, 10, 25, 33.3, 50, 66.6, 75, 90, 95, 99, 99.9, 100];

describe("percentiles", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let client: ClickHouse;

  before(async () => {
    engines = await startEngines("clickhouse");
    client = openClickHouse({ url: engines.clickhouse, database: "default", name: "query test" });
  });
  after(async () => {
    await client?.close();
    await engines?.stop();
  });

  it("are what DuckDB's quantile_cont computes, to the last digit but rounding", async () => {
    const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
    const random = seeded(3);
    for (const count of [1, 2, 3, 4, 10, 101, 1_000]) {
      // Halves, so that values repeat.
      const values = Array.from({ length: count }, () => Math.round(random() * 200) / 2 - 20);
      const list = `[${values.join(",")}]::DOUBLE[]`;
      const wanted = percents.map((percent) => `quantile_cont(v, ${percent / 100})`).join(", ");
      const [expected = []] = await (
        await duckdb.runAndReadAll(`SELECT ${wanted} FROM (SELECT unnest(${list}) v)`)
      ).getRows();
      for (const [index, percent] of percents.entries()) {
        const result = await client.query({
          query: "SELECT quantileExactInclusive({level:Float64})(arrayJoin({values:Array(Float64)}))",
          query_params: { level: percent / 100, values },
          format: "JSONCompact",
          use_multipart_params_auto: true,
        });
        const { data } = await result.json<readonly number[]>();
        const value = Number(expected[index]);
        expect(data[0]?.[0], `${count} values, ${percent} %`).to.be.closeTo(
          value,
          Math.abs(value) * 1e-12 + 1e-12,
        );
      }
    }
  });
});
