// The case files of shared/vectors, against the stack through the conformance runner.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { requireOutside } from "./support/missing.js";
import { type Ran, runCommand } from "./support/run.js";
import { useStack } from "./support/stack.js";

interface CompatCase {
  readonly id: string;
  readonly compatible: boolean;
  readonly upstream_unsound?: boolean;
  /** A search for an event that the writer allows and the reader does not. */
  readonly semantic_check?: { readonly status: string };
}

const runMsMax = 110_000;

describe("Registry cases", () => {
  const stack = useStack();
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tideline-conformance-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const answersFile = () => join(folder, "answers.json");

  function run(file: string): Promise<Ran> {
    const args = ["dist/conformance/main.js", "registry", file, "--answers", answersFile()];
    return runCommand(process.execPath, args, { env: { TIDELINE_DATA: stack.data }, msMax: runMsMax });
  }

  for (const name of ["rest_cases", "avro_compat_cases", "protobuf_compat_cases"]) {
    it(`${name}: all pass`, async function () {
      const file = requireOutside(this, `shared/vectors/${name}.json`);
      const ran = await run(file);
      const { length } = JSON.parse(readFileSync(file, "utf8"));
      expect(ran.stdout.trimEnd().split("\n").at(-1), ran.stdout).to.equal(`${length} passed, 0 failed`);
      expect(ran.code).to.equal(0);
    });
  }

  it("jsonschema_compat_cases: nearly all pass, and nothing is called compatible that breaks", async function () {
    const file = requireOutside(this, "shared/vectors/jsonschema_compat_cases.json");
    const ran = await run(file);
    const cases: CompatCase[] = JSON.parse(readFileSync(file, "utf8"));
    const [, passed = ""] = /^(\d+) passed, \d+ failed$/m.exec(ran.stdout) ?? [];
    expect(Number(passed), ran.stdout).to.be.at.least(cases.length * 0.95);
    const answers: { id: string; got: unknown }[] = JSON.parse(readFileSync(answersFile(), "utf8"));
    const verdicts = new Map(answers.map(({ id, got }) => [id, got]));
    const broken = cases.filter(
      ({ upstream_unsound, semantic_check }) =>
        upstream_unsound === true || semantic_check?.status === "counterexample",
    );
    expect(broken).to.not.be.empty;
    expect(broken.filter(({ id }) => verdicts.get(id) !== false).map(({ id }) => id)).to.deep.equal([]);
  });
});
