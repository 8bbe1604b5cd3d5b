import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import { QueryMetricsRequestSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import { migrateClickHouse } from "../../platform/migrate.js";
import { type ComputedMetrics, computeMetrics, type MetricsEngine } from "./compute-metrics.js";
import { clickhouseAnalytics } from "./engines/clickhouse.js";
import { limitDefaults } from "./limits.js";
import { PeopleStore } from "./people-store.js";
import { metricsQuestion } from "./question.js";
import { eventSet } from "./testing/event-set.js";
import { insertEvents } from "./testing/store.js";

describe("QueryMetrics on the engine", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let client: ClickHouse;
  let engine: MetricsEngine;
  const events = eventSet({
    project: "mine",
    seed: 7,
    count: 4_000,
    fromMs: Date.parse("2024-03-25T00:00Z"),
    toMs: Date.parse("2024-04-12T00:00Z"),
    firstRawSequence: 1,
  });

  before(async () => {
    engines = await startEngines("clickhouse");
    const database = engines.clickhouseDatabase;
    client = openClickHouse({ url: engines.clickhouse, database, name: "query test" });
    await migrateClickHouse(
      openClickHouse({ url: engines.clickhouse, database: "default", name: "m" }),
      database,
      ["services/aggregation/migrations"],
    );
    await insertEvents(client, database, events);
    const analytics = clickhouseAnalytics(client, limitDefaults);
    engine = { analytics, people: new PeopleStore(analytics) };
  });

  after(async () => {
    await client.close();
    await engines.stop();
  });

  async function ask(request: MessageInitShape<typeof QueryMetricsRequestSchema>): Promise<ComputedMetrics> {
    const settings = { timeZone: "UTC", weekStart: 0 };
    const question = metricsQuestion(create(QueryMetricsRequestSchema, request), settings, Date.now());
    return computeMetrics(engine, "mine", { question, signal: new AbortController().signal });
  }

  it("works", async () => {
    const range = {
      from: timestampFromMs(Date.parse("2024-03-25T00:00Z")),
      to: timestampFromMs(Date.parse("2024-04-12T00:00Z")),
    };
    const answer = await ask({
      aggregation: Aggregation.COUNT,
      range,
      interval: Interval.DAY,
      timeZone: "Europe/Vienna",
    });
    expect(answer.series[0]?.total?.value).to.equal(events.filter((event) => !event.is_system).length);
  });
});
