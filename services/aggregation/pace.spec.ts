import { expect } from "chai";
import { Pace } from "./pace.js";

describe("the pace of ranges", () => {
  const paceAt = (...insertsMs: number[]): Pace => {
    const pace = new Pace({ rangeAgeMs: 1_000, rangeAgeMinMs: 250 });
    for (const tookMs of insertsMs) pace.inserted(tookMs);
    return pace;
  };

  it("is the quickest allowed where inserts are cheap", () => {
    expect(paceAt().rangeAgeMs(4)).to.equal(250);
    expect(paceAt(10).rangeAgeMs(4)).to.equal(250);
  });

  it("slows down with the time of inserts and the number of partitions, up to a bound", () => {
    expect(paceAt(40).rangeAgeMs(4)).to.equal(480);
    expect(paceAt(50).rangeAgeMs(2)).to.equal(300);
    expect(paceAt(40).rangeAgeMs(16)).to.equal(1_000);
    expect(paceAt(900).rangeAgeMs(1)).to.equal(1_000);
  });

  it("follows a mean, not the last insert", () => {
    expect(paceAt(40, 140).rangeAgeMs(1)).to.equal(250);
    expect(paceAt(100, 200).rangeAgeMs(2)).to.be.closeTo(720, 1);
  });
});
