import { expect } from "chai";
import { PayloadHash } from "./payload-hash.js";

const hexOf = (text: string): string => {
  const hash = new PayloadHash();
  const bytes = Buffer.from(`__${text}__`);
  hash.hash(bytes, 2, bytes.length - 2);
  return [...hash.words].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
};

describe("the payload hash", () => {
  it("is MurmurHash3_x86_128", () => {
    expect(hexOf("")).to.equal("0".repeat(32));
    expect(hexOf("The quick brown fox jumps over the lazy dog")).to.equal("2f1583c3ecee2c675d7bf66ce5e91d2c");
    expect(hexOf("I will not buy this record, it is scratched.")).to.equal(
      "a0a9683b25ac5e40d9af2895890dddf5",
    );
  });

  it("tells texts of every length apart", () => {
    const seen = new Set<string>();
    for (let length = 0; length < 200; length++) seen.add(hexOf("a".repeat(length)));
    expect(seen.size).to.equal(200);
  });
});
