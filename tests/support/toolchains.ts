import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context } from "mocha";
import { repoRoot } from "../../platform/root.js";
import { skip } from "./missing.js";

/** tools/toolchains.mjs, which is not built: it runs on a bare clone too. */
interface Toolchains {
  findPython(options: { install: boolean }): Promise<{ python: string } | { missing: string }>;
}

/**
 * The path of a Python that has grpcio at the version of the generated stubs. Where there is none it is installed
 * with CI=true, and the test is skipped otherwise.
 */
export async function requirePython(context: Context): Promise<string> {
  const toolchains = (await import(pathToFileURL(join(repoRoot, "tools/toolchains.mjs")).href)) as Toolchains;
  const found = await toolchains.findPython({ install: process.env["CI"] === "true" });
  return "python" in found ? found.python : skip(context, found.missing);
}

/**
 * Skips the test where Go is missing, or where the modules that `folder` (with a go.mod) needs can be had neither from
 * its cache nor from the network.
 */
export function requireGoModules(context: Context, folder: string): void {
  const { error, status, stderr } = spawnSync("go", ["mod", "download"], { cwd: folder, encoding: "utf8" });
  if (error !== undefined) skip(context, "go");
  if (status !== 0) skip(context, `Go modules: ${stderr.trim().split("\n").at(-1)}`);
}
