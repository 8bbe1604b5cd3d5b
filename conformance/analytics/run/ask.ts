import type { AnalyticsCase, Answer, Kind } from "../case-shape.js";
import { askFunnel } from "./funnel.js";
import { askLifecycle } from "./lifecycle.js";
import { askPaths } from "./paths.js";
import { askRetention } from "./retention.js";
import { askSessions } from "./sessions.js";
import { isRefusal, type OwnProject } from "./stand.js";
import { askStickiness } from "./stickiness.js";
import { askTrend } from "./trend.js";

/** The kinds of question that the API has. */
export const askableKinds: readonly Kind[] = [
  "funnel",
  "retention",
  "trend",
  "lifecycle",
  "stickiness",
  "paths",
  "sessions",
];

/**
 * Asks a case's question of a project that holds its events; the answer is in the shape of `expected`.
 *
 * @param areListed asks also who the users behind the numbers are, which can take many calls
 */
export async function ask(
  given: AnalyticsCase,
  project: OwnProject,
  { areListed = true } = {},
): Promise<Answer> {
  try {
    return await asked(given, project, areListed);
  } catch (error) {
    if (isRefusal(error)) return { error: "invalid_query", message: error.rawMessage };
    throw error;
  }
}

function asked(given: AnalyticsCase, project: OwnProject, areListed: boolean): Promise<Answer> {
  switch (given.kind) {
    case "funnel":
      return askFunnel(given, project, areListed);
    case "retention":
      return askRetention(given, project, areListed);
    case "trend":
      return askTrend(given, project, areListed);
    case "lifecycle":
      return askLifecycle(given, project, areListed);
    case "stickiness":
      return askStickiness(given, project);
    case "paths":
      return askPaths(given, project);
    case "sessions":
      return askSessions(given, project);
  }
}
