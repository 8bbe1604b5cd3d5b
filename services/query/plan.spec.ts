import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { QueryMetricsRequestSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import {
  Aggregation,
  FilterOp,
  Interval,
  PropertyScope,
} from "../../gen/ts/tideline/query/v1/question_pb.js";
import { planMetrics } from "./plan.js";
import { metricsQuestion, openBuckets } from "./question.js";

type Init = MessageInitShape<typeof QueryMetricsRequestSchema>;

const day = (text: string) => timestampFromMs(Date.parse(`${text}Z`));
const days = { from: day("2024-03-01T00:00"), to: day("2024-04-10T00:00") };

function plan(request: Init, peopleMapped = false): string {
  const asked = create(QueryMetricsRequestSchema, {
    aggregation: Aggregation.COUNT,
    range: days,
    ...request,
  } as Init);
  return planMetrics(metricsQuestion(asked, { timeZone: "UTC", weekStart: 0 }, 0), { peopleMapped }).table;
}

const field = (name: string) => ({ scope: PropertyScope.FIELD, name });

describe("the plan of a question", () => {
  it("is the rollup of quarter hours where every edge is one of its, in any zone", () => {
    expect(plan({})).to.equal("rollup_quarter");
    expect(plan({ interval: Interval.DAY, timeZone: "Europe/Vienna" })).to.equal("rollup_quarter");
    expect(plan({ interval: Interval.HOUR, timeZone: "Asia/Kathmandu" })).to.equal("rollup_quarter");
    expect(plan({ interval: Interval.MONTH, type: "purchase" })).to.equal("rollup_quarter");
  });

  it("is the rollup of minutes for edges on minutes, and raw for others", () => {
    const { to } = days;
    expect(plan({ range: { from: day("2024-03-01T00:01"), to } })).to.equal("rollup_minute");
    expect(plan({ range: { from: day("2024-04-09T00:00"), to }, interval: Interval.MINUTE })).to.equal(
      "rollup_minute",
    );
    expect(plan({ range: { from: day("2024-03-01T00:00:30"), to } })).to.equal("events");
    // Monrovia was 44 minutes and 30 seconds behind.
    const old = { from: day("1960-01-01T00:00"), to: day("1960-02-01T00:00") };
    expect(plan({ range: old, interval: Interval.DAY, timeZone: "Africa/Monrovia" })).to.equal("events");
  });

  it("is raw for all that rollups do not hold", () => {
    const property = { scope: PropertyScope.EVENT, name: "amount" };
    expect(plan({ aggregation: Aggregation.SUM, property })).to.equal("events");
    expect(plan({ aggregation: Aggregation.UNIQUE_VALUES, property: field("country") })).to.equal("events");
    expect(plan({ filters: [{ property, op: FilterOp.SET }] })).to.equal("events");
    expect(plan({ filters: [{ property: field("browser"), op: FilterOp.SET }] })).to.equal("events");
    expect(plan({ breakdown: [field("country"), field("page_path")] })).to.equal("events");
    expect(plan({ type: "identify" })).to.equal("events");
  });

  it("takes rollups for conditions and breakdowns by what they are keyed by", () => {
    const filters = [{ property: field("country"), op: FilterOp.CONTAINS, values: ["A"] }];
    const breakdown = [field("type"), field("device_class")];
    expect(plan({ filters, breakdown })).to.equal("rollup_quarter");
  });

  it("takes them for users only where nobody goes by two ids", () => {
    expect(plan({ aggregation: Aggregation.UNIQUE_USERS })).to.equal("rollup_quarter");
    expect(plan({ aggregation: Aggregation.UNIQUE_USERS }, true)).to.equal("events");
    expect(plan({ aggregation: Aggregation.COUNT }, true)).to.equal("rollup_quarter");
  });
});

describe("open buckets", () => {
  it("are those whose end the watermark has not passed by a minute", () => {
    const buckets = { starts: [0, 60_000, 120_000], ends: [60_000, 120_000, 180_000] };
    expect(openBuckets(buckets, 0)).to.deep.equal([0, 1, 2]);
    expect(openBuckets(buckets, 119_999)).to.deep.equal([0, 1, 2]);
    expect(openBuckets(buckets, 120_000)).to.deep.equal([1, 2]);
    expect(openBuckets(buckets, 240_000)).to.deep.equal([]);
  });
});
