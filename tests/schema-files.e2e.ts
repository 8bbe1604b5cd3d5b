// A folder of schemas, as it is kept in git, and the registry: lint, check, diff, push and pull.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeProject, type TestProject } from "./support/own-project.js";
import { runTideline } from "./support/run.js";
import { useStack } from "./support/stack.js";

const item = { type: "record", name: "Item", namespace: "shop", fields: [{ name: "sku", type: "string" }] };
const purchase = {
  type: "record",
  name: "Purchase",
  fields: [
    { name: "amount", type: "double" },
    { name: "items", type: { type: "array", items: "shop.Item" } },
  ],
};
const config = {
  folders: { events: { subject: "{name}", level: "FULL" } },
  files: {
    "shared/item.avsc": { subject: "item" },
    "events/purchase.avsc": { references: [{ name: "shop.Item", file: "shared/item.avsc" }] },
  },
};

describe("A folder of schemas", () => {
  const stack = useStack();
  let project: TestProject;
  let folder: string;

  before(async () => {
    project = await makeProject(stack.file(), "Schema files");
    folder = await mkdtemp(join(tmpdir(), "tideline-schema-files-"));
    await mkdir(join(folder, "events"));
    await mkdir(join(folder, "shared"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const write = (path: string, content: unknown) =>
    writeFile(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));

  /** Exit code and lines, with the folder's own name left out. */
  async function schema(verb: string, at = folder): Promise<[number, string[]]> {
    const args = ["--url", stack.file().http, "--key", project.keys.admin, "schema", verb];
    const path = join(at, "tideline.schemas.json");
    const { code, stdout, stderr } = await runTideline([...args, "--config", path], { data: stack.data });
    return [code, `${stdout}${stderr}`.trim().split("\n")];
  }

  it("is read by its languages' rules, pushed in order, and found as it is", async () => {
    await write("tideline.schemas.json", config);
    await write("shared/item.avsc", item);
    await write("events/purchase.avsc", purchase);
    await write("events/seen.json", { type: "object", properties: { url: { type: "string" } } });
    await write("events/clicked.proto", 'syntax = "proto3";\nmessage Clicked {\n  string at = 1;\n}\n');
    expect(await schema("lint")).to.deep.equal([0, ["4 schemas, all valid"]]);
    // The registry has none of it yet: what a new file refers to is read from the folder.
    const [dry, before] = await schema("check");
    expect(dry, before.join("\n")).to.equal(0);
    expect(before).to.include(
      "events/purchase.avsc: compatible (FULL), with shared/item.avsc as it is here; would be version 1",
    );
    expect((await project.registry.listSubjects({})).subjects).to.deep.equal([]);
    const [pushed, lines] = await schema("push");
    expect(pushed, lines.join("\n")).to.equal(0);
    expect(
      lines.filter((line) => line.includes("registered as")).map((line) => line.replace(/, id \d+$/, "")),
    ).to.deep.equal([
      "events/clicked.proto: registered as version 1 of clicked",
      "shared/item.avsc: registered as version 1 of item",
      "events/purchase.avsc: registered as version 1 of purchase",
      "events/seen.json: registered as version 1 of seen",
    ]);
    const { own } = await project.registry.getConfig({ scope: "purchase" });
    expect(own?.level).to.equal(6);
    const [checked, again] = await schema("check");
    expect([checked, ...again]).to.deep.equal([
      0,
      "events/clicked.proto: version 1, as it is registered",
      "shared/item.avsc: version 1, as it is registered",
      "events/purchase.avsc: version 1, as it is registered",
      "events/seen.json: version 1, as it is registered",
    ]);
    expect(await schema("pull")).to.deep.equal([0, ["nothing to write"]]);
  });

  it("is refused with rule, path and witness where a change breaks, and nothing of it is pushed", async () => {
    const broken = { ...purchase, fields: [...purchase.fields, { name: "currency", type: "string" }] };
    await write("events/purchase.avsc", broken);
    await write("events/new.json", { type: "object", properties: {} });
    const [code, lines] = await schema("check");
    expect(code).to.equal(1);
    const said = lines.filter((line) => line.startsWith("events/purchase.avsc: ")).join("\n");
    expect(said).to.match(/^events\/purchase\.avsc: incompatible \(FULL, compared with version 1\)\n/);
    expect(said).to.match(/ {2}AVRO_\w+ \/fields\/2\S* \(backward, version 1\): .*currency/);
    expect(said).to.match(/ {4}such as \{.*\}: /);
    const [differs, differences] = await schema("diff");
    expect(differs).to.equal(0);
    expect(differences.filter((line) => line.includes("purchase")).join("\n")).to.match(
      /^events\/purchase\.avsc: \w+ \S+: .*\(breaks backward\)$/,
    );
    expect(differences).to.include("events/new.json: new is new");
    const [pushed, refusal] = await schema("push");
    expect([pushed, refusal.at(-1)]).to.deep.equal([1, "tideline: nothing was pushed"]);
    const { subjects } = await project.registry.listSubjects({});
    expect(subjects).to.not.include("new");
  });

  it("takes a change that every reader can read", async () => {
    const fields = [...purchase.fields, { name: "currency", type: "string", default: "EUR" }];
    await write("events/purchase.avsc", { ...purchase, fields });
    const [checked, lines] = await schema("check");
    expect(checked, lines.join("\n")).to.equal(0);
    expect(lines).to.include(
      "events/purchase.avsc: compatible (FULL, compared with version 1); would be version 2",
    );
    const [pushed, said] = await schema("push");
    expect(pushed, said.join("\n")).to.equal(0);
    const { schema: newest } = await project.registry.getSchema({ subject: "purchase" });
    expect(newest?.version).to.equal(2);
  });

  it("brings an older text back as the newest version", async () => {
    await write("events/seen.json", {
      type: "object",
      properties: { url: { type: "string" } },
      title: "Seen",
    });
    expect((await schema("push"))[0]).to.equal(0);
    await write("events/seen.json", { type: "object", properties: { url: { type: "string" } } });
    const [, checked] = await schema("check");
    expect(checked.join("\n")).to.include("version 2 is newer: a push brings 1 back");
    const [code, pushed] = await schema("push");
    expect([
      code,
      pushed.some((line) => line.endsWith("version 1 of seen is back as version 3")),
    ]).to.deep.equal([0, true]);
  });

  it("is pulled: what is other or missing is written, laid out for people", async () => {
    await write("events/purchase.avsc", purchase);
    await rm(join(folder, "events/seen.json"));
    const [code, lines] = await schema("pull");
    expect(code, lines.join("\n")).to.equal(0);
    expect(lines).to.have.members(["events/purchase.avsc: written", "events/seen.json: written"]);
    const text = await readFile(join(folder, "events/purchase.avsc"), "utf8");
    expect(text).to.include('"default": "EUR"\n');
    expect(await schema("pull")).to.deep.equal([0, ["nothing to write"]]);
    expect((await schema("check"))[0]).to.equal(0);
    // Into a place that has the config and nothing else.
    const empty = join(folder, "empty");
    await mkdir(empty);
    await write("empty/tideline.schemas.json", config);
    const [pulled, said] = await schema("pull", empty);
    expect(pulled, said.join("\n")).to.equal(0);
    expect(said).to.have.members([
      ...["events/clicked.proto: written", "shared/item.avsc: written"],
      ...["events/purchase.avsc: written", "events/seen.json: written", "events/new.json: written"],
    ]);
  });

  it("is told file by file what is no schema", async () => {
    await write("events/seen.json", { type: "nothing" });
    await write("events/purchase.avsc", "{");
    const [code, lines] = await schema("lint");
    expect(code).to.equal(1);
    expect(lines.map((line) => line.slice(0, line.indexOf(":")))).to.deep.equal([
      "events/purchase.avsc",
      "events/seen.json",
    ]);
  });
});
