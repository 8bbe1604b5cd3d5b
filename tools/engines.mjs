import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { houseEnv, root } from "./run.mjs";

/** How long a cold start of every engine may take, with the download of what a bare machine lacks. */
const startMsMax = 240_000;
const stopMsMax = 30_000;

/**
 * Starts every engine once, on free ports and in a temporary folder (dev/testing/engines-main). Resolves to what
 * tests find in TIDELINE_TEST_ENGINES (the one line of JSON it prints), and to `stop`, which waits for its end.
 */
export function startEngines() {
  return new Promise((resolve, reject) => {
    const main = join(root, "dist/dev/testing/engines-main.js");
    const child = spawn(process.execPath, ["--enable-source-maps", main], {
      cwd: root,
      env: houseEnv(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    const timer = setTimeout(() => child.kill("SIGTERM"), startMsMax);
    const ended = new Promise((done) => child.once("exit", done));
    const stop = async () => {
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
      await ended;
      clearTimeout(force);
    };
    process.once("exit", () => child.kill("SIGTERM"));
    child.stderr.on("data", (chunk) => output.push(chunk));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return output.push(Buffer.from(`${line}\n`));
      clearTimeout(timer);
      resolve({ description: line, stop });
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the engines ended with exit code ${code}\n${Buffer.concat(output).toString()}`));
    });
  });
}
