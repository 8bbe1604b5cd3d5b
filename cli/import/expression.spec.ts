import { expect } from "chai";
import { compile } from "./expression.js";
import { MappingError, UnmappableError } from "./record.js";
import { pathReader } from "./sources/json.js";

const context = { field: pathReader, file: "sales.csv" };
const record = { a: "6", b: "2.55", c: "C17", empty: "", flag: "yes", list: [1], nested: { x: 1 } };
const run = (source: unknown, line = 3) => compile(source, context, "here")({ line, record });

describe("a mapping's expressions", () => {
  it("read fields and compute with numbers as doubles", () => {
    expect(run("nested.x")).to.equal(1);
    expect(run({ const: "a" })).to.equal("a");
    expect(run({ multiply: ["a", "b"] })).to.equal(6 * 2.55);
    expect(run({ add: ["a", { const: 1 }] })).to.equal(7);
    expect(run({ divide: ["a", { const: 0 }] })).to.equal(undefined);
    expect(run({ integer: "a" })).to.equal(6);
    expect(run({ boolean: "flag" })).to.equal(true);
  });

  it("make texts", () => {
    expect(run({ concat: ["c", { const: "-" }, { line: [] }, { const: "@" }, { file: [] }] })).to.equal(
      "C17-3@sales.csv",
    );
    expect(run({ replace: ["c", "^C", ""] })).to.equal("17");
    expect(run({ replace: ["c", "^.*$", ""] })).to.equal(undefined);
    expect(run({ lower: "c" })).to.equal("c17");
    expect(run({ hash: ["a", "b"] }))
      .to.match(/^[0-9a-f]{32}$/)
      .and.not.equal(run({ hash: ["a2", ".55"] }));
    expect(run({ lookup: ["a", { "6": "six" }] })).to.equal("six");
  });

  it("decide", () => {
    expect(run({ if: [{ starts_with: ["c", "C"] }, { const: "refund" }, { const: "purchase" }] })).to.equal(
      "refund",
    );
    expect(run({ if: [{ greater: ["a", 6] }, "a"] })).to.equal(undefined);
    expect(
      run({ all: [{ present: "a" }, { not: { present: "empty" } }, { matches: ["c", "^C\\d+$"] }] }),
    ).to.equal(true);
    expect(run({ any: [{ equals: ["a", "7"] }, { less: ["b", 2] }, { contains: ["c", "1"] }] })).to.equal(
      true,
    );
    expect(run({ first: ["empty", "missing", "b"] })).to.equal("2.55");
  });

  it("give nothing for what is missing, and refuse what can't be cast", () => {
    expect(run({ number: "empty" })).to.equal(undefined);
    expect(run({ multiply: ["missing", "a"] })).to.equal(undefined);
    expect(() => run({ number: "c" })).to.throw(UnmappableError, "here.number: not a number");
    expect(() => run({ integer: "b" })).to.throw(UnmappableError, "not a whole number");
    expect(() => run({ time: ["c"] })).to.throw(UnmappableError, "not a time");
  });

  it("count within a value", () => {
    const count = compile({ counter: "c" }, context, "here");
    const of = (c: string) => count({ line: 1, record: { c } });
    expect([of("x"), of("y"), of("x"), of("x")]).to.deep.equal([1, 1, 2, 3]);
  });

  it("are refused with their place where they are none", () => {
    for (const source of [
      { nope: 1 },
      { constructor: 1 },
      {},
      { a: 1, b: 2 },
      7,
      null,
      { time: ["a", "soon"] },
    ]) {
      expect(() => run(source), JSON.stringify(source)).to.throw(MappingError, "here");
    }
    expect(() => run({ concat: ["a", { matches: ["a", "("] }] })).to.throw(
      MappingError,
      "here.concat[1].matches",
    );
  });
});
