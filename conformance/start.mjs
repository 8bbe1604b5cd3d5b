// `npm run conformance -- registry FILE...` on a bare clone: installs what package-lock.json says, builds, and runs the
// case files against the stack of TIDELINE_DATA, or against one of its own on free ports where none runs there.
// Plain JavaScript, since it runs before anything is installed or built.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { data, isAlive, readJson } from "../dev/running.mjs";
import { ensureInstalled } from "../tools/install.mjs";
import { root, run } from "../tools/run.mjs";
import { startStack } from "../tools/stack.mjs";

/** Where the caller stands: files are named from there. */
const caller = process.env.INIT_CWD ?? process.cwd();
const args = process.argv.slice(2);
const wantsHelp = args.length === 0 || args.includes("--help") || args.includes("-h");

/** Runs the built runner in this terminal; resolves to its exit code. */
function runCases(folder) {
  const main = join(root, "dist/conformance/main.js");
  const env = { ...process.env, TIDELINE_DATA: folder };
  const child = spawn(process.execPath, ["--enable-source-maps", main, ...args], {
    cwd: resolve(caller),
    env,
    stdio: "inherit",
  });
  // The runner takes away what it made before it ends: whoever stops this waits for that.
  const stop = () => child.kill("SIGTERM");
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
  return new Promise((done) =>
    child.once("exit", (code) => {
      for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stop);
      done(code ?? 1);
    }),
  );
}

await ensureInstalled();
const built = await run(process.execPath, ["tools/build.mjs"]);
if (built.code !== 0) throw new Error(`the build failed\n${built.output}`);
const running = readJson("stack.json");
if (wantsHelp || (running !== undefined && isAlive(running.supervisor))) {
  process.exitCode = await runCases(data);
} else {
  console.error("no stack runs: starting one in a temporary folder");
  const stack = await startStack();
  process.exitCode = await runCases(stack.data);
  await stack.stop();
}
