import { expect } from "chai";
import { partitionOf } from "./partition.js";

describe("partitionOf", () => {
  it("never changes for a visitor: these are in logs already", () => {
    const golden = ["v1", "v2", "ü", ""].map((visitor) => partitionOf("p1", visitor, 16));
    expect(golden).to.deep.equal([2, 4, 5, 12]);
  });

  it("spreads visitors evenly", () => {
    const counts = new Array<number>(16).fill(0);
    for (let index = 0; index < 16_000; index++) {
      const partition = partitionOf("p1", `visitor-${index}`, 16);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    for (const count of counts) expect(count).to.be.within(850, 1_150);
  });
});
