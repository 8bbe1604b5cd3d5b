import { expect } from "chai";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { TrendComparisonUnit } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { Fault } from "../../../platform/fault.js";
import { earlierRange } from "./earlier.js";

const { HOUR, DAY, WEEK, MONTH, YEAR } = TrendComparisonUnit;

interface Asked {
  readonly count?: number;
  readonly unit?: TrendComparisonUnit;
  readonly interval?: Interval;
  readonly timeZone?: string;
}

function earlier(from: string, to: string, asked: Asked = {}): string[] {
  const { count = 0, unit = DAY, interval = Interval.DAY, timeZone = "UTC" } = asked;
  const range = {
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    endsNow: false,
    startsOpen: false,
    isStartChosen: false,
  };
  const found = earlierRange({ count, unit }, { range, interval, timeZone });
  return [found.fromMs, found.toMs].map((ms) => new Date(ms).toISOString().replace(":00.000Z", "Z"));
}

describe("the earlier time of a comparison", () => {
  it("is as many days before, at the same time of day", () => {
    expect(earlier("2020-01-15T00:00Z", "2020-01-20T00:00Z")).to.deep.equal([
      "2020-01-10T00:00Z",
      "2020-01-15T00:00Z",
    ]);
    // Today is not over: neither is what it is compared with.
    expect(earlier("2020-01-15T00:00Z", "2020-01-19T12:00Z")).to.deep.equal([
      "2020-01-10T00:00Z",
      "2020-01-14T12:00Z",
    ]);
  });

  it("is of whole days also where one of them has 23 hours", () => {
    const asked = { timeZone: "Europe/Vienna" };
    expect(earlier("2024-03-31T22:00Z", "2024-04-01T22:00Z", asked)).to.deep.equal([
      "2024-03-30T23:00Z",
      "2024-03-31T22:00Z",
    ]);
    const single = { ...asked, interval: Interval.UNSPECIFIED };
    expect(earlier("2024-03-31T22:00Z", "2024-04-01T22:00Z", single)[0]).to.equal("2024-03-30T23:00Z");
  });

  it("is as long a time where buckets are shorter than days and the range is not of days", () => {
    const asked = { interval: Interval.HOUR };
    expect(earlier("2020-01-15T06:00Z", "2020-01-15T17:00Z", asked)).to.deep.equal([
      "2020-01-14T19:00Z",
      "2020-01-15T06:00Z",
    ]);
  });

  it("is any number of units before", () => {
    const [from, to] = ["2024-03-31T00:00Z", "2024-04-01T00:00Z"];
    expect(earlier(from, to, { count: 2, unit: DAY })).to.deep.equal([
      "2024-03-29T00:00Z",
      "2024-03-30T00:00Z",
    ]);
    expect(earlier(from, to, { count: 1, unit: WEEK })).to.deep.equal([
      "2024-03-24T00:00Z",
      "2024-03-25T00:00Z",
    ]);
    expect(earlier(from, to, { count: 5, unit: HOUR })).to.deep.equal([
      "2024-03-30T19:00Z",
      "2024-03-31T19:00Z",
    ]);
    // February has no 31st: its last day.
    expect(earlier(from, to, { count: 1, unit: MONTH })).to.deep.equal([
      "2024-02-29T00:00Z",
      "2024-03-01T00:00Z",
    ]);
    expect(earlier("2024-02-29T00:00Z", to, { count: 1, unit: YEAR })[0]).to.equal("2023-02-28T00:00Z");
    // By the clock, which was set forward meanwhile.
    const vienna = { count: 1, unit: DAY, timeZone: "Europe/Vienna" };
    expect(earlier("2024-03-31T10:00Z", "2024-03-31T11:00Z", vienna)[0]).to.equal("2024-03-30T11:00Z");
  });

  it("is refused outside the years of events", () => {
    expect(() => earlier("2020-01-15T00:00Z", "2020-01-16T00:00Z", { count: 500, unit: YEAR })).to.throw(
      Fault,
      /^comparison: /,
    );
  });
});
