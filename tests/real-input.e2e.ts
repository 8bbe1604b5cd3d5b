// A shop's year goes in through the command line as a user's would, over the public gRPC API, and what QueryService
// then answers is held against what DuckDB computes from the file itself.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import type { Event } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import { QueryService } from "../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation, FilterOp, Interval, PropertyScope } from "../gen/ts/tideline/query/v1/question_pb.js";
import { RetentionBirth } from "../gen/ts/tideline/query/v1/retention_pb.js";
import { TrendMath } from "../gen/ts/tideline/query/v1/trend_pb.js";
import { answerOnlineRetail, type RetailAnswers } from "./answers/online-retail.js";
import { expectFigures, type Figures } from "./support/figures.js";
import { type ImportSummary, importFile } from "./support/import-file.js";
import { requireOutside } from "./support/missing.js";
import { clientOf, makeProject, type TestProject } from "./support/own-project.js";
import { ask, askOne, countEvents, days, drained, ofEvent, ofField } from "./support/questions.js";
import { readShadow } from "./support/shadow.js";
import { useStack } from "./support/stack.js";

const lines = 541_909;
const year = days("2010-12-01", "2012-01-01");
const monthLength = "2010-12".length;

/**
 * Sums compare to a tenth of a cent. The product adds doubles, DuckDB decimals: each amount is off by at most half an
 * ulp of 168,469.60 (1.5e-11), and there are 541,909 of them, so a compensated sum is within 1e-5 of the exact one.
 */
const money = 0.001;

