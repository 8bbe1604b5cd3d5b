// The analytics cases of shared/vectors, against the stack through the conformance runner.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Kind } from "../conformance/analytics/case-shape.js";
import { askableKinds } from "../conformance/analytics/run/ask.js";
import { AdminService } from "../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { requireOutside } from "./support/missing.js";
import { clientOf } from "./support/own-project.js";
import { type Ran, runCommand } from "./support/run.js";
import { useStack } from "./support/stack.js";

interface GivenCase {
  readonly name: string;
  readonly kind: Kind;
}

const runMsMax = 110_000;
describe("Analytics cases", () => {
  const stack = useStack();
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tideline-conformance-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const answersFile = () => join(folder, "answers.json");

  function run(cases: readonly object[]): Promise<Ran> {
    const file = join(folder, "cases.json");
    writeFileSync(file, JSON.stringify(cases));
    const args = ["dist/conformance/main.js", "analytics", file, "--answers", answersFile()];
    return runCommand(process.execPath, args, { env: { TIDELINE_DATA: stack.data }, msMax: runMsMax });
  }

  const lastLine = ({ stdout }: Ran) => stdout.trimEnd().split("\n").at(-1);

  async function projectNames(): Promise<string[]> {
    const admin = clientOf(AdminService, stack.file(), stack.file().keys.operator);
    const names: string[] = [];
    for (let pageToken = ""; ; ) {
      const page = await admin.listProjects({ pageToken });
      names.push(...page.projects.map(({ name }) => name));
      pageToken = page.nextPageToken;
      if (pageToken === "") return names;
    }
  }

  it("semantics_cases: all pass, and leave no project behind", async function () {
    const file = requireOutside(this, "shared/vectors/semantics_cases.json");
    const cases = (JSON.parse(readFileSync(file, "utf8")) as GivenCase[]).filter(({ kind }) =>
      askableKinds.includes(kind),
    );
    const ran = await run(cases);
    expect(lastLine(ran), ran.stdout).to.equal(`${cases.length} passed, 0 failed`);
    expect(ran.code).to.equal(0);
    const answers: { name: string; got: unknown }[] = JSON.parse(readFileSync(answersFile(), "utf8"));
    expect(answers.map(({ name }) => name)).to.deep.equal(cases.map(({ name }) => name));
    expect((await projectNames()).filter((name) => name.startsWith("conformance analytics"))).to.deep.equal(
      [],
    );
  });

  it("a runner tells what failed, and answers what expects nothing", async () => {
    const own = (name: string, expected?: object, interval = "day") => ({
      ...{ name, kind: "stickiness", timezone: "UTC", expected },
      events: [{ event: "a", user: "u", time: "2024-05-01T12:00:00Z", properties: {} }],
      query: { event: "a", interval, from: "2024-05-01T00:00:00Z", to: "2024-05-02T23:59:59Z" },
    });
    const ran = await run([
      own("right", { users: [1, null] }),
      own("wrong", { users: [0, 0] }),
      own("open"),
      own("impossible", { users: [1] }, "second"),
    ]);
    expect(ran.code).to.equal(1);
    expect(ran.stdout.trimEnd().split("\n")).to.deep.equal([
      "FAILED wrong",
      "  users[0]",
      "    expected 0",
      "    got      1",
      "FAILED impossible",
      "  the case",
      '    expected "an answer"',
      '    got      "there are no buckets of a second"',
      "1 answered without an expectation",
      "1 passed, 2 failed",
    ]);
    expect(JSON.parse(readFileSync(answersFile(), "utf8"))).to.deep.equal([
      { name: "right", got: { days: [1, 2], users: [1, 0] } },
      { name: "wrong", got: { days: [1, 2], users: [1, 0] } },
      { name: "open", got: { days: [1, 2], users: [1, 0] } },
      { name: "impossible", got: null },
    ]);
  });
});
