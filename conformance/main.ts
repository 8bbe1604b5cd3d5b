// Runs files of cases, or asks random questions, against a running Tideline, through its public ports alone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStackFile, type StackFile } from "../dev/stack-file.js";
import { repoRoot } from "../platform/root.js";
import { readAnalyticsCases } from "./analytics/case-file.js";
import { runAnalyticsCases } from "./analytics/run/run-cases.js";
import { openStand } from "./analytics/run/stand.js";
import { withCleanUp } from "./clean-up.js";
import { type CaseOptions, type RandomOptions, readOptions, usage } from "./options.js";
import { readCaseFile } from "./registry/case-file.js";
import { openIsolatedRegistries } from "./registry/isolated-registry.js";
import { runCases } from "./registry/run-cases.js";
import { type CaseResult, openMeter, printFailures } from "./report.js";

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  const data = process.env["TIDELINE_DATA"] || join(repoRoot, ".tideline");
  const stack = readStackFile(data);
  if (stack === undefined) throw new Error(`no stack runs in ${data}`);
  if (options.suite === "random") return await askAtRandom(options, stack);
  const isRegistry = options.suite === "registry";
  const results = await (isRegistry ? registryResults(options, stack) : analyticsResults(options, stack));
  if (options.answers !== undefined) {
    const answers = results.map(({ id, got, gotLenient }) => ({
      ...(isRegistry ? { id, got } : { name: id, got }),
      ...(gotLenient === undefined ? {} : { got_lenient: gotLenient }),
    }));
    writeFileSync(options.answers, `${JSON.stringify(answers, null, 1)}\n`);
  }
  return printFailures(results);
}

async function registryResults(options: CaseOptions, stack: StackFile): Promise<CaseResult[]> {
  const files = options.files.map(readCaseFile);
  const registries = openIsolatedRegistries(stack);
  const meter = openMeter(files.reduce((sum, { cases }) => sum + cases.length, 0));
  const run = async (): Promise<CaseResult[]> => {
    const results = [];
    for (const file of files) results.push(...(await runCases(file, registries, meter.step)));
    return results;
  };
  return await withCleanUp(run, () => {
    meter.stop();
    return registries.close();
  });
}

async function analyticsResults(options: CaseOptions, stack: StackFile): Promise<CaseResult[]> {
  const cases = options.files.flatMap(readAnalyticsCases);
  const stand = openStand(stack);
  const meter = openMeter(cases.length);
  return await withCleanUp(
    () => runAnalyticsCases(cases, stand, meter.step),
    () => {
      meter.stop();
      return stand.close();
    },
  );
}

/** Loaded only here: what holds cases against their expectations has nothing to do with the brute force. */
async function askAtRandom({ seconds, seed }: RandomOptions, stack: StackFile): Promise<number> {
  const { runForSeconds } = await import("./analytics/random/run-for-seconds.js");
  return await runForSeconds({ seconds, seed: seed ?? Date.now() % 1_000_000_000 }, stack);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
