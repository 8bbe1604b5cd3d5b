import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Env } from "../platform/settings.js";
import { checkDataFolder } from "./checks.js";
import type { StackOptions } from "./options.js";
import { identify, isAlive, type ProcessIdentity } from "./processes/process-table.js";
import { Stack } from "./stack.js";
import { summaryOf } from "./summary.js";

/** Exit codes: stopped as asked; could not start; asked to stop while it started. */
const [stopped, failed, interrupted] = [0, 1, 130];

/**
 * Runs a stack in this process until it is told to stop. Returns the exit code.
 *
 * A second SIGINT while it stops changes nothing: every wait of the stop is bounded, and what is killed halfway has to
 * be recovered at the next start.
 */
export async function supervise(
  options: StackOptions,
  env: Env,
  tell: (line: string) => void,
): Promise<number> {
  // A terminal or a pipe that is gone takes its lines with it, nothing else.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  let stack: Stack | undefined;
  let asked = false;
  let ask: () => void = () => undefined;
  const toldToStop = new Promise<void>((resolve) => {
    ask = resolve;
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!asked) tell("stopping ...");
      asked = true;
      ask();
      stack?.stop().catch((error: unknown) => tell(`stop: ${String(error)}`));
    });
  }
  const onTerminal = process.stdout.isTTY === true && !options.detach;
  let release: (() => void) | undefined;
  try {
    checkDataFolder(options.data);
    release = claimFolder(options.data);
    stack = new Stack(options, { tell, env });
    const running = await stack.start();
    if (!options.detach) console.log(`\n${summaryOf(running)}\nCtrl-C stops everything; the data stays.\n`);
    await stack.startDemo(onTerminal);
    await toldToStop;
    await stack.stop();
    tell("stopped");
    return stopped;
  } catch (error) {
    await stack?.stop();
    if (asked) {
      tell("stopped");
      return interrupted;
    }
    console.error(error instanceof Error ? error.message : String(error));
    return failed;
  } finally {
    release?.();
  }
}

/** Keeps a second supervisor off the folder. Gives back how to let go of it. */
function claimFolder(data: string): () => void {
  const path = join(data, "supervisor.lock");
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, JSON.stringify(identify(process.pid)));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (isHeld(path)) break;
      rmSync(path, { force: true });
    }
  }
  throw new Error(`another npm start is at work on ${data}: wait for it, or end it with npm stop`);
}

function isHeld(path: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity);
  } catch {
    return false; // Cut short: who wrote it is gone.
  }
}
