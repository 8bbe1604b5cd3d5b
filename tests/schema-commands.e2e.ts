// `tideline schemas` on one event type: check with its witness and on stored events, level, diff, roll back, delete,
// history.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeProject, type TestProject } from "./support/own-project.js";
import { drained } from "./support/questions.js";
import { runTideline } from "./support/run.js";
import { useStack } from "./support/stack.js";

describe("The schemas of an event type by command", () => {
  const stack = useStack();
  let project: TestProject;
  let folder: string;

  before(async () => {
    project = await makeProject(stack.file(), "Schema commands");
    folder = await mkdtemp(join(tmpdir(), "tideline-schema-commands-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function schemas(...args: string[]): Promise<[number, string]> {
    const own = ["--url", stack.file().http, "--key", project.keys.admin, "schemas"];
    const { code, stdout, stderr } = await runTideline([...own, ...args], { data: stack.data });
    return [code, `${stdout}${stderr}`];
  }
  const file = (version: number) => join(folder, `v${version}.json`);

  it("go from a check to the next version and back", async () => {
    const closed = (properties: object) => ({ type: "object", properties, additionalProperties: false });
    const texts = [
      closed({ amount: { type: "number" } }),
      closed({ amount: { type: "number" }, note: { type: "string" } }),
      closed({ amount: { type: "integer" } }),
    ];
    for (const [index, text] of texts.entries()) await writeFile(file(index + 1), JSON.stringify(text));
    const events = [1, 1.5, 2.5].map((amount, index) => ({
      eventId: `e${index}`,
      type: "sale",
      body: { case: "properties" as const, value: JSON.stringify({ amount }) },
    }));
    await project.ingest.publishEvents({ events });
    await drained(project.query, 3);

    expect((await schemas("register", "sale", file(1)))[0]).to.equal(0);
    const [fine, said] = await schemas("check", "sale", file(2));
    expect([fine, said]).to.deep.equal([
      0,
      "compatible (BACKWARD, compared with version 1); would be version 2\n0 of 3 stored events would fail\n",
    ]);
    const [broken, why] = await schemas("check", "sale", file(3));
    expect(broken).to.equal(1);
    expect(why)
      .to.match(/^incompatible \(BACKWARD/)
      .and.to.match(/such as \{"amount":/);
    expect(why).to.match(/2 of 3 stored events would fail\n {2}2 x amount type: .*such as event e/);
    expect((await schemas("register", "sale", file(3)))[0]).to.equal(1);
    expect((await schemas("register", "sale", file(2)))[0]).to.equal(0);
    expect((await schemas("diff", "sale"))[1]).to.match(/^version 1 to 2\n.*note/);
    expect((await schemas("roll-back", "sale", "1"))[0], "closed objects can't lose a property").to.equal(1);
    expect(await schemas("level", "sale", "NONE")).to.deep.equal([0, "NONE, STRICT\n"]);
    expect((await schemas("level", "sale", "SIDEWAYS"))[1]).to.include("one of NONE, BACKWARD");
    const [back, newest] = await schemas("roll-back", "sale", "1");
    expect([back, /sale +3 /.test(newest)]).to.deep.equal([0, true]);
    expect(await schemas("delete", "sale", "--version", "2")).to.deep.equal([0, "hidden: version 2\n"]);
    const [, history] = await schemas("history", "sale");
    expect(history.match(/registered|rolled back|config set|version deleted/g)).to.deep.equal([
      ...["registered", "registered", "config set", "rolled back", "version deleted"],
    ]);
  });

  it("have contexts, modes, aliases and notes, each changed alone", async () => {
    const plain = file(9);
    await writeFile(plain, JSON.stringify({ type: "object" }));
    expect((await schemas("register", ":.staging:plain", plain))[0]).to.equal(0);
    const [, contexts] = await schemas("contexts", "--json");
    expect(JSON.parse(contexts)).to.deep.equal({ contexts: [".", ".staging"] });
    expect(await schemas("mode", ":.staging:", "readonly")).to.deep.equal([0, "READONLY\n"]);
    expect(await schemas("alias", "sale-old", "sale")).to.deep.equal([0, "sale-old reads sale\n"]);
    // What one command sets does not take away what another one had set.
    expect(await schemas("level", "sale-old", "FULL")).to.deep.equal([0, "FULL, STRICT\n"]);
    expect((await schemas("get", "sale-old"))[1]).to.include('"amount"');
    expect(await schemas("notes", "sale", "--owner", "shop-team", "--tag", "billing")).to.deep.equal([
      ...[0, "owner: shop-team\ntags: billing\n"],
    ]);
    const [, note] = await schemas("field", "sale", "who.mail", "--pii", "email", "--json");
    expect(JSON.parse(note)).to.deep.equal({ path: "who.mail", pii: "email" });
  });
});
