import { spawnSync } from "node:child_process";
import { cp, mkdtemp, realpath, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repoRoot } from "../../platform/root.js";

/**
 * A copy of the sources in a folder that only its owner may enter, as a clone in a home folder is: what git knows,
 * without what was built; the installed packages are lent. Returns the folder, the caller removes it.
 */
export async function copyOfHouse(): Promise<string> {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repoRoot,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  const folder = await mkdtemp(join(tmpdir(), "tideline-copy-"));
  for (const path of listed.stdout.split("\0").filter(Boolean)) {
    await cp(join(repoRoot, path), join(folder, path), { errorOnExist: false, force: true }).catch(
      ignoreDeleted,
    );
  }
  await symlink(await realpath(join(repoRoot, "node_modules")), join(folder, "node_modules"));
  return folder;
}

/** A file that git knows and that was deleted, but not committed so. */
function ignoreDeleted(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
