import { inParallel } from "../in-parallel.js";
import type { CaseResult } from "../report.js";
import type { CaseFile } from "./case-file.js";
import { runCompatCase } from "./compat-case.js";
import type { IsolatedRegistries } from "./isolated-registry.js";
import { runRestCase } from "./rest-case.js";

/** Cases that run at once. */
const widthMax = 8;

/** Runs the cases of a file; `onCase` is called after each. Results are in the file's order. */
export async function runCases(
  file: CaseFile,
  registries: IsolatedRegistries,
  onCase: () => void,
): Promise<CaseResult[]> {
  const jobs = await jobsOf(file, registries);
  return await inParallel(
    widthMax,
    jobs.map(({ id, name, run }) => async () => {
      const result = await run().catch((error: unknown): CaseResult => {
        const got = error instanceof Error ? error.message : String(error);
        return { id, name, got: null, failures: [{ where: "the case", expected: "an answer", got }] };
      });
      onCase();
      return result;
    }),
  );
}

interface Job {
  readonly id: string;
  readonly name: string;
  run(): Promise<CaseResult>;
}

async function jobsOf(file: CaseFile, registries: IsolatedRegistries): Promise<Job[]> {
  if (file.kind === "rest") {
    return file.cases.map((it) => ({ ...it, run: () => runRestCase(it, registries) }));
  }
  // Subjects are a case's own, so one registry serves all.
  const client = await registries.make(`${file.schemaType} compatibility`);
  return file.cases.map((it) => ({ ...it, run: () => runCompatCase(it, file.schemaType, client) }));
}
