import { expect } from "chai";
import { Budget } from "../rules/budget.js";
import { seeded } from "./random-schema.js";
import { TextSearch } from "./regular.js";

const search = () => new TextSearch(new Budget(2_000_000));

/** A random pattern of the forms that are read, over few letters. */
const randomPattern = (next: () => number): string => {
  const one = (list: readonly string[]) => list[Math.floor(next() * list.length)] ?? "";
  const atom = (depth: number): string =>
    next() < 0.25 && depth > 0
      ? `(${sequence(depth - 1)}|${sequence(depth - 1)})`
      : one(["a", "b", "c", "[ab]", "[^a]", "\\d", ".", "\\w", "[a-c1]", "(?:ab)", "\\.", "x"]);
  const sequence = (depth: number): string =>
    Array.from(
      { length: Math.floor(next() * 3) + 1 },
      () => atom(depth) + one(["", "", "*", "+", "?", "{2}", "{1,2}"]),
    ).join("");
  return one(["", "^", "^"]) + sequence(2) + one(["", "$", "$"]);
};

const randomText = (next: () => number): string =>
  Array.from({ length: Math.floor(next() * 5) }, () => "abc1.x\n"[Math.floor(next() * 7)]).join("");

describe("patterns as automata", () => {
  it("find the texts that the engine matches", () => {
    const next = seeded(Number(process.env["SEED"] ?? 7));
    let found = 0;
    for (let round = 0; round < 300; round++) {
      const [one, other] = [randomPattern(next), randomPattern(next)];
      const [first, second] = [new RegExp(one), new RegExp(other)];
      const both = search().find({ in: [one, other], out: [] });
      if (typeof both === "string") {
        expect(first.test(both) && second.test(both), `${one} and ${other}: ${both}`).to.equal(true);
      }
      const only = search().find({ in: [one], out: [other] });
      if (typeof only === "string") {
        found++;
        expect(first.test(only) && !second.test(only), `${one} not ${other}: ${only}`).to.equal(true);
      }
      for (let count = 0; count < 30; count++) {
        const text = randomText(next);
        if (!first.test(text)) continue;
        expect(second.test(text) && both === undefined, `${text}: ${one}, ${other}`).to.equal(false);
        expect(!second.test(text) && only === undefined, `${text}: ${one} without ${other}`).to.equal(false);
      }
    }
    expect(found).to.be.above(100);
  });

  it("know anchors, counts, classes and what they can't read", () => {
    const implies = (given: string, pattern: string) => search().implies([given], pattern);
    expect(implies("^a{2,4}$", "^a+$")).to.equal(true);
    expect(implies("^a+$", "^a{2,4}$")).to.equal(false);
    expect(implies("^[a-f]+$", "[a-z]")).to.equal(true);
    expect(implies("^(foo|bar)-\\d+$", "^\\w{3}-[0-9]")).to.equal(true);
    expect(implies("^\\s$", "^[^a]$")).to.equal(true);
    expect(implies("a", "")).to.equal(true);
    // A line end before the end of the text is no end here.
    expect(implies("^[^]*$", "^.*$")).to.equal(false);
    expect(search().isReadable("\\bword\\b")).to.equal(false);
    expect(implies("\\bword\\b", "word")).to.equal(false);
  });
});
