import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "mocha";
import { repoRoot } from "../../platform/root.js";

/** The folder of data that lies outside the repository: TIDELINE_SHARED, by default ../shared beside the root. */
export function sharedFolder(): string {
  return process.env["TIDELINE_SHARED"] ?? join(repoRoot, "../shared");
}

/**
 * The absolute path of something that lies outside the repository, such as "shared/data/events". Where it is missing,
 * the test (or, from a `before`, its whole group) is skipped and the end of the run names it; with CI=true it fails.
 */
export function requireOutside(context: Context, path: string): string {
  const found = join(sharedFolder(), path.replace(/^shared\//, ""));
  if (!existsSync(found)) skip(context, `${path} (TIDELINE_SHARED says where the shared folder is)`);
  return found;
}

/** Skips like `requireOutside` where a command of another toolchain, such as `go version`, does not run. */
export function requireTool(context: Context, command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: "ignore" });
  if (status !== 0) skip(context, `${[command, ...args].join(" ")}: not installed`);
}

/** Skips the test for want of something that is not the repository's to bring, and has the runner name it. */
export function skip(context: Context, reason: string): never {
  if (process.env["CI"] === "true") throw new Error(`missing: ${reason}`);
  const collected = process.env["TIDELINE_TEST_MISSING"];
  if (collected === undefined) console.log(`skipped: ${reason}`);
  else appendFileSync(collected, `${reason}\n`);
  return context.skip();
}
