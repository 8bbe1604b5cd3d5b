// `npm run check`: everything about the tree that can be said without an engine, in under a minute. One line a step as
// it ends; what failed is printed whole at the end.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { globSync } from "./glob.mjs";
import { ensureInstalled } from "./install.mjs";
import { runMocha } from "./mocha.mjs";
import { inParallel, root, run } from "./run.mjs";

const stepMsMax = 120_000;

function exists(path) {
  return existsSync(join(root, path));
}

/** The step that runs a command, which passes or fails as a whole. */
function command(name, executable, ...args) {
  return {
    name,
    async act() {
      const result = await run(executable, args, { timeoutMs: stepMsMax });
      const passed = result.code === 0 ? 1 : 0;
      return { ...result, passed, failed: 1 - passed, skipped: 0 };
    },
  };
}

/** The step that runs pure specs: those of tools/, which look at the tree as a whole, or those of the code. */
function specs(name, ofTools) {
  const files = globSync(join(root, "dist"), ".spec.js").filter(
    (path) => path.startsWith(join(root, "dist/tools")) === ofTools,
  );
  return { name, act: () => runMocha(files, { timeoutMs: stepMsMax, testMs: 10_000 }) };
}

/** The steps in the order in which they start, the longest first, so that they end together. */
function steps() {
  const released = ["--against", "proto/released.binpb", "--exclude-imports"];
  return [
    command("types", "tsc", "--pretty", "false", "-p", "tsconfig.json"),
    specs("tidy rules", true),
    specs("pure specs", false),
    command("stale gen", process.execPath, "tools/gen.mjs", "--check"),
    ...(exists("web/tsconfig.json")
      ? [command("types of web", "tsc", "--pretty", "false", "-p", "web/tsconfig.json")]
      : []),
    command("lint and format", "biome", "check", "--error-on-warnings", "."),
    command("buf lint", "buf", "lint", "proto"),
    command("buf format", "buf", "format", "proto", "--diff", "--exit-code"),
    command("buf breaking", "buf", "breaking", "proto", ...released),
  ];
}

async function take({ name, act }) {
  const result = await act();
  const state = result.failed === 0 ? "ok" : result.timedOut ? "timed out" : "failed";
  console.log(`${name.padEnd(16)} ${state.padEnd(9)} ${result.seconds.toFixed(1)} s`);
  const missing = result.output.split("\n").filter((line) => line.startsWith("skipped: "));
  for (const line of missing) console.log(`  ${line}`);
  return { name, missing: missing.map((line) => line.slice("skipped: ".length)), ...result };
}

/**
 * Builds and takes every step. Resolves to the counts, a command counting as one, with the whole output of what
 * failed, and with what is missing on this machine as lines; such a want counts as skipped.
 */
export async function check() {
  const results = [await take(command("build", process.execPath, "tools/build.mjs"))];
  if (results[0].failed === 0) {
    results.push(
      ...(await inParallel(
        availableParallelism(),
        steps().map((step) => () => take(step)),
      )),
    );
  }
  for (const { name, failed, output } of results)
    if (failed > 0) console.log(`\n== ${name}\n${output.trim()}`);
  const sum = (of) => results.reduce((total, result) => total + of(result), 0);
  const missing = results.flatMap((result) => result.missing);
  const failures = results.filter(({ failed }) => failed > 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped) + missing.length,
    missing,
    output: failures.map(({ name, output }) => `== ${name}\n${output.trim()}\n`).join("\n"),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const began = performance.now();
  await ensureInstalled();
  const { failed, output } = await check();
  if (output !== "") console.log(`\n${output}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(failed === 0 ? `\nall ok in ${seconds} s` : `\n${failed} failed in ${seconds} s`);
  process.exitCode = failed === 0 ? 0 : 1;
}
