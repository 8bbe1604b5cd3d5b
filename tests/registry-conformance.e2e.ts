// The case files of shared/vectors, against the stack through the conformance runner.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { AdminService } from "../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { repoRoot } from "../platform/root.js";
import { requireOutside } from "./support/missing.js";
import { clientOf } from "./support/own-project.js";
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

  /** Registries that a run has made and not taken away. */
  async function leftBehind(): Promise<string[]> {
    const admin = clientOf(AdminService, stack.file(), stack.file().keys.operator);
    const names: string[] = [];
    for (let pageToken = ""; ; ) {
      const page = await admin.listProjects({ pageSize: 1_000, pageToken });
      names.push(...page.projects.map(({ name }) => name));
      pageToken = page.nextPageToken;
      if (pageToken === "") return names.filter((name) => name.startsWith("conformance "));
    }
  }
  afterEach(async () => expect(await leftBehind()).to.deep.equal([]));

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

  it("a runner tells what failed, and answers what expects nothing", async () => {
    const file = join(folder, "avro_own.json");
    const own = (id: string, more: object) => ({ id, name: `case ${id}`, level: "BACKWARD", ...more });
    const cases = [
      own("right", { previous: ["int"], next: "long", compatible: true }),
      own("wrong", { previous: ["long"], next: "int", compatible: true }),
      own("unsound", { previous: ["long"], next: "int", compatible: true, upstream_unsound: true }),
      own("open", { previous: ["string"], next: "int" }),
      own("invalid", { previous: ["nothing"], next: "int", compatible: true }),
    ];
    writeFileSync(file, JSON.stringify(cases));
    const ran = await run(file);
    expect(ran.code).to.equal(1);
    const lines = ran.stdout.trimEnd().split("\n");
    expect(lines.at(-1)).to.equal("2 passed, 2 failed");
    expect(lines.at(-2)).to.equal("1 answered without an expectation");
    expect(lines.filter((line) => line.startsWith("FAILED"))).to.deep.equal([
      "FAILED wrong case wrong",
      "FAILED invalid case invalid",
    ]);
    expect(JSON.parse(readFileSync(answersFile(), "utf8"))).to.deep.equal([
      { id: "right", got: true },
      { id: "wrong", got: false },
      { id: "unsound", got: false },
      { id: "open", got: false },
      { id: "invalid", got: null },
    ]);
  });

  it("a runner tells which step of a sequence was answered otherwise", async () => {
    const file = join(folder, "own_rest.json");
    const body = { schema: '"string"' };
    const steps = [
      { method: "POST", path: "/subjects/s/versions", body, save: { made: "/id" }, expect: { status: 200 } },
      { method: "GET", path: `/schemas/ids/$\{made}`, expect: { status: 200, body_includes: body } },
      { method: "GET", path: "/config", expect: { body: { compatibilityLevel: "FULL" } } },
      { method: "DELETE", path: "/config", expect: { status: 200 } },
      { method: "GET", path: "/config", expect: { body: { compatibilityLevel: "NONE" } } },
    ];
    writeFileSync(
      file,
      JSON.stringify([{ id: "r", name: "own", server_default_compatibility: "FULL", steps }]),
    );
    const ran = await run(file);
    expect(ran.code).to.equal(1);
    expect(ran.stdout.trimEnd().split("\n")).to.deep.equal([
      "FAILED r own",
      "  step 5: GET /config: body",
      '    expected {"compatibilityLevel":"NONE"}',
      '    got      {"compatibilityLevel":"FULL"}',
      "0 passed, 1 failed",
    ]);
  });

  it("a runner that is stopped takes away what it made", async () => {
    const file = join(folder, "many_rest.json");
    const steps = [{ method: "GET", path: "/subjects", expect: { status: 200 } }];
    const cases = Array.from({ length: 500 }, (_, index) => ({ id: `r${index}`, name: "own", steps }));
    writeFileSync(file, JSON.stringify(cases));
    const args = ["dist/conformance/main.js", "registry", file];
    const env = { ...process.env, TIDELINE_DATA: stack.data };
    const child = spawn(process.execPath, args, { cwd: repoRoot, env, stdio: "ignore" });
    const ended = once(child, "exit");
    const until = Date.now() + 20_000;
    while ((await leftBehind()).length === 0 && Date.now() < until) await sleep(50);
    child.kill("SIGINT");
    expect(await ended).to.deep.equal([130, null]);
  });
});
