// `npm start` on a bare clone: installs what package-lock.json says, builds, then starts the stack (dev/start.ts).
// Plain JavaScript, since it runs before anything is installed or built.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled } from "../tools/install.mjs";
import { root } from "../tools/run.mjs";
import { isAlive, readJson } from "./running.mjs";

/** What the built page is made of. */
const pageSources = ["web", "gen/ts", "package-lock.json"];
const page = "web/dist/index.html";

/** The newest change below a path, build results left out; 0 where there is nothing. */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  const names = readdirSync(path).filter((name) => name !== "dist" && name !== "node_modules");
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}

function isPageBuilt() {
  const built = statSync(join(root, page), { throwIfNoEntry: false });
  return built !== undefined && pageSources.every((path) => newest(join(root, path)) <= built.mtimeMs);
}

/** Runs one command to its end; its own words are shown only when it fails. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const said = [];
    child.stdout.on("data", (chunk) => said.push(chunk));
    child.stderr.on("data", (chunk) => said.push(chunk));
    child.once("error", (error) => resolve({ code: 1, said: error.message }));
    child.once("exit", (code) => resolve({ code: code ?? 1, said: Buffer.concat(said).toString() }));
  });
}

async function must(what, command, args) {
  const { code, said } = await run(command, args);
  if (code === 0) return;
  console.error(`${said.trimEnd()}\n${what} failed`);
  process.exit(1);
}

// Help needs nothing that is installed or built.
if (process.argv.includes("--help") || process.argv.includes("-h")) {
  console.log(readFileSync(join(root, "dev/usage.txt"), "utf8").trimEnd());
  process.exit(0);
}
const stack = readJson("stack.json");
// A running stack is left alone, its programs too: they are what it would restart a crashed service from.
const isRunning = stack !== undefined && isAlive(stack.supervisor);
if (!isRunning || !existsSync(join(root, "dist/dev/start.js"))) {
  await ensureInstalled();
  await must("the build", process.execPath, ["tools/build.mjs"]);
  if (existsSync(join(root, "web/vite.config.ts")) && !isPageBuilt()) {
    console.log("building the page");
    await must("the page's build", process.execPath, ["node_modules/vite/bin/vite.js", "build", "web"]);
  }
}
// From here on the stack says what a signal means; the tools' own answer would end this process at once.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
process.chdir(process.env.INIT_CWD ?? process.cwd());
await import("../dist/dev/start.js");
