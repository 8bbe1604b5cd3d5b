import { create, toJsonString } from "@bufbuild/protobuf";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import {
  type QueryMetricsRequest,
  QueryMetricsRequestSchema,
  type Series,
  SeriesSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { systemClock } from "../../platform/clock.js";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import { migrateClickHouse } from "../../platform/migrate.js";
import { type ComputedMetrics, computeMetrics, type MetricsEngine } from "./compute-metrics.js";
import { clickhouseAnalytics } from "./engines/clickhouse.js";
import { Expiry } from "./expiry.js";
import { limitDefaults } from "./limits.js";
import { PeopleStore } from "./people-store.js";
import { type Plan, planMetrics } from "./plan.js";
import { type MetricsQuestion, metricsQuestion } from "./question.js";
import { sumsOthers } from "./sql/metrics.js";
import { eventSet } from "./testing/event-set.js";
import { randomQuestions } from "./testing/random-questions.js";
import { Persons, type Recounted, recount } from "./testing/recount.js";
import { insertEvents } from "./testing/store.js";

const seed = Number(process.env["SEED"] ?? 7);
const range = { fromMs: Date.parse("2024-03-25T00:00Z"), toMs: Date.parse("2024-04-12T00:00Z") };

describe("QueryMetrics, asked of the engine and recounted", function () {
  this.timeout(180_000);
  let engines: TestEngines;
  let client: ClickHouse;
  let engine: MetricsEngine;
  const events = eventSet({ project: "mine", seed, count: 3_000, ...range, firstRawSequence: 1 });
  // The same ids, other events: what of them shows in an answer has crossed from tenant to tenant.
  const foreign = eventSet({
    project: "other",
    seed: seed + 1,
    count: 500,
    ...range,
    firstRawSequence: 1_000,
  });
  // Nobody is identified here, so that users can be read from rollups.
  const plain = eventSet({
    project: "plain",
    seed: seed + 2,
    count: 2_000,
    ...range,
    firstRawSequence: 2_000,
  }).filter(({ type }) => type !== "identify" && type !== "alias");

  before(async () => {
    engines = await startEngines("clickhouse");
    const database = engines.clickhouseDatabase;
    client = openClickHouse({ url: engines.clickhouse, database, name: "query test" });
    const anywhere = openClickHouse({ url: engines.clickhouse, database: "default", name: "query test" });
    await migrateClickHouse(anywhere, database, ["services/aggregation/migrations"]);
    await anywhere.close();
    await insertEvents(client, database, [...events, ...foreign, ...plain]);
    const analytics = clickhouseAnalytics(client, limitDefaults);
    // Nothing expires here.
    const retention = { eventsDays: 36_500, minutesDays: 36_500, quartersDays: 36_500, daysDays: 36_500 };
    const expiry = new Expiry({ analytics, retention, clock: systemClock });
    engine = { analytics, people: new PeopleStore(analytics), expiry };
  });

  after(async () => {
    await client?.command({ query: `DROP DATABASE ${engines.clickhouseDatabase}` });
    await client?.close();
    await engines?.stop();
  });

  const questionOf = (request: QueryMetricsRequest): MetricsQuestion =>
    metricsQuestion(request, { timeZone: "Europe/Vienna", weekStart: 0 }, Date.now());

  function ask(
    question: MetricsQuestion,
    project = "mine",
    choosePlan = planMetrics,
  ): Promise<ComputedMetrics> {
    return computeMetrics(engine, project, { question, signal: AbortSignal.timeout(60_000), choosePlan });
  }

  it("answers what a recount by hand answers, whatever is asked", async () => {
    const next = randomQuestions(seed, range);
    const persons = new Persons(events);
    for (let index = 0; index < 100; index++) {
      const request = next();
      const question = questionOf(request);
      const asked = `SEED=${seed} #${index} ${toJsonString(QueryMetricsRequestSchema, request)}`;
      const answer = await ask(question).catch((error: unknown) => {
        throw new Error(asked, { cause: error });
      });
      const expected = recount(question, events, persons);
      compare(question, answer, expected.series, asked);
      if (answer.plan.source === "raw" && question.breakdown.length === 0) {
        expect(answer.lateShare, `${asked} late`).to.be.closeTo(expected.lateShare, 1e-12);
      }
    }
  });

  it("answers the same from rollups and from raw events", async () => {
    const next = randomQuestions(seed + 1, range);
    const rawPlan: Plan = { table: "events", source: "raw" };
    const seen = new Map<string, number>();
    const persons = new Persons(plain);
    for (let index = 0; index < 120; index++) {
      const request = next();
      const simple = create(QueryMetricsRequestSchema, {
        ...request,
        aggregation: index % 2 === 0 ? Aggregation.COUNT : Aggregation.UNIQUE_USERS,
        filters: request.filters.filter(({ property }) => property?.scope === 2),
        breakdown: request.breakdown.filter(({ scope }) => scope === 2),
      });
      if (index % 4 === 0 && simple.range?.from !== undefined) simple.range.from.seconds += 60n;
      const question = questionOf(simple);
      const plan = planMetrics(question, { peopleMapped: false });
      if (plan.source === "raw") continue;
      seen.set(plan.table, (seen.get(plan.table) ?? 0) + 1);
      const asked = `SEED=${seed} #${index} ${toJsonString(QueryMetricsRequestSchema, simple)}`;
      const [rolled, raw] = await Promise.all([
        ask(question, "plain"),
        ask(question, "plain", () => rawPlan),
      ]);
      expect(rolled.plan).to.deep.equal(plan);
      expect(rolled.series, asked).to.deep.equal(raw.series);
      expect(rolled.otherValues, asked).to.equal(raw.otherValues);
      // Rollups know the day of receipt alone: they call late no more than raw events do.
      expect(rolled.lateShare, asked).to.be.at.most(raw.lateShare);
      compare(question, rolled, recount(question, plain, persons).series, asked);
    }
    expect([...seen.keys()].sort()).to.deep.equal(["rollup_minute", "rollup_quarter"]);
  });
});

/** The answer's series are the greatest of all, in order; the rest is "Other" where it can be summed up. */
function compare(
  question: MetricsQuestion,
  answer: ComputedMetrics,
  all: readonly Recounted[],
  asked: string,
): void {
  const series = answer.series.map((each) => create(SeriesSchema, each));
  const named = series.filter(({ isOther }) => !isOther);
  if (question.breakdown.length > 0) {
    expect(named.length, `${asked} series`).to.equal(Math.min(question.limit, all.length));
    expect(answer.otherValues, `${asked} others`).to.equal(all.length - named.length);
  }
  const left = new Map(all.map((each) => [JSON.stringify(each.breakdown), each]));
  let last = Number.POSITIVE_INFINITY;
  for (const each of named) {
    const key = JSON.stringify(each.breakdown.map(({ value, missing }) => (missing ? null : value)));
    const expected = left.get(key);
    if (expected === undefined) expect.fail(`${asked}: no series ${key}`);
    left.delete(key);
    sameNumbers(each, expected, `${asked} ${key}`);
    const total = expected.total ?? Number.NEGATIVE_INFINITY;
    expect(total, `${asked} order of ${key}`).to.be.at.most(alike(last));
    last = total;
  }
  const beyond = [...left.values()];
  const other = series.find(({ isOther }) => isOther);
  if (!sumsOthers(question.aggregation) || beyond.length === 0) {
    expect(other, `${asked} other`).to.equal(undefined);
    // None that was left out is greater than those that are there.
    for (const { total } of beyond) expect(total ?? Number.NEGATIVE_INFINITY).to.be.at.most(alike(last));
    return;
  }
  if (other === undefined) expect.fail(`${asked}: no other`);
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  sameNumbers(
    other,
    {
      breakdown: [],
      values: other.values.map((_value, index) => sum(beyond.map(({ values }) => values[index]))),
      total: sum(beyond.map(({ total }) => total)),
    },
    `${asked} other`,
  );
}

/** The most that counts as equal: sums in another order differ in their last digits. */
function alike(value: number): number {
  return Number.isFinite(value) ? value + Math.abs(value) * 1e-9 : value;
}

function sameNumbers({ values, total }: Series, expected: Recounted, where: string): void {
  expect(values.length, where).to.equal(expected.values.length);
  for (const [index, value] of [...values, total].entries()) {
    const wanted = [...expected.values, expected.total][index];
    expect(value?.hasValue, `${where} [${index}]`).to.equal(wanted !== undefined);
    if (wanted === undefined) continue;
    expect(value?.value, `${where} [${index}]`).to.be.closeTo(wanted, Math.abs(wanted) * 1e-9);
  }
}
