import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { avroChanges } from "./diff.js";
import { avroRules } from "./rules.js";

/** The rows of a table in docs/registry.md, between two of its headings. */
const rowsBetween = (from: string, to: string): [string, string][] => {
  const docs = readFileSync(join(repoRoot, "docs/registry.md"), "utf8");
  const avro = docs.slice(docs.indexOf("\n## Avro\n"));
  const part = avro.slice(avro.indexOf(from), avro.indexOf(to));
  return [...part.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, id = "", text = ""]) => [id, text]);
};

describe("Avro: what the documentation tells", () => {
  it("is every rule, and no other", () => {
    const rows = rowsBetween("### What can be read", "### What changed");
    expect(rows.filter(([id]) => id !== "STEPS_EXCEEDED")).to.deep.equal(Object.entries(avroRules));
    expect(rows.map(([id]) => id)).to.include("STEPS_EXCEEDED");
  });

  it("is every change, and no other", () => {
    expect(rowsBetween("### What changed", "### Events")).to.deep.equal(Object.entries(avroChanges));
  });
});
