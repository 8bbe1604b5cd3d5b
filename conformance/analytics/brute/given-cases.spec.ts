// The brute force on the cases of shared/vectors, whose expectations are of a peer's own suites.
import { expect } from "chai";
import { requireOutside } from "../../../tests/support/missing.js";
import { readAnalyticsCases } from "../case-file.js";
import { unmet } from "../expectation.js";
import { evaluate } from "./evaluate.js";

describe("Brute force on the given cases", () => {
  it("answers every one as its source expects", function () {
    this.timeout(30_000);
    const cases = readAnalyticsCases(requireOutside(this, "shared/vectors/semantics_cases.json"));
    const failed = cases.flatMap((given) => {
      const failures = unmet(given, evaluate(given));
      return failures.length === 0 ? [] : [{ name: given.name, failures }];
    });
    expect(failed).to.deep.equal([]);
    expect(cases.length).to.be.at.least(100);
  });
});
