import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { repoRoot } from "../platform/root.js";

describe("docs/faults.md", () => {
  it("has one row for every reason, in the order of the contract, and no other", () => {
    const text = readFileSync(join(repoRoot, "docs/faults.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(
      ([, name, number]) => `${name} ${number}`,
    );
    const reasons = Object.entries(FaultReason)
      .filter(([, number]) => typeof number === "number" && number !== FaultReason.UNSPECIFIED)
      .map(([name, number]) => `${name} ${number}`);
    expect(rows).to.deep.equal(reasons);
  });
});
