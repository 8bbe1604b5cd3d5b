import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { fileText, protoChanges } from "../../tests/support/proto-changes.js";

const buf = (args: readonly string[], cwd: string): { code: number; output: string } => {
  const { status, stdout, stderr } = spawnSync(join(repoRoot, "node_modules/.bin/buf"), args, {
    cwd,
    encoding: "utf8",
  });
  return { code: status ?? -1, output: `${stdout}${stderr}` };
};

/** A file of its own for each change, in a package of its own. */
const packaged = (body: string, index: number): string => {
  const text = fileText(body);
  const named = /\bpackage (\w+);/.exec(text)?.[1];
  if (named !== undefined) return text.replace(`package ${named};`, `package ${named}${index};`);
  return text.replace(/^([^;]*;)/, `$1 package p${index};`);
};

/** Where buf's rules for the wire say otherwise, and why these do. */
const differences: Readonly<Record<string, string>> = {
  "a field is removed": "unknown fields are passed over; buf wants the number reserved",
  "a field gets another number": "as removed and added",
  "numbers of one encoding": "enums are numbers on the wire; buf keeps them apart",
  "string and bytes": "kept as the peers have it; buf takes bytes for string only",
  "a map of wider numbers": "enums are numbers on the wire; buf keeps them apart",
  "single strings and messages": "the last one is read; buf keeps the label",
  "repeated strings and messages": "one is read as a list of one; buf keeps the label",
  "a oneof is removed": "its fields are passed over; buf wants the numbers reserved",
  "a oneof is renamed": "names are not on the wire; buf keeps fields in a oneof of one name",
  "one field into a new oneof": "nothing can be sent beside it; buf keeps fields out of oneofs",
  "a oneof's field to the message": "nothing is lost; buf keeps fields in their oneof",
  "enums come and go": "numbers are read as they are; buf wants them reserved",
  "a nested message is removed": "events of it can't be read; buf's rules for the wire let messages go",
  "a message is removed": "events of it can't be read; buf's rules for the wire let messages go",
  "a field is made optional": "what is always there can be read; buf keeps the label",
};

describe("Protobuf: buf's opinion", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tideline-opinion-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("differs on changes of the wire only where it is known to", () => {
    for (const side of ["before", "after"] as const) {
      mkdirSync(join(folder, side));
      writeFileSync(join(folder, side, "buf.yaml"), "version: v2\nbreaking:\n  use: [WIRE]\n");
      for (const [index, [, writer, reader]] of protoChanges.entries()) {
        const text = packaged(side === "before" ? writer : reader, index);
        writeFileSync(join(folder, side, `change${index}.proto`), text);
      }
    }
    const { output } = buf(
      ["breaking", "--against", "../before", "--error-format", "json"],
      join(folder, "after"),
    );
    const told = output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { path?: string; message: string });
    expect(told.length, output).to.be.greaterThan(10);
    const broken = new Set(told.map(({ path }) => path));
    const differing = protoChanges
      .filter(([, , , rules], index) => rules.length > 0 !== broken.has(`change${index}.proto`))
      .map(([name]) => name);
    expect(differing.sort()).to.deep.equal(Object.keys(differences).sort());
  }).timeout(60_000);
});
