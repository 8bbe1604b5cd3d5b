import { expect } from "chai";
import { FunnelAttribution, FunnelFirstTime } from "../../gen/ts/tideline/query/v1/funnel_pb.js";
import { FilterOp } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { UserError } from "../target.js";
import { parseAttribution, parseExclusion, parseStep, parseWindow } from "./funnel.js";

describe("a funnel on the command line", () => {
  it("has steps of a type, with conditions, of any event, and of first times", () => {
    const { event } = parseStep("purchase[amount>10; field:country=AT|DE]");
    expect(event?.type).to.equal("purchase");
    expect(event?.filters?.map(({ op, values }) => [op, values])).to.deep.equal([
      [FilterOp.GREATER, ["10"]],
      [FilterOp.EQUALS, ["AT", "DE"]],
    ]);
    expect(parseStep("*").event).to.include({ type: "" });
    expect(parseStep("first:signup")).to.deep.include({ firstTime: FunnelFirstTime.OF_MATCHING });
    for (const text of ["", "[a=1]", "purchase[amount]"])
      expect(() => parseStep(text), text).to.throw(UserError);
  });

  it("has exclusions between steps counted from one, or over the whole funnel", () => {
    expect(parseExclusion("refund@1-2", 4)).to.deep.include({ fromStep: 0, toStep: 1 });
    expect(parseExclusion("refund", 4)).to.deep.include({ fromStep: 0, toStep: 3 });
    expect(parseExclusion("refund[a=b@c]@2-3", 4).event?.filters?.[0]?.values).to.deep.equal(["b@c"]);
    expect(() => parseExclusion("refund@0-2", 4)).to.throw(UserError);
  });

  it("has windows in seconds to weeks", () => {
    expect(["30s", "20m", "12h", "14d", "2w"].map(parseWindow)).to.deep.equal([
      30n,
      1_200n,
      43_200n,
      1_209_600n,
      1_209_600n,
    ]);
    for (const text of ["", "14", "d", "1.5h", "-1d"])
      expect(() => parseWindow(text), text).to.throw(UserError);
  });

  it("has values of the first, the last, all events or of a step counted from one", () => {
    expect(parseAttribution("3")).to.deep.equal({ attribution: FunnelAttribution.STEP, step: 2 });
    expect(parseAttribution("last")).to.deep.equal({ attribution: FunnelAttribution.LAST_TOUCH, step: 0 });
    for (const word of ["0", "middle"]) expect(() => parseAttribution(word), word).to.throw(UserError);
  });
});
