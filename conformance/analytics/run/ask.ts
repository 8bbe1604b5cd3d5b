import type { AnalyticsCase, Answer, Kind } from "../case-shape.js";
import { askFunnel } from "./funnel.js";
import { askPaths } from "./paths.js";
import { NotAskable } from "./question.js";
import { askSessions } from "./sessions.js";
import { isRefusal, type OwnProject } from "./stand.js";
import { askStickiness } from "./stickiness.js";

/** The kinds of question that the API has. */
export const askableKinds: readonly Kind[] = ["funnel", "stickiness", "paths", "sessions"];

/** Asks a case's question of a project that holds its events; the answer is in the shape of `expected`. */
export async function ask(given: AnalyticsCase, project: OwnProject): Promise<Answer> {
  try {
    return await asked(given, project);
  } catch (error) {
    if (isRefusal(error)) return { error: "invalid_query", message: error.rawMessage };
    throw error;
  }
}

async function asked(given: AnalyticsCase, project: OwnProject): Promise<Answer> {
  switch (given.kind) {
    case "funnel":
      return await askFunnel(given, project);
    case "stickiness":
      return await askStickiness(given, project);
    case "paths":
      return await askPaths(given, project);
    case "sessions":
      return await askSessions(given, project);
    default:
      throw new NotAskable(`the API has no question of kind ${given.kind}`);
  }
}
