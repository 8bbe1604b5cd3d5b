// `npm run check`: everything about the tree that can be said without an engine, in under a minute. One line a step as
// it ends; what failed is printed whole at the end. `--no-build` takes dist/ as it is.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { globSync } from "./glob.mjs";
import { inParallel, root, run } from "./run.mjs";

const stepMsMax = 120_000;
const npx = (name, ...args) => [name, args];
const node = (...args) => [process.execPath, args];

/** Pure specs of the code, and apart from them those of tools/, which look at the tree as a whole. */
function specs(inTools) {
  const files = globSync(join(root, "dist"), ".spec.js");
  return files.filter((path) => path.startsWith(join(root, "dist/tools")) === inTools);
}

/** The steps in the order in which they start, the longest first, so that they end together. */
function steps() {
  const mocha = (files) =>
    npx("mocha", "--enable-source-maps", "--forbid-only", "--timeout", "10000", ...files);
  return [
    ["types", npx("tsc", "--pretty", "false", "-p", "tsconfig.json")],
    ["pure specs", mocha(specs(false)), specs(false).length > 0],
    ["tidy rules", mocha(specs(true)), specs(true).length > 0],
    ["stale gen", node("tools/gen.mjs", "--check")],
    ["types of web", npx("tsc", "--pretty", "false", "-p", "web/tsconfig.json"), exists("web/tsconfig.json")],
    ["lint and format", npx("biome", "check", "--error-on-warnings", ".")],
    ["buf lint", npx("buf", "lint", "proto")],
    ["buf format", npx("buf", "format", "proto", "--diff", "--exit-code")],
    [
      "buf breaking",
      npx("buf", "breaking", "proto", "--against", "proto/released.binpb", "--exclude-imports"),
      exists("proto/released.binpb"),
    ],
  ].filter(([, , applies = true]) => applies);
}

function exists(path) {
  return existsSync(join(root, path));
}

async function step([name, [command, args]]) {
  const result = await run(command, args, { timeoutMs: stepMsMax });
  const state = result.code === 0 ? "ok" : result.timedOut ? "timed out" : "failed";
  console.log(`${name.padEnd(16)} ${state.padEnd(9)} ${result.seconds.toFixed(1)} s`);
  for (const line of result.output.split("\n")) if (line.startsWith("skipped: ")) console.log(`  ${line}`);
  return { name, ...result };
}

const began = performance.now();
const before = [];
if (!exists("vendor/buf/validate/validate.proto")) before.push(["vendor", node("tools/vendor-validate.mjs")]);
if (!process.argv.includes("--no-build")) before.push(["build", node("tools/build.mjs")]);
const results = [];
for (const one of before) results.push(await step(one));
if (results.every(({ code }) => code === 0)) {
  results.push(
    ...(await inParallel(
      availableParallelism(),
      steps().map((one) => () => step(one)),
    )),
  );
}
const failed = results.filter(({ code }) => code !== 0);
for (const { name, output } of failed) console.log(`\n== ${name}\n${output.trim()}`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `\nall ok in ${seconds} s`
    : `\n${failed.length} of ${results.length} steps failed in ${seconds} s`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
