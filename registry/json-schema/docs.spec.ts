import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { caseDeviations } from "./case-deviations.js";
import { jsonRules } from "./rules.js";
import { suiteDeviations } from "./test-suite-deviations.js";

describe("docs/registry.md on JSON Schema", () => {
  const whole = readFileSync(join(repoRoot, "docs/registry.md"), "utf8");
  const [, ...sections] = whole.split(/^## /m);
  const section = sections.find((it) => it.startsWith("JSON Schema")) ?? "";

  it("lists every rule with what it means, and no other", () => {
    const listed = [...section.matchAll(/^\| ([A-Z]+(?:_[A-Z]+)+) \| (.*) \|$/gm)];
    const rules = Object.fromEntries(listed.map(([, rule, meaning]) => [rule, meaning]));
    expect(rules).to.deep.equal(jsonRules);
  });

  it("lists every deviation from the given cases with its reason", () => {
    const listed = [...section.matchAll(/^\| (json-\d+) \| (.*) \|$/gm)];
    expect(listed.map(([, id, reason]) => ({ id, reason }))).to.deep.equal(caseDeviations);
  });

  it("gives the reason of every deviation from the test suite", () => {
    for (const { reason } of suiteDeviations) expect(section.toLowerCase()).to.include(reason.toLowerCase());
  });
});
