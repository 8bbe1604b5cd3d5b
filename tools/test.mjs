// `npm test`: installs, builds, checks, then runs the tests that need engines and those that need a whole stack. Its
// last line is `N passed, N failed, N skipped`, and it exits with 0 only if something passed and nothing failed.
//
//   npm test                 everything
//   npm test -- PATTERN...   only the test files whose path holds one of the patterns, without the other checks
//
// What is missing on the machine (outside data, another language's toolchain) counts as skipped and is named at the
// end; with CI=true it fails instead. Plain JavaScript, since it runs before anything is installed or built.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { check } from "./check.mjs";
import { startEngines } from "./engines.mjs";
import { globSync } from "./glob.mjs";
import { ensureInstalled } from "./install.mjs";
import { runMocha } from "./mocha.mjs";
import { inParallel, root, run } from "./run.mjs";
import { startStack } from "./stack.mjs";

/**
 * The kinds of test files. Pure specs run within the check; a whole stack takes both cores of a small machine, so its
 * suites run one after the other. `fileMsMax` bounds a file, `testMs` is a test's default.
 */
const kinds = {
  spec: { suffix: ".spec.js", width: availableParallelism(), fileMsMax: 120_000, testMs: 10_000 },
  engines: { suffix: ".it.js", width: availableParallelism(), fileMsMax: 240_000, testMs: 60_000 },
  stack: { suffix: ".e2e.js", width: 1, fileMsMax: 420_000, testMs: 120_000 },
};

/** Built files of the fresh dist/ that end in `suffix`, as far as a pattern (if there is one) matches their path. */
function testFiles(suffix, patterns) {
  return globSync(join(root, "dist"), suffix).filter((path) => {
    const name = relative(join(root, "dist"), path);
    return patterns.length === 0 || patterns.some((pattern) => name.includes(pattern));
  });
}

/** Keeps a file's output in dist/test-output/, where it can be read while others still run. */
function keepOutput(name, output) {
  const folder = join(root, "dist/test-output");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name.replaceAll("/", "-")}.log`), output);
}

async function runFile(file, kind, env) {
  const name = relative(join(root, "dist"), file).replace(/\.js$/, "");
  const result = await runMocha([file], { timeoutMs: kind.fileMsMax, testMs: kind.testMs, env });
  const { passed, failed, skipped, seconds } = result;
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ""}${skipped ? `, ${skipped} skipped` : ""}`;
  console.log(`${failed === 0 ? "ok    " : "FAILED"} ${name.padEnd(52)} ${counts}, ${seconds.toFixed(1)} s`);
  keepOutput(name, result.output);
  return { name, ...result };
}

/** Runs all files of a kind; every result has counts, and those that failed their whole output. */
function runKind(files, kind, env = {}) {
  return inParallel(
    kind.width,
    files.map((file) => () => runFile(file, kind, env)),
  );
}

/**
 * Runs files that share what `start` starts (named `name`), which is stopped after them. What does not start or does
 * not stop counts as failed.
 */
async function runSharing(files, kind, { name, start, envOf }) {
  if (files.length === 0) return [];
  const began = performance.now();
  const failure = (failed, error) => {
    console.log(`FAILED ${name}: ${error.message.split("\n")[0]}`);
    return [{ name, passed: 0, failed, skipped: 0, missing: [], output: error.message }];
  };
  let shared;
  try {
    shared = await start();
  } catch (error) {
    return failure(files.length, error);
  }
  console.log(`${name} started in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const results = await runKind(files, kind, envOf(shared));
  try {
    await shared.stop();
    return results;
  } catch (error) {
    return [...results, ...failure(1, error)];
  }
}

/** Suites of `npm start` itself start their own stacks, so they run when no other one takes the machine's cores. */
const ownStacks = ["dev/start.e2e.js", "tests/stack.e2e.js"].map((path) => join(root, "dist", path));

async function runWithStack(files) {
  const own = files.filter((path) => ownStacks.includes(path));
  const others = files.filter((path) => !ownStacks.includes(path));
  const envOf = ({ data }) => ({ TIDELINE_TEST_STACK: data });
  const shared = await runSharing(others, kinds.stack, { name: "stack", start: startStack, envOf });
  return [...shared, ...(await runKind(own, kinds.stack))];
}

/** Only the files that match; the tree is built, and nothing else is checked. */
async function runMatching(patterns) {
  const built = await run(process.execPath, ["tools/build.mjs"]);
  if (built.code !== 0) throw new Error(built.output);
  return runKind(testFiles(kinds.spec.suffix, patterns), kinds.spec);
}

async function runAll(patterns) {
  const first = patterns.length > 0 ? await runMatching(patterns) : [{ name: "check", ...(await check()) }];
  const withEngines = await runSharing(testFiles(kinds.engines.suffix, patterns), kinds.engines, {
    name: "engines",
    start: startEngines,
    envOf: ({ description }) => ({ TIDELINE_TEST_ENGINES: description }),
  });
  const withStack = await runWithStack(testFiles(kinds.stack.suffix, patterns));
  return [...first, ...withEngines, ...withStack];
}

const began = performance.now();
await ensureInstalled();
const results = await runAll(process.argv.slice(2));
for (const { name, failed, output } of results) {
  if (failed > 0) console.log(`\n== ${name}\n${output.trim()}`);
}
const missing = [...new Set(results.flatMap((result) => result.missing))];
if (missing.length > 0) console.log(`\nskipped, because this machine lacks:\n  ${missing.join("\n  ")}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
