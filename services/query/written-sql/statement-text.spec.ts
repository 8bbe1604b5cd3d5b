import { expect } from "chai";
import { isAllowedFunction } from "./functions.js";
import { engineParameters } from "./parameters.js";
import { firstWord, hasUnclearName, hasWord, indexOfByte, placeOf, placeOfName } from "./statement-text.js";

describe("places in a statement", () => {
  it("count lines and characters from 1", () => {
    const text = "SELECT 'ä😀',\n\tfoo";
    expect(placeOf(text, 0)).to.deep.equal({ line: 1, column: 1 });
    expect(placeOf(text, text.indexOf("foo"))).to.deep.equal({ line: 2, column: 2 });
    expect(placeOf(text, text.indexOf(","))).to.deep.equal({ line: 1, column: 12 });
    expect(indexOfByte(text, Buffer.byteLength("SELECT 'ä😀'"))).to.equal("SELECT 'ä😀'".length);
  });

  const places: [string, string, [number, number] | undefined][] = [
    ["SELECT foo", "foo", [1, 8]],
    ["SELECT 'foo', /* foo */ -- foo\n# foo\n$$foo$$, $x$ foo $x$, foo", "foo", [3, 23]],
    ["SELECT food, FOO", "foo", [1, 14]],
    ['SELECT "foo"', "foo", [1, 8]],
    ["SELECT 'it''s foo', 'a\\' foo', foo", "foo", [1, 32]],
    ["SELECT * FROM system.tables", "system.tables", [1, 15]],
    ["SELECT * FROM `a b`", "a b", [1, 15]],
    ["SELECT 'foo", "foo", undefined],
    ["SELECT 1 /* foo", "foo", undefined],
    ["SELECT a1foo, 1foo", "foo", undefined],
  ];
  for (const [text, name, place] of places) {
    it(`finds ${name} in ${JSON.stringify(text)}`, () => {
      const [line = 0, column = 0] = place ?? [];
      expect(placeOfName(text, name)).to.deep.equal(place === undefined ? undefined : { line, column });
    });
  }

  it("are found in no more time than a look at each character takes", () => {
    const started = performance.now();
    for (const sign of ["/*", "'", "`", "$a$", "--", "\\"]) {
      hasUnclearName(sign.repeat(65_536 / sign.length));
      placeOfName(sign.repeat(65_536 / sign.length), "x");
    }
    expect(performance.now() - started).to.be.below(2_000);
  });

  it("tell names that could be taken for something else", () => {
    for (const name of ["`a\nb`", '"a\\nb"', "`a\\b`", "`\u0000`"])
      expect(hasUnclearName(`SELECT ${name}`)).to.equal(true);
    for (const text of ["SELECT 'a\nb'", "SELECT `a b`", "SELECT\n`a``b`"])
      expect(hasUnclearName(text)).to.equal(false);
    expect(hasWord("SELECT {x: /* */ Identifier}", "Identifier")).to.equal(true);
    expect(hasWord("SELECT 'Identifier', `Identifier`", "Identifier")).to.equal(false);
    expect(firstWord("/* drop */ -- x\n (((select 1")).to.equal("SELECT");
  });
});

describe("functions that may be called", () => {
  it("are those of their arguments alone, in any case, with what changes an aggregation", () => {
    for (const name of [
      "count",
      "COUNT",
      "uniqExactIf",
      "sumArrayIf",
      "quantileOrNull",
      "countDistinctIf",
      "toDate",
    ])
      expect(isAllowedFunction(name), name).to.equal(true);
    for (const name of ["sumState", "sumMerge", "uniqStateIf", "fileIf", "sleep", "lowerIf", "", "dictGet"])
      expect(isAllowedFunction(name), name).to.equal(false);
  });
});

describe("values for parameters", () => {
  it("stand for themselves, but for lists, tuples and maps", () => {
    const statement =
      "SELECT {a:String}, {b: Array(String)}, {c:Nullable(String)}, { d : LowCardinality(Nullable(Tuple(String))) }";
    const text = "it's\t\\\n";
    expect(
      engineParameters(statement, { a: text, b: "['x\\'']", c: text, d: "('\\\\')", e: "\\N" }),
    ).to.deep.equal({
      ...{ a: "it's\\t\\\\\\n", b: "['x\\'']", c: "it's\\t\\\\\\n", d: "('\\\\')", e: "\\\\N" },
    });
  });
});
