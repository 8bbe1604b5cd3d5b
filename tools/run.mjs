import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the root package.json. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The environment of a command of the house: the packages' own binaries come first on the PATH. */
export function houseEnv(extra = {}) {
  return { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`, ...extra };
}

/** How long a process group has to end after it was asked to. */
const graceMs = 10_000;

/** Process groups that are running now, ended together with this process. */
const running = new Set();

function endAll(signal) {
  for (const pid of running) endGroup(pid, signal);
}

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.once(signal, () => {
    endAll("SIGTERM");
    setTimeout(
      () => {
        endAll("SIGKILL");
        process.exit(code);
      },
      running.size > 0 ? 2_000 : 0,
    );
  });
}
process.once("exit", () => endAll("SIGKILL"));

/**
 * Runs one command in a process group of its own and resolves when it ended, whatever its exit code. Its output
 * (both streams, in the order of arrival) is kept whole, and also handed to `onOutput` as it comes. After
 * `timeoutMs` the whole group is asked to end, and made to 10 s later; `timedOut` then says so. Once `settled` says
 * that the work is done, the command has `lingerMs` more to end, else it is ended too, as `lingered` says.
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = houseEnv(), timeoutMs = 600_000, onOutput, settled, lingerMs } = options;
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const chunks = [];
    const ended = { timedOut: false, lingered: false };
    const timers = [];
    const after = (delayMs, act) => timers.push(setTimeout(act, delayMs));
    const end = (why) => {
      ended[why] = true;
      endGroup(child.pid, "SIGTERM");
      after(graceMs, () => endGroup(child.pid, "SIGKILL"));
    };
    const done = (code, note = "") => {
      for (const timer of timers) clearTimeout(timer);
      if (child.pid !== undefined) {
        endGroup(child.pid, "SIGKILL"); // What a command leaves behind in its group ends with it.
        running.delete(child.pid);
      }
      const output = `${Buffer.concat(chunks).toString()}${note}`;
      resolve({ code, output, ...ended, seconds: (performance.now() - began) / 1000 });
    };
    child.once("error", (error) => done(127, `${command}: ${error.message}\n`));
    if (child.pid === undefined) return;
    running.add(child.pid);
    after(timeoutMs, () => end("timedOut"));
    const watch = () => (settled() ? after(lingerMs, () => end("lingered")) : after(500, watch));
    if (settled !== undefined) watch();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        chunks.push(chunk);
        onOutput?.(chunk.toString());
      });
    }
    // "close" waits for the pipes too, which a grandchild may hold open: after "exit" they get one more second.
    child.once("exit", (code, signal) => {
      const finish = () => done(code ?? 1, signal ? `\nended by ${signal}\n` : "");
      child.once("close", finish);
      after(1_000, finish);
    });
  });
}

/** Runs `jobs` (functions that return promises), at most `width` at a time, started in their order. */
export async function inParallel(width, jobs) {
  const results = new Array(jobs.length);
  let next = 0;
  const lane = async () => {
    while (next < jobs.length) {
      const index = next++;
      results[index] = await jobs[index]();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
