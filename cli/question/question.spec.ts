import { expect } from "chai";
import {
  Aggregation,
  FilterOp,
  Interval,
  PropertyScope,
} from "../../gen/ts/tideline/query/v1/question_pb.js";
import { UserError } from "../target.js";
import { parseFilter, parseProperty } from "./filter.js";
import { parseInterval, parseMeasure } from "./measure.js";
import { parseSpan, parseTime } from "./range.js";

describe("a question on the command line", () => {
  it("has conditions with every operator", () => {
    const cases: [string, string, FilterOp, string[]][] = [
      ["country=DE|AT", "country", FilterOp.EQUALS, ["DE", "AT"]],
      ["plan!=free", "plan", FilterOp.NOT_EQUALS, ["free"]],
      ["name~a=b", "name", FilterOp.CONTAINS, ["a=b"]],
      ["name!~x", "name", FilterOp.NOT_CONTAINS, ["x"]],
      ["path=~^/p|c$", "path", FilterOp.REGEX, ["^/p|c$"]],
      ["path!=~^/p", "path", FilterOp.NOT_REGEX, ["^/p"]],
      ["amount>=5", "amount", FilterOp.GREATER_OR_EQUAL, ["5"]],
      ["amount>5", "amount", FilterOp.GREATER, ["5"]],
      ["amount<=5", "amount", FilterOp.LESS_OR_EQUAL, ["5"]],
      ["amount<-5", "amount", FilterOp.LESS, ["-5"]],
      ["coupon?", "coupon", FilterOp.SET, []],
      ["!coupon?", "coupon", FilterOp.NOT_SET, []],
      ["q=what?", "q", FilterOp.EQUALS, ["what?"]],
    ];
    for (const [text, name, op, values] of cases) {
      const filter = parseFilter(text);
      expect([filter.property?.name, filter.op, filter.values], text).to.deep.equal([name, op, values]);
    }
    for (const text of ["", "amount", "=5", "field:=5"]) {
      expect(() => parseFilter(text), text).to.throw(UserError);
    }
  });

  it("names properties of the event, its fields and the user", () => {
    expect(parseProperty("items.0.price")).to.include({ scope: PropertyScope.EVENT, name: "items.0.price" });
    expect(parseProperty("field:country")).to.include({ scope: PropertyScope.FIELD, name: "country" });
    expect(parseProperty("user:plan")).to.include({ scope: PropertyScope.USER, name: "plan" });
    expect(() => parseProperty("field:")).to.throw(UserError);
  });

  it("has measures and intervals by their words", () => {
    expect(parseMeasure("users").aggregation).to.equal(Aggregation.UNIQUE_USERS);
    expect(parseMeasure("p99.9")).to.deep.equal({ aggregation: Aggregation.PERCENTILE, percentile: 99.9 });
    expect(parseMeasure("p100").percentile).to.equal(100);
    expect(() => parseMeasure("p101")).to.throw(UserError);
    expect(parseInterval("15m")).to.equal(Interval.QUARTER_HOUR);
    expect(() => parseInterval("year")).to.throw(UserError, "month");
  });

  it("has times of day in a zone, with an offset, or ago", () => {
    const now = Date.UTC(2026, 10, 20, 9, 30);
    const at = (text: string, zone = "UTC") => new Date(parseTime(text, zone, now)).toISOString();
    expect(at("2026-11-20")).to.equal("2026-11-20T00:00:00.000Z");
    expect(at("2026-11-20T09:30", "Europe/Vienna")).to.equal("2026-11-20T08:30:00.000Z");
    expect(at("2026-07-01", "Europe/Vienna")).to.equal("2026-06-30T22:00:00.000Z");
    expect(at("2026-11-20T09:30:00+02:00", "Europe/Vienna")).to.equal("2026-11-20T07:30:00.000Z");
    expect(at("90m")).to.equal("2026-11-20T08:00:00.000Z");
    expect(at("now")).to.equal("2026-11-20T09:30:00.000Z");
    expect(parseSpan("30d")).to.equal(30 * 86_400_000);
    for (const text of ["yesterday", "2026-13-01", "20.11.2026"])
      expect(() => at(text), text).to.throw(UserError);
    expect(() => at("2026-11-20", "Mars/X")).to.throw(UserError, "Mars/X");
  });
});
