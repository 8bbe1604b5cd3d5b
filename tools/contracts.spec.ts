import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";

/** Runs the check against the released contracts in `folder`, as `npm run check` does. */
function breaking(folder: string): { status: number | null; output: string } {
  const released = join(repoRoot, "proto/released.binpb");
  const args = ["breaking", "proto", "--against", released, "--exclude-imports"];
  const { status, stdout, stderr } = spawnSync(join(repoRoot, "node_modules/.bin/buf"), args, {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

describe("released contracts", () => {
  let copy = "";
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "tideline-contracts-"));
    for (const path of ["proto", "vendor", "buf.yaml"])
      cpSync(join(repoRoot, path), join(copy, path), { recursive: true });
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  /** Changes one file of the copy, which must hold what is to be changed. */
  function change(path: string, from: RegExp, to: string): void {
    const file = join(copy, path);
    const text = readFileSync(file, "utf8");
    expect(text, path).to.match(from);
    writeFileSync(file, text.replace(from, to));
  }

  it("are kept by a copy as it is", () => {
    expect(breaking(copy)).to.deep.equal({ status: 0, output: "" });
  });

  it("are broken by a field that is gone, which is named", () => {
    change("proto/tideline/event/v1/event.proto", /^ {2}string producer_id = .*$/m, "");
    const { status, output } = breaking(copy);
    expect(status).to.equal(100);
    expect(output).to.match(/event\.proto:.*"6" with name "producer_id" on message "Event"/);
  });

  it("are broken by a field's other type, a method's other name and a file that is gone", () => {
    change("proto/tideline/event/v1/event.proto", /uint64 sequence = 7/, "string sequence = 7");
    change("proto/tideline/ingest/v1/ingest_service.proto", /rpc PublishEvents\(/, "rpc SendEvents(");
    rmSync(join(copy, "proto/tideline/registry"), { recursive: true });
    const { status, output } = breaking(copy);
    expect(status).to.equal(100);
    expect(output)
      .to.include('"sequence"')
      .and.include('"PublishEvents"')
      .and.include("registry_service.proto");
  });

  it("allow a new field", () => {
    change(
      "proto/tideline/event/v1/event.proto",
      /^ {2}uint64 sequence = 7;$/m,
      "  uint64 sequence = 7;\n  string more = 900;",
    );
    expect(breaking(copy).status).to.equal(0);
  });
});
