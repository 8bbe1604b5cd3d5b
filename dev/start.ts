// `npm start`, once everything is installed and built (dev/start.mjs sees to that).
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { repoRoot } from "../platform/root.js";
import { checkDataFolder } from "./checks.js";
import { readOptions, type StackOptions } from "./options.js";
import { isRunning, readStackFile } from "./stack-file.js";
import { summaryOf } from "./summary.js";
import { supervise } from "./supervise.js";

/** Set for the process that supervises a detached stack. */
const supervisorVariable = "TIDELINE_SUPERVISOR";

const tell = (line: string) => console.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);

async function start(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env, { house: repoRoot, caller: process.cwd() });
  if (options === "help") {
    console.log(readFileSync(join(repoRoot, "dev/usage.txt"), "utf8").trimEnd());
    return 0;
  }
  if (process.env[supervisorVariable] === "1") return supervise(options, process.env, tell);
  const running = readStackFile(options.data);
  if (isRunning(running) && running.state === "ready") {
    console.log(`It runs already.\n\n${summaryOf(running)}`);
    return 0;
  }
  return options.detach ? startDetached(options) : supervise(options, process.env, tell);
}

/** Starts a supervisor of its own, shows what it says, and returns once the stack is ready or has failed. */
async function startDetached(options: StackOptions): Promise<number> {
  checkDataFolder(options.data);
  const path = join(options.data, "logs", "supervisor.log");
  mkdirSync(dirname(path), { recursive: true });
  const output = openSync(path, "w");
  const args = ["--enable-source-maps", fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = { ...process.env, [supervisorVariable]: "1" };
  const supervisor = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  let exitCode: number | undefined;
  supervisor.once("exit", (code) => {
    exitCode = code ?? 1;
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => supervisor.kill(signal));
  for (let shown = 0; ; ) {
    const ended = exitCode;
    const stack = readStackFile(options.data);
    const said = readFileSync(path);
    process.stdout.write(said.subarray(shown));
    shown = said.length;
    if (ended !== undefined) return ended === 0 ? 1 : ended;
    if (isRunning(stack) && stack.supervisor.pid === supervisor.pid && stack.state === "ready") {
      console.log(`\n${summaryOf(stack)}\nnpm stop ends it; the data stays.`);
      supervisor.unref();
      return 0;
    }
    await sleep(100);
  }
}

process.exit(
  await start().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }),
);
