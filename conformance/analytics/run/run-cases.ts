import { inParallel } from "../../in-parallel.js";
import type { CaseResult } from "../../report.js";
import type { AnalyticsCase } from "../case-shape.js";
import { unmet } from "../expectation.js";
import { ask } from "./ask.js";
import { EventSender } from "./send-events.js";
import type { Stand } from "./stand.js";

/** Cases that run at once: most of a case is waiting for its events to be stored. */
const widthMax = 16;

/** Runs each case in a project of its own; `onCase` is called after each. Results are in the order of the cases. */
export async function runAnalyticsCases(
  cases: readonly AnalyticsCase[],
  stand: Stand,
  onCase: () => void,
): Promise<CaseResult[]> {
  return await inParallel(
    widthMax,
    cases.map((given) => async () => {
      const result = await runCase(given, stand).catch((error: unknown): CaseResult => {
        const got = error instanceof Error ? error.message : String(error);
        const failures = [{ where: "the case", expected: "an answer", got }];
        return { id: given.name, name: given.name, got: null, failures };
      });
      onCase();
      return result;
    }),
  );
}

async function runCase(given: AnalyticsCase, stand: Stand): Promise<CaseResult> {
  const project = await stand.project(given);
  await new EventSender(project).send({ ...given, areNamed: true });
  const got = await ask(given, project);
  const { name, expected } = given;
  return { id: name, name, got, failures: expected === undefined ? undefined : unmet(given, got) };
}
