import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the root package.json. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The environment of a command of the house: the packages' own binaries come first on the PATH. */
export function houseEnv(extra = {}) {
  return { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`, ...extra };
}

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
 * `timeoutMs` the whole group is asked to end, and made to 10 s later; `timedOut` then says so.
 */
export function run(command, args, { cwd = root, env = houseEnv(), timeoutMs = 600_000, onOutput } = {}) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const chunks = [];
    let timedOut = false;
    let killer;
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup(child.pid, "SIGTERM");
      killer = setTimeout(() => endGroup(child.pid, "SIGKILL"), 10_000);
    }, timeoutMs);
    const done = (code, note = "") => {
      clearTimeout(timer);
      clearTimeout(killer);
      if (child.pid !== undefined) {
        endGroup(child.pid, "SIGKILL"); // What a command leaves behind in its group ends with it.
        running.delete(child.pid);
      }
      const output = `${Buffer.concat(chunks).toString()}${note}`;
      resolve({ code, output, timedOut, seconds: (performance.now() - began) / 1000 });
    };
    if (child.pid !== undefined) running.add(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        chunks.push(chunk);
        onOutput?.(chunk.toString());
      });
    }
    child.once("error", (error) => done(127, `${command}: ${error.message}\n`));
    // "close" waits for the pipes too, which a grandchild may hold open: after "exit" they get one more second.
    child.once("exit", (code, signal) => {
      const end = () => done(code ?? 1, signal ? `\nended by ${signal}\n` : "");
      const late = setTimeout(end, 1_000);
      child.once("close", () => {
        clearTimeout(late);
        end();
      });
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
