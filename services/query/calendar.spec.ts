import { expect } from "chai";
import { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { type Buckets, bucketsMax, bucketsOf, type CalendarRange, type WeekStart } from "./calendar.js";
import { wallClock } from "./testing/recount.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function buckets(
  range: Partial<CalendarRange> & Pick<CalendarRange, "fromMs" | "toMs" | "interval">,
): Buckets {
  const found = bucketsOf({ timeZone: "UTC", weekStart: "monday", ...range });
  if (found === undefined) throw new Error("too many buckets");
  return found;
}

/** What a bucket is called by the wall clock: two neighbouring instants with one name are in one bucket. */
const names: Partial<Record<Interval, (clock: string, weekStart: WeekStart) => string>> = {
  [Interval.MINUTE]: (clock) => clock,
  [Interval.QUARTER_HOUR]: (clock) => `${clock.slice(0, 14)}${Math.floor(Number(clock.slice(14, 16)) / 15)}`,
  [Interval.HOUR]: (clock) => clock.slice(0, 13),
  [Interval.DAY]: (clock) => clock.slice(0, 10),
  [Interval.WEEK]: (clock, weekStart) => {
    const date = Date.parse(`${clock.slice(0, 10)}T00:00:00Z`) / dayMs;
    return String(Math.floor((date + (weekStart === "monday" ? 3 : 4)) / 7));
  },
  [Interval.MONTH]: (clock) => clock.slice(0, 7),
};

/** Walks the range by minutes and notes where the name changes, or where the clock reads a whole unit again. */
function walked(range: CalendarRange): number[] {
  const name = names[range.interval];
  if (name === undefined) throw new Error("no name");
  const unit = { [Interval.MINUTE]: 1, [Interval.QUARTER_HOUR]: 15, [Interval.HOUR]: 60 }[
    range.interval as number
  ];
  const starts: number[] = [];
  let last = name(wallClock(range.timeZone, range.fromMs - minuteMs), range.weekStart);
  const stepMs = unit === undefined ? 15 * minuteMs : minuteMs;
  for (let at = range.fromMs; at < range.toMs; at += stepMs) {
    const clock = wallClock(range.timeZone, at);
    const now = name(clock, range.weekStart);
    if (now !== last || (unit !== undefined && Number(clock.slice(14, 16)) % unit === 0)) starts.push(at);
    last = now;
  }
  return starts;
}

const zones = [
  "UTC",
  "Europe/Vienna",
  "America/Santiago",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
];

describe("buckets of time", () => {
  it("begin where the wall clock says so, over every change of the clock", function () {
    this.timeout(30_000);
    const changes = [
      "2024-03-31T01:00Z",
      "2024-10-27T01:00Z",
      "2024-04-07T03:00Z",
      "2024-09-08T04:00Z",
      "2024-04-06T15:00Z",
    ];
    for (const timeZone of zones) {
      for (const change of changes.map((text) => Date.parse(text))) {
        for (const interval of [Interval.MINUTE, Interval.QUARTER_HOUR, Interval.HOUR, Interval.DAY]) {
          const span = interval === Interval.DAY ? 4 * dayMs : 5 * hourMs;
          const range = {
            fromMs: change - span,
            toMs: change + span,
            interval,
            timeZone,
            weekStart: "monday" as const,
          };
          const starts = buckets(range).starts.filter((start) => start >= range.fromMs);
          expect(starts, `${timeZone} ${interval} ${new Date(change).toISOString()}`).to.deep.equal(
            walked(range),
          );
        }
      }
    }
  });

  it("are weeks from either first day, and months", function () {
    this.timeout(30_000);
    for (const timeZone of zones) {
      for (const weekStart of ["monday", "sunday"] as const) {
        for (const interval of [Interval.WEEK, Interval.MONTH]) {
          const [fromMs, toMs] = [Date.parse("2024-02-20T00:00Z"), Date.parse("2024-04-20T00:00Z")];
          const range = { fromMs, toMs, interval, timeZone, weekStart };
          const starts = buckets(range).starts.filter((start) => start >= fromMs);
          expect(starts, `${timeZone} ${weekStart} ${interval}`).to.deep.equal(walked(range));
        }
      }
    }
  });

  it("cover the range without gaps, from the one that it begins in", () => {
    const fromMs = Date.parse("2024-03-31T00:17:03.123Z");
    for (const interval of [
      Interval.MINUTE,
      Interval.QUARTER_HOUR,
      Interval.HOUR,
      Interval.DAY,
      Interval.WEEK,
      Interval.MONTH,
    ]) {
      const { starts, ends } = buckets({
        fromMs,
        toMs: fromMs + 3 * dayMs,
        interval,
        timeZone: "Europe/Vienna",
      });
      expect(starts[0]).to.be.at.most(fromMs);
      expect(ends[0]).to.be.above(fromMs);
      expect(starts.slice(1)).to.deep.equal(ends.slice(0, -1));
      expect(starts.at(-1)).to.be.below(fromMs + 3 * dayMs);
      expect(ends.at(-1)).to.be.at.least(fromMs + 3 * dayMs);
    }
  });

  it("have 23 and 25 hours when the clocks change, and begin at one where midnight is skipped", () => {
    const hours = (timeZone: string, from: string, to: string) => {
      const found = buckets({
        fromMs: Date.parse(from),
        toMs: Date.parse(to),
        interval: Interval.DAY,
        timeZone,
      });
      return found.starts.map((start, index) => ((found.ends[index] ?? 0) - start) / hourMs);
    };
    expect(hours("Europe/Vienna", "2024-03-29T23:00Z", "2024-04-01T22:00Z")).to.deep.equal([24, 23, 24]);
    expect(hours("Europe/Vienna", "2024-10-25T22:00Z", "2024-10-28T23:00Z")).to.deep.equal([24, 25, 24]);
    expect(hours("America/Santiago", "2024-09-07T04:00Z", "2024-09-09T03:00Z")).to.deep.equal([24, 23]);
    expect(hours("America/Santiago", "2024-04-06T03:00Z", "2024-04-08T04:00Z")).to.deep.equal([25, 24]);
    // Samoa went without the 30th of December 2011.
    expect(hours("Pacific/Apia", "2011-12-29T10:00Z", "2011-12-31T10:00Z")).to.deep.equal([24, 24]);
  });

  it("are one over the whole range without an interval, and refused above the limit", () => {
    expect(buckets({ fromMs: 5, toMs: 77, interval: Interval.UNSPECIFIED })).to.deep.equal({
      starts: [5],
      ends: [77],
    });
    const most = { fromMs: 0, toMs: bucketsMax * minuteMs, interval: Interval.MINUTE };
    expect(buckets(most).starts.length).to.equal(bucketsMax);
    const range = { ...most, toMs: most.toMs + 1, timeZone: "UTC", weekStart: "monday" as const };
    expect(bucketsOf(range)).to.equal(undefined);
    expect(bucketsOf({ ...range, fromMs: -1e14, toMs: 1e14, interval: Interval.DAY })).to.equal(undefined);
  });
});
