import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** Whether node_modules holds every package of the lock file at its version; optional ones may be left out. */
export function isInstalled(folder = root) {
  const wanted = readJson(join(folder, "package-lock.json"));
  const held = readJson(join(folder, "node_modules/.package-lock.json"));
  if (held === undefined) return false;
  return Object.entries(wanted.packages).every(([path, { version, optional, link }]) => {
    return path === "" || optional || link || held.packages[path]?.version === version;
  });
}

/**
 * Makes a clone ready to build: `npm ci` where node_modules is missing or is not what the lock file says, and the
 * printed validate.proto. Says what it does, and stops the process with one line where that can't be done.
 */
export async function ensureInstalled() {
  if (!isInstalled()) {
    const modules = join(root, "node_modules");
    if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) {
      console.error(
        "node_modules is a link and differs from package-lock.json: run npm ci where it leads to.",
      );
      process.exit(1);
    }
    console.log("installing packages (npm ci)");
    await must("npm", ["ci", "--no-fund", "--no-audit"]);
  }
  if (!existsSync(join(root, "vendor/buf/validate/validate.proto"))) {
    await must(process.execPath, ["tools/vendor-validate.mjs"]);
  }
}

async function must(command, args) {
  const { code, output } = await run(command, args);
  if (code === 0) return;
  console.error(`${output}\n${command} ${args.join(" ")} failed`);
  process.exit(1);
}
