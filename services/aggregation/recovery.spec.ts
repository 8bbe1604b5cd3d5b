import { expect } from "chai";
import { type Expected, type Found, PartialRangeError, planRecovery, rollupNames } from "./recovery.js";

const month = 202611;
const expected: Expected = {
  first: { sequence: 10, index: 0 },
  last: { sequence: 20, index: 4 },
  months: new Map([[month, { events: 50, counted: 40, countedFrom: 10, countedTo: 19 }]]),
  systemEvents: 10,
};

function found(events: number, upTo: readonly [number, number, number]): Found {
  const at = (value: number) => new Map(value === 0 ? [] : [[month, value]]);
  const [minute, quarter, day] = upTo;
  return {
    events: at(events),
    rollups: { rollup_minute: at(minute), rollup_quarter: at(quarter), rollup_day: at(day) },
  };
}

describe("what a range lacks after a restart of the engine", () => {
  it("is everything where nothing came", () => {
    expect(planRecovery(expected, found(0, [9, 9, 0]))).to.deep.equal([
      { kind: "events", month, alone: false },
    ]);
  });

  it("is each rollup that does not know the range", () => {
    expect(planRecovery(expected, found(50, [19, 9, 0]))).to.deep.equal([
      { kind: "rollup", rollup: "rollup_quarter", month },
      { kind: "rollup", rollup: "rollup_day", month },
      { kind: "people" },
    ]);
  });

  it("is the events alone where a rollup has them all the same", () => {
    expect(planRecovery(expected, found(0, [19, 0, 0]))).to.deep.equal([
      { kind: "events", month, alone: true },
    ]);
  });

  it("is nothing but what may be repeated where all is there", () => {
    expect(planRecovery(expected, found(50, [19, 19, 19]))).to.deep.equal([{ kind: "people" }]);
  });

  it("asks nothing of rollups where only system events came", () => {
    const system: Expected = {
      ...expected,
      months: new Map([[month, { events: 5, counted: 0, countedFrom: 0, countedTo: 0 }]]),
    };
    expect(planRecovery(system, found(5, [0, 0, 0]))).to.deep.equal([{ kind: "people" }]);
    expect(planRecovery(system, found(0, [0, 0, 0]))).to.deep.equal([
      { kind: "events", month, alone: false },
    ]);
  });

  it("is refused where a part of the events is there, or more than all", () => {
    for (const events of [1, 49, 51]) {
      expect(() => planRecovery(expected, found(events, [0, 0, 0]))).to.throw(PartialRangeError);
    }
    expect(rollupNames).to.have.length(3);
  });
});
