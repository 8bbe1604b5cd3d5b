import { expect } from "chai";
import { PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { TrendComparisonUnit, TrendMath } from "../../gen/ts/tideline/query/v1/trend_pb.js";
import { UserError } from "../target.js";
import { parseComparison, parseSeries } from "./trend.js";

const said = (text: string) => {
  const { event, math, percentile, property } = parseSeries(text);
  return [event?.type, math, percentile, property?.name];
};

describe("a series on the command line", () => {
  it("is a type, a measure and a property", () => {
    expect(said("purchase")).to.deep.equal(["purchase", TrendMath.COUNT, 0, undefined]);
    expect(said("*")).to.deep.equal(["", TrendMath.COUNT, 0, undefined]);
    expect(said("*:wau")).to.deep.equal(["", TrendMath.WEEKLY_ACTIVE, 0, undefined]);
    expect(said("purchase:sum:cart.total")).to.deep.equal(["purchase", TrendMath.SUM, 0, "cart.total"]);
    expect(said("purchase:median:amount")).to.deep.equal(["purchase", TrendMath.PERCENTILE, 50, "amount"]);
    expect(said("page:p99.9-per-user")).to.deep.equal([
      "page",
      TrendMath.PERCENTILE_PER_USER,
      99.9,
      undefined,
    ]);
    expect(said("page:median-per-user")).to.deep.equal([
      "page",
      TrendMath.PERCENTILE_PER_USER,
      50,
      undefined,
    ]);
    expect(parseSeries("page:max:field:local_hour").property?.scope).to.equal(PropertyScope.FIELD);
    // Types may have colons of their own.
    expect(said("cart\\:add:users")).to.deep.equal(["cart:add", TrendMath.UNIQUE_USERS, 0, undefined]);
  });

  it("is refused where there is no such measure", () => {
    for (const text of ["page:mode", "page:p101:x"])
      expect(() => parseSeries(text), text).to.throw(UserError);
  });
});

describe("a comparison on the command line", () => {
  it("is the period before, or so many units", () => {
    expect(parseComparison("before").count).to.equal(0);
    const asked = (text: string) => [parseComparison(text).count, parseComparison(text).unit];
    expect(asked("12h")).to.deep.equal([12, TrendComparisonUnit.HOUR]);
    expect(asked("7d")).to.deep.equal([7, TrendComparisonUnit.DAY]);
    expect(asked("1mo")).to.deep.equal([1, TrendComparisonUnit.MONTH]);
    expect(asked("1y")).to.deep.equal([1, TrendComparisonUnit.YEAR]);
    for (const text of ["", "0d", "7", "d", "1m", "-7d"])
      expect(() => parseComparison(text), text).to.throw(UserError);
  });
});