describe("Online Retail, whole, through the public API", function () {
  this.timeout(180_000);
  const stack = useStack();
  let file: string;
  let wanted: RetailAnswers;
  let project: TestProject;

  before(async function () {
    file = requireOutside(this, "shared/data/events/online-retail-2010-12_2011-12.csv.gz");
    wanted = await answerOnlineRetail(file);
    project = await makeProject(stack.file(), "Online Retail");
  });

  const runImport = (): Promise<ImportSummary> =>
    importFile({ file, preset: "online-retail", data: stack.data, key: project.keys.ingest });

  describe("sent once:", () => {
    it("is accepted to the last line", async () => {
      const { code, outcomes, seconds } = await runImport();
      console.log(`      ${Math.round(lines / seconds).toLocaleString("en")} events/s accepted`);
      expect(outcomes).to.deep.equal({ accepted: lines });
      expect(code).to.equal(0);
      await drained(project.query, lines);
    });
  });

  describe("is answered as DuckDB answers it:", () => {
    const count = { aggregation: Aggregation.COUNT, range: year };
    const revenue = { aggregation: Aggregation.SUM, property: ofEvent("amount"), range: year };
    const monthly = { interval: Interval.MONTH };

    it("events per month and type", async () => {
      const own = await ask(
        project.query,
        { ...count, ...monthly, breakdown: [ofField("type")] },
        monthLength,
      );
      expectFigures(own, wanted.eventsPerMonth);
    });

    it("revenue per month", async () => {
      expectFigures(
        await ask(project.query, { ...revenue, ...monthly }, monthLength),
        wanted.revenuePerMonth,
        money,
      );
    });

    it("revenue and lines per country", async () => {
      const perCountry = { breakdown: [ofEvent("country")] };
      expectFigures(await ask(project.query, { ...revenue, ...perCountry }), wanted.revenuePerCountry, money);
      expectFigures(await ask(project.query, { ...count, ...perCountry }), wanted.linesPerCountry);
    });

    it("revenue per month and country", async () => {
      const question = { ...revenue, ...monthly, breakdown: [ofEvent("country")] };
      expectFigures(await ask(project.query, question, monthLength), wanted.revenuePerMonthAndCountry, money);
    });

    it("unique customers per month", async () => {
      const question = { aggregation: Aggregation.UNIQUE_USERS, range: year, ...monthly };
      expectFigures(await ask(project.query, question, monthLength), wanted.customersPerMonth);
    });

    it("top ten products by revenue and by lines, in their order", async () => {
      const topTen = { breakdown: [ofEvent("stock_code")], limit: 10 };
      const byRevenue = await ask(project.query, { ...revenue, ...topTen });
      expectFigures(byRevenue, wanted.topTenByRevenue, money);
      expect([...byRevenue.keys()]).to.deep.equal([...wanted.topTenByRevenue.keys()]);
      const byLines = await ask(project.query, { ...count, ...topTen });
      expectFigures(byLines, wanted.topTenByLines);
      expect([...byLines.keys()]).to.deep.equal([...wanted.topTenByLines.keys()]);
    });

    it("p50 and p90 of the line amount, linearly interpolated (R-7)", async () => {
      const percentile = (p: number) =>
        askOne(project.query, { ...revenue, aggregation: Aggregation.PERCENTILE, percentile: p });
      const own: Figures = new Map([
        ["p50", await percentile(50)],
        ["p90", await percentile(90)],
      ]);
      expectFigures(own, wanted.percentiles, 1e-9);
    });

    it("customers who come back, month after month", async () => {
      const bought = { type: "purchase" };
      const { cohorts, series } = await project.query.queryRetention({
        frame: { range: year },
        startEvent: bought,
        returnEvent: bought,
        period: Interval.MONTH,
        birth: RetentionBirth.FIRST_MATCHING,
      });
      const own = new Map<string, number>();
      for (const [row, cohort] of (series[0]?.cohorts ?? []).entries()) {
        const month = monthOf(cohorts[row]);
        for (const [column, { users }] of cohort.cells.entries())
          if (users > 0n) own.set(`${month} / ${column}`, Number(users));
      }
      expectFigures(own, wanted.retention);
    });

    it("revenue beside that of the three months before", async () => {
      const { lines, buckets, previous } = await project.query.queryTrend({
        frame: { range: days("2011-06-01", "2011-09-01") },
        series: [{ math: TrendMath.SUM, property: ofEvent("amount") }],
        interval: Interval.MONTH,
        comparison: {},
      });
      const figuresOf = (starts: typeof buckets, line: (typeof lines)[number] | undefined): Figures =>
        new Map(starts.map((start, index) => [monthOf(start), line?.values[index]?.value ?? 0]));
      const months = (...names: string[]): Figures =>
        new Map(names.map((name) => [name, wanted.revenuePerMonth.get(name) ?? 0]));
      expectFigures(figuresOf(buckets, lines[0]), months("2011-06", "2011-07", "2011-08"), money);
      const before = figuresOf(previous?.buckets ?? [], previous?.lines[0]);
      expectFigures(before, months("2011-03", "2011-04", "2011-05"), money);
    });

    it("revenue of a cohort of regular customers", async () => {
      const cohortId = "regulars";
      const activity = { event: { type: "purchase" }, times: 100n };
      const rule = { rule: { case: "did" as const, value: activity } };
      await clientOf(QueryService, stack.file(), project.keys.admin).putCohort({
        cohort: { cohortId, rule },
      });
      const property = { scope: PropertyScope.COHORT, name: cohortId };
      const question = { ...revenue, ...monthly, filters: [{ property, op: FilterOp.SET }] };
      expectFigures(await ask(project.query, question, monthLength), wanted.revenueOfRegularsPerMonth, money);
    });

    it("a funnel from purchase to refund within 30 days, by country", async () => {
      const { rows } = await project.query.queryFunnel({
        frame: { range: year },
        funnel: {
          steps: [{ event: { type: "purchase" } }, { event: { type: "refund" } }],
          window: { seconds: 30n * 86_400n },
        },
        breakdown: { properties: [ofEvent("country")], limit: 100 },
      });
      const own = rows.flatMap(({ breakdown, steps }) =>
        steps.map(({ users }, index) => [`${breakdown[0]?.value} / ${index + 1}`, Number(users)] as const),
      );
      expectFigures(new Map(own), wanted.refundedWithin30Days);
    });

    it("single lines, by the event's id", async () => {
      expect(wanted.sample).to.have.length.greaterThan(100);
      for (const line of wanted.sample) {
        const { events } = await project.query.listEvents({ eventId: line.eventId, range: year });
        expect(events.map(lineOf), line.eventId).to.deep.equal([line]);
      }
    });
  });

  describe("sent again:", () => {
    it("is DUPLICATE to the last line, and nothing changes", async () => {
      const { outcomes } = await runImport();
      expect(outcomes).to.deep.equal({ duplicate: lines });
      await drained(project.query, lines);
      const question = {
        aggregation: Aggregation.SUM,
        property: ofEvent("amount"),
        range: year,
        interval: Interval.MONTH,
      };
      expectFigures(await ask(project.query, question, monthLength), wanted.revenuePerMonth, money);
    });
  });

  describe("replayed into a shadow database:", () => {
    it("is the same again, events and rollups", async () => {
      const shadow = await readShadow(stack, project.projectId);
      expectFigures(shadow.eventsPerMonth, wanted.eventsPerMonth);
      expectFigures(shadow.revenuePerMonth, wanted.revenuePerMonth, money);
      expectFigures(shadow.rollupEventsPerMonth, wanted.eventsPerMonth);
      expect(await countEvents(project.query), "events in the live tables").to.equal(lines);
    });
  });
});

function monthOf(start: Timestamp | undefined): string {
  return start === undefined ? "" : timestampDate(start).toISOString().slice(0, monthLength);
}

/** A stored event as the line of the file that it was. */
function lineOf({ eventId, userId, timeMs, properties }: Event): RetailAnswers["sample"][number] {
  const { invoice, stock_code, quantity, unit_price, country } = JSON.parse(properties);
  return {
    ...{ eventId, invoice, quantity, country },
    stockCode: stock_code,
    unitPrice: unit_price,
    customer: userId,
    timeMs: Number(timeMs),
  };
}
