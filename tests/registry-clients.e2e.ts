// Registry clients that nobody here wrote, through the gateway's registry port: Confluent's for JavaScript and Python
// with their serializers of every language, and KafkaJS's.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";
import { makeProject } from "./support/own-project.js";
import { type Ran, runCommand } from "./support/run.js";
import { useStack } from "./support/stack.js";
import { requireNodePackages, requirePythonWith } from "./support/toolchains.js";

/** Installing a client, where it is not there yet. */
const installMsMax = 300_000;

describe("Registry clients of others", function () {
  this.timeout(installMsMax);
  const stack = useStack();

  const newKey = async () => (await makeProject(stack.file(), "Registry clients")).keys.admin;
  const newPrefix = () => `clients-${randomBytes(4).toString("hex")}`;

  function said(ran: Ran): Record<string, unknown> {
    expect(ran.code, ran.stdout + ran.stderr).to.equal(0);
    return JSON.parse(ran.stdout.trim().split("\n").at(-1) ?? "");
  }

  /** What both of Confluent's clients see: what was written, what a newer reader or writer makes of it, a refusal. */
  const expected = {
    avro: { written: { id: "a" }, read: { id: "a", amount: 1.5 } },
    json: { written: { id: "a" }, read: { id: "b", amount: 2 } },
  };
  const always = { header: true, versions: [1, 2], compatible: false, refused: [409, 40_901] };

  it("Confluent's for JavaScript, and KafkaJS's", async function () {
    const source = join(repoRoot, "tests/clients/registry-node");
    const folder = await requireNodePackages(this, source);
    const args = [join(source, "round-trip.mjs"), folder, stack.file().registry, await newKey(), newPrefix()];
    expect(said(await runCommand(process.execPath, args))).to.deep.equal({
      avro: { ...always, ...expected.avro },
      json: { ...always, ...expected.json },
      protobuf: {
        ...always,
        written: { id: "a", customer: "ada" },
        read: { id: "b", customer: "ada", note: "n" },
      },
      kafkajs: { header: true, written: { id: "a" }, latest: true, refused: 409 },
    });
  });

  it("Confluent's for Python", async function () {
    const source = join(repoRoot, "tests/clients/registry-python");
    const python = await requirePythonWith(this, source);
    const args = [join(source, "round_trip.py"), stack.file().registry, await newKey(), newPrefix()];
    const env = { PYTHONDONTWRITEBYTECODE: "1" };
    expect(said(await runCommand(python, args, { env }))).to.deep.equal({
      avro: { ...always, ...expected.avro },
      json: { ...always, ...expected.json },
      protobuf: { ...always, written: { id: "a" }, read: { id: "b", note: "n" } },
    });
  });
});
