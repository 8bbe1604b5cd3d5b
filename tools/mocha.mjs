import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { houseEnv, root, run } from "./run.mjs";

/** How long a file may take to let go of all it holds (sockets, timers, processes) after its last test. */
const lingerMsMax = 15_000;

/**
 * Runs built test files in one mocha process and resolves to its counts, output and seconds, with the reasons of
 * `requireOutside` (tests/support/missing.ts) as `missing`. A process that crashes, outlives `timeoutMs`, does not end
 * by itself after its last test, or runs no test at all has failed, and a line of the output says so.
 */
export async function runMocha(files, { timeoutMs, testMs, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "tideline-mocha-"));
  const summary = join(folder, "summary.json");
  const missing = join(folder, "missing.txt");
  const args = [
    "--no-color",
    "--forbid-only",
    "--reporter",
    "tools/mocha-summary.mjs",
    "--timeout",
    String(testMs),
  ];
  if (process.env.CI === "true") args.push("--forbid-pending");
  const own = {
    TIDELINE_TEST_SUMMARY: summary,
    TIDELINE_TEST_MISSING: missing,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --enable-source-maps`.trim(),
  };
  try {
    const ran = await run(join(root, "node_modules/.bin/mocha"), [...args, ...files], {
      env: houseEnv({ ...env, ...own }),
      timeoutMs,
      settled: () => existsSync(summary),
      lingerMs: lingerMsMax,
    });
    const counts = existsSync(summary)
      ? JSON.parse(readFileSync(summary, "utf8"))
      : { passed: 0, failed: 0, skipped: 0 };
    const fault = faultOf(ran, counts, existsSync(summary));
    return {
      ...counts,
      failed: counts.failed + (fault === "" ? 0 : 1),
      missing: existsSync(missing) ? readFileSync(missing, "utf8").split("\n").filter(Boolean) : [],
      output: fault === "" ? ran.output : `${ran.output}\n${fault}\n`,
      timedOut: ran.timedOut,
      seconds: ran.seconds,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with a run beyond the tests that failed; empty when nothing is. */
function faultOf({ code, timedOut, lingered }, { passed, failed, skipped }, ended) {
  if (lingered)
    return `did not end within ${lingerMsMax / 1000} s after its last test: something is still open`;
  if (timedOut) return "took too long and was ended";
  if (!ended) return `crashed with exit code ${code}`;
  if (passed + failed + skipped === 0) return "ran no test";
  if (code !== 0 && failed === 0) return `exit code ${code} although no test failed`;
  return "";
}
