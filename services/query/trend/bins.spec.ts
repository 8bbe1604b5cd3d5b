import { expect } from "chai";
import { BinEdges } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { type AskedBins, binLabel, edgesOf } from "./bins.js";

const width = (count: number): AskedBins => ({ count, edges: BinEdges.EQUAL_WIDTH });
const quantiles = (count: number): AskedBins => ({ count, edges: BinEdges.VALUE_QUANTILES });
const labels = (asked: AskedBins, found: readonly number[]): string[] => {
  const edges = edgesOf(asked, found);
  return edges.slice(1).map((_edge, index) => binLabel({ edges }, index, asked));
};

describe("numeric bins", () => {
  it("are of one width between the least and the greatest, which the last has", () => {
    expect(labels(width(4), [10, 40])).to.deep.equal(["[10,17.5)", "[17.5,25)", "[25,32.5)", "[32.5,40]"]);
    expect(labels(width(3), [0, 0.3])).to.deep.equal(["[0,0.1)", "[0.1,0.2)", "[0.2,0.3]"]);
    expect(edgesOf(width(3), [0, 0.3]).at(-1)).to.equal(0.3);
    expect(labels(width(5), [7, 7])).to.deep.equal(["[7,7]"]);
  });

  it("are quantiles cut to hundredths, as PostHog has them", () => {
    expect(labels(quantiles(4), [10, 17.5, 25, 32.5, 40])).to.deep.equal([
      "[10,17.5]",
      "[17.5,25]",
      "[25,32.5]",
      "[32.5,40.01]",
    ]);
    expect(labels(quantiles(3), [0, 4.95, 10.05, 15])).to.deep.equal([
      "[0,4.95]",
      "[4.95,10.05]",
      "[10.05,15.01]",
    ]);
    // Equal edges are one.
    expect(labels(quantiles(3), [1, 1.001, 1.009, 2.345])).to.deep.equal(["[1,2.35]"]);
    expect(labels(quantiles(2), [5, 5, 5])).to.deep.equal(["[5,5.01]"]);
    expect(labels(quantiles(1), [-0.011, 4.35])).to.deep.equal(["[-0.02,4.36]"]);
  });
});
