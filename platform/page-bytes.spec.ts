import { expect } from "chai";
import { rowsThatFit } from "./page-bytes.js";

describe("the rows of a page", () => {
  const size = (row: number) => row;

  it("are as many as fit", () => {
    expect(rowsThatFit([3, 3, 4, 1], size, 10)).to.equal(3);
    expect(rowsThatFit([3, 3, 4], size, 10)).to.equal(3);
    expect(rowsThatFit([], size, 10)).to.equal(0);
  });

  it("are one at least", () => {
    expect(rowsThatFit([11, 1], size, 10)).to.equal(1);
  });
});
