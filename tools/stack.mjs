import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { houseEnv, root, run } from "./run.mjs";

const startMsMax = 240_000;
const stopMsMax = 90_000;
/** A random place for the three public ports may hold a port that is taken; then another place is tried. */
const placesMax = 5;

/**
 * Starts one whole stack for all tests that need one, as `npm start` does, without the demo's events and in a temporary
 * folder. Resolves to that folder, which is what TIDELINE_TEST_STACK wants, and to `stop`, which also removes it.
 */
export async function startStack() {
  const data = mkdtempSync(join(tmpdir(), "tideline-stack-"));
  const remove = () => rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  for (let place = 1; ; place++) {
    const offset = 1_000 + Math.floor(Math.random() * 20_000);
    const env = houseEnv({ TIDELINE_DATA: data, TIDELINE_PORT_OFFSET: String(offset) });
    // A run that is interrupted takes its stack with it.
    const atExit = () => spawnSync(process.execPath, ["dev/stop.mjs"], { cwd: root, env, stdio: "ignore" });
    process.once("exit", atExit);
    const stop = async () => {
      process.off("exit", atExit);
      const { code, output } = await run(process.execPath, ["dev/stop.mjs"], { env, timeoutMs: stopMsMax });
      if (code !== 0) throw new Error(`the stack was not stopped\n${output}`);
      remove();
    };
    const arguments_ = ["dev/start.mjs", "--detach", "--no-demo"];
    const { code, output } = await run(process.execPath, arguments_, { env, timeoutMs: startMsMax });
    if (code === 0) return { data, stop };
    process.off("exit", atExit);
    if (place === placesMax || !output.includes("is taken")) {
      await stop();
      throw new Error(`the stack did not start\n${output}`);
    }
  }
}
