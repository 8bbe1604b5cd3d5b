import { expect } from "chai";
import { linearPattern } from "./linear-pattern.js";
import { seeded } from "./random-schema.js";

describe("patterns in linear time", () => {
  it("take counts as the common ones of ids and hashes", () => {
    const hex = linearPattern("^[a-f0-9]{64}$");
    expect(hex.test("0123456789abcdef".repeat(4))).to.equal(true);
    expect(hex.test("0".repeat(63))).to.equal(false);
    expect(linearPattern("^sp_[A-Za-z2-7]{26}$").test(`sp_${"a".repeat(26)}`)).to.equal(true);
    expect(linearPattern("^.{1,255}$").test("a".repeat(256))).to.equal(false);
    expect(linearPattern("^(?<year>\\d{4})-(\\d{2}){1,30}$").test("2026-0102")).to.equal(true);
    expect(linearPattern("^[A-Za-z0-9_-]{255}$").test("_".repeat(255))).to.equal(true);
    expect(linearPattern("^a{20,}$").test("a".repeat(19))).to.equal(false);
  });

  it("mean what they mean to any engine, written out or not", () => {
    const next = seeded(Number(process.env["SEED"] ?? 7));
    const one = (list: readonly string[]) => list[Math.floor(next() * list.length)] ?? "";
    for (let round = 0; round < 200; round++) {
      const atom = () => one(["a", "b", "[ab{}]", "(a|b)", "(?:ab)", "\\{", "(?<n>a)", "[^\\]]", "\\x61"]);
      const parts = Array.from(
        { length: 3 },
        () => atom() + one(["", "{2}", "{1,3}", "{0,2}?", "{2,}", "*", "+?"]),
      );
      const pattern = `^${parts.join(one(["", "|"]))}$|${"b".repeat(3)}{17}`;
      let plain: RegExp;
      try {
        plain = new RegExp(pattern);
      } catch {
        // A group's name may stand in it twice.
        continue;
      }
      const linear = linearPattern(pattern);
      for (let count = 0; count < 20; count++) {
        const text = Array.from({ length: Math.floor(next() * 6) }, () =>
          one(["a", "b", "{", "}", "ab"]),
        ).join("");
        expect(linear.test(text), `${pattern} on ${text}`).to.equal(plain.test(text));
      }
    }
  });

  it("refuse what would take too long, or can't be run so", () => {
    const refused = [
      "(a{100}){100}",
      "(?=a)b{20}",
      "(a)\\1{20}",
      "[a-z]{5000}",
      "(a|b|c|d){200}",
      "[a-z]{501}",
      "a{3,2}",
      "(",
      "\\p{L}{20}",
    ];
    for (const pattern of refused) expect(() => linearPattern(pattern), pattern).to.throw("a pattern");
  });
});
