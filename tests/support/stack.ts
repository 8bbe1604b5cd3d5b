import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFree } from "../../dev/processes/free-port.js";
import { readStackFile, type StackFile } from "../../dev/stack-file.js";
import { runCommand } from "./run.js";

/** A running stack. */
export interface RunningStack {
  /** Its folder: TIDELINE_DATA. */
  readonly data: string;
  /** What stack.json says of it now: processes are another after a restart. */
  file(): StackFile;
}

const publicPorts = [8080, 8081, 9090];
const startMsMax = 240_000;
const stopMsMax = 60_000;

/** An offset at which all public ports are free. */
export async function freePortOffset(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const offset = 1_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(publicPorts.map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error("no offset was found at which all public ports are free");
}

/** Starts a stack of its own as a user would, without the demo's events, in a temporary folder. */
export async function startOwnStack(): Promise<RunningStack & { stop(): Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), "tideline-stack-"));
  const env = { TIDELINE_DATA: data, TIDELINE_PORT_OFFSET: String(await freePortOffset()) };
  const started = await runCommand(process.execPath, ["dev/start.mjs", "--detach", "--no-demo"], {
    env,
    msMax: startMsMax,
  });
  const stop = async () => {
    const stopped = await runCommand(process.execPath, ["dev/stop.mjs"], { env, msMax: stopMsMax });
    if (stopped.code !== 0) throw new Error(`the stack was not stopped:\n${stopped.stdout}${stopped.stderr}`);
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  if (started.code !== 0) {
    await stop();
    throw new Error(`the stack did not start:\n${started.stdout}${started.stderr}`);
  }
  return { ...stackOf(data), stop };
}

function stackOf(data: string): RunningStack {
  return {
    data,
    file: () => {
      const file = readStackFile(data);
      if (file === undefined) throw new Error(`no stack runs in ${data}`);
      return file;
    },
  };
}

/**
 * A stack for the tests of a group: the one whose folder TIDELINE_TEST_STACK names, which the runner starts once for
 * all of them, else one of the group's own. Others use it too: whoever writes makes a project (own-project.ts).
 */
export function useStack(): RunningStack {
  let running: RunningStack | undefined;
  let stop: (() => Promise<void>) | undefined;
  before("a running stack", async function () {
    this.timeout(startMsMax);
    const lent = process.env["TIDELINE_TEST_STACK"];
    if (lent !== undefined && lent !== "") {
      running = stackOf(lent);
      return;
    }
    const own = await startOwnStack();
    running = own;
    stop = () => own.stop();
  });
  after("the stack is stopped", async function () {
    this.timeout(stopMsMax);
    await stop?.();
  });
  const current = () => {
    if (running === undefined) throw new Error("the stack is there from the first test on, not before");
    return running;
  };
  return {
    get data() {
      return current().data;
    },
    file: () => current().file(),
  };
}
