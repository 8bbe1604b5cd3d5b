import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly output: string;
  readonly missing: readonly string[];
}

interface Runner {
  runMocha(files: readonly string[], options: { timeoutMs: number; testMs: number }): Promise<Result>;
}

describe("the runner of test files", function () {
  this.timeout(30_000);
  let runner: Runner;
  let folder = "";
  before(async () => {
    runner = (await import(pathToFileURL(join(repoRoot, "tools/mocha.mjs")).href)) as Runner;
    folder = mkdtempSync(join(tmpdir(), "tideline-runner-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const runText = (text: string, timeoutMs = 20_000): Promise<Result> => {
    const file = join(folder, `${Math.random()}.mjs`);
    writeFileSync(file, text);
    return runner.runMocha([file], { timeoutMs, testMs: 1_000 });
  };
  const counts = ({ passed, failed, skipped }: Result) => ({ passed, failed, skipped });

  it("counts what passes, fails and is skipped", async () => {
    const result = await runText('it("a", () => {}); it("b", () => { throw new Error("bad b"); }); it("c");');
    const skippedInCi = process.env["CI"] === "true" ? { passed: 1, failed: 2, skipped: 0 } : undefined;
    expect(counts(result)).to.deep.equal(skippedInCi ?? { passed: 1, failed: 1, skipped: 1 });
    expect(result.output).to.include("bad b");
  });

  it("fails a file without tests", async () => {
    const result = await runText("");
    expect(counts(result)).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
    expect(result.output).to.include("ran no test");
  });

  it("fails a file that crashes, while loading or in a test", async () => {
    const loading = await runText('throw new Error("at load");');
    expect(counts(loading)).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
    expect(loading.output).to.include("at load");
    const testing = await runText('it("a", () => {}); it("b", () => process.exit(0));');
    expect(counts(testing)).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
    expect(testing.output).to.include("crashed");
  });

  it("ends and fails a file that takes too long", async () => {
    const result = await runText(
      'it("a", function () { this.timeout(0); return new Promise((r) => setTimeout(r, 1e6)); });',
      2_000,
    );
    expect(counts(result)).to.deep.equal({ passed: 0, failed: 1, skipped: 0 });
    expect(result.output).to.include("took too long");
  });

  it("collects what the machine lacks, which fails in CI", async () => {
    const support = pathToFileURL(join(repoRoot, "dist/tests/support/missing.js")).href;
    const result = await runText(`
      import { requireOutside } from "${support}";
      it("a", () => {});
      describe("b", () => {
        before(function () { requireOutside(this, "shared/no/such/folder"); });
        it("c", () => {});
        it("d", () => {});
      });`);
    if (process.env["CI"] === "true") {
      expect(counts(result)).to.deep.equal({ passed: 1, failed: 1, skipped: 0 });
    } else {
      expect(counts(result)).to.deep.equal({ passed: 1, failed: 0, skipped: 2 });
      expect(result.missing).to.have.lengthOf(1);
      expect(result.missing[0]).to.match(/^shared\/no\/such\/folder/);
    }
  });

  it("refuses a test that was singled out", async () => {
    const only = "only";
    const result = await runText(`it.${only}("a", () => {}); it("b", () => {});`);
    expect(result.failed).to.equal(1);
  });
});
