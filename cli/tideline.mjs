#!/usr/bin/env node
// `npx tideline`: builds dist/ when it is missing or older than the sources of the command line, then runs it.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const main = join(root, "dist/cli/main.js");

/** When the newest TypeScript file below a folder was changed; a few hundred looks, some milliseconds. */
function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}

function isStale() {
  try {
    const built = statSync(main).mtimeMs;
    return ["cli", "platform", "registry", "gen/ts"].some((folder) => newest(folder) > built);
  } catch {
    return true;
  }
}

if (isStale()) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "tools/build.mjs")], {
    encoding: "utf8",
  });
  if (status !== 0) {
    console.error(`tideline: can't be built; run npm install first\n${stderr.trim()}`);
    process.exit(1);
  }
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);
