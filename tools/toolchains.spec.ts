import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";

interface Toolchains {
  findGo(options: { folder?: string; env: Record<string, string> }): Promise<Record<string, string>>;
}

describe("the search for Go", () => {
  let toolchains: Toolchains;
  let folder: string;
  before(async () => {
    toolchains = (await import(pathToFileURL(join(repoRoot, "tools/toolchains.mjs")).href)) as Toolchains;
    folder = mkdtempSync(join(tmpdir(), "tideline-go-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What is found where `go` is a script. */
  const found = (script: string, module?: string) => {
    writeFileSync(join(folder, "go"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "go"), 0o755);
    if (module !== undefined) writeFileSync(join(folder, "go.mod"), module);
    const env = { PATH: folder };
    return toolchains.findGo(module === undefined ? { env } : { env, folder });
  };

  it("takes one that is new enough, and names what it lacks otherwise", async () => {
    expect(await found("echo go1.24.0")).to.deep.equal({ version: "go1.24.0" });
    expect(await found("echo go1.26.8", "module a\n\ngo 1.25.0\n")).to.deep.equal({ version: "go1.26.8" });
    expect(await found("echo go1.19.8")).to.deep.equal({
      missing: "Go 1.24 or newer (this machine has go1.19.8)",
    });
    expect(await found("echo go1.24.1", "module a\n\ngo 1.25.0\n")).to.deep.equal({
      missing: "Go 1.25 or newer (this machine has go1.24.1)",
    });
    expect(await found("echo 'go: go.mod requires go >= 1.24.0' >&2; exit 1")).to.deep.equal({
      missing: "Go 1.24 or newer (go says: go: go.mod requires go >= 1.24.0)",
    });
    rmSync(join(folder, "go"));
    expect(await toolchains.findGo({ env: { PATH: folder } })).to.deep.equal({ missing: "Go 1.24 or newer" });
  });
});
