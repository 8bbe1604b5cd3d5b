import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context } from "mocha";
import { repoRoot } from "../../platform/root.js";
import { skip } from "./missing.js";

/** tools/toolchains.mjs, which is not built: it runs on a bare clone too. */
interface Toolchains {
  findPython(options: { install: boolean }): Promise<{ python: string } | { missing: string }>;
  findPythonWith(requirements: string): Promise<{ python: string } | { missing: string }>;
  findNodePackages(source: string): Promise<{ folder: string } | { missing: string }>;
  findMavenJars(pom: string): Promise<{ jars: string } | { missing: string }>;
  findGo(options: { folder?: string }): Promise<{ version: string } | { missing: string }>;
  findNatsServer(): Promise<{ program: string; version: string } | { missing: string }>;
}

async function toolchains(): Promise<Toolchains> {
  return (await import(pathToFileURL(join(repoRoot, "tools/toolchains.mjs")).href)) as Toolchains;
}

/**
 * The path of a Python that has grpcio at the version of the generated stubs. Where there is none it is installed
 * with CI=true, and the test is skipped otherwise.
 */
export async function requirePython(context: Context): Promise<string> {
  const found = await (await toolchains()).findPython({ install: process.env["CI"] === "true" });
  return "python" in found ? found.python : skip(context, found.missing);
}

/**
 * Skips the test where Go is missing or older than `folder` (with a go.mod) needs, or where its modules can be had
 * neither from its cache nor from the network.
 */
export async function requireGoModules(context: Context, folder: string): Promise<void> {
  const go = await (await toolchains()).findGo({ folder });
  if ("missing" in go) skip(context, go.missing);
  const { status, stderr } = spawnSync("go", ["mod", "download"], { cwd: folder, encoding: "utf8" });
  if (status !== 0) skip(context, `Go modules: ${stderr.trim().split("\n").at(-1)}`);
}

/**
 * The path of a Python that has what `requirements.txt` in `folder` says, installed where it is not there; skips the
 * test where it can't be had.
 */
export async function requirePythonWith(context: Context, folder: string): Promise<string> {
  const found = await (await toolchains()).findPythonWith(join(folder, "requirements.txt"));
  return "python" in found ? found.python : skip(context, found.missing);
}

/**
 * A folder with the node_modules that the lock file in `folder` says, installed where they are not there; skips the
 * test where they can't be had.
 */
export async function requireNodePackages(context: Context, folder: string): Promise<string> {
  const found = await (await toolchains()).findNodePackages(folder);
  return "folder" in found ? found.folder : skip(context, found.missing);
}

/**
 * A folder with the jars that `pom.xml` in `folder` depends on, brought where they are not there; skips the test where
 * they can't be had.
 */
export async function requireMavenJars(context: Context, folder: string): Promise<string> {
  const found = await (await toolchains()).findMavenJars(join(folder, "pom.xml"));
  return "jars" in found ? found.jars : skip(context, found.missing);
}

/** A nats-server of the line that production runs, built where Go is at hand; the test is skipped otherwise. */
export async function requireNatsServer(context: Context): Promise<{ program: string; version: string }> {
  const found = await (await toolchains()).findNatsServer();
  return "missing" in found ? skip(context, `a current nats-server: ${found.missing}`) : found;
}
