import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";

describe("npm start on a bare clone", () => {
  it("says its options without installing or building anything", () => {
    const clone = mkdtempSync(join(tmpdir(), "tideline-clone-"));
    try {
      // A clone without packages: whatever would install them fails, since there is no package.json either.
      const isOwn = (path: string): boolean => !/\.ts$|\.e2e|testing/.test(path);
      for (const folder of ["dev", "tools"])
        cpSync(join(repoRoot, folder), join(clone, folder), { recursive: true, filter: isOwn });
      const { status, stdout, stderr } = spawnSync(process.execPath, ["dev/start.mjs", "--help"], {
        cwd: clone,
        encoding: "utf8",
      });
      expect([status, stderr]).to.deep.equal([0, ""]);
      expect(stdout).to.include("--detach").and.include("TIDELINE_DATA");
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });
});
