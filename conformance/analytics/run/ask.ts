import type { AnalyticsCase, Answer } from "../case-shape.js";
import { NotAskable } from "./question.js";
import { isRefusal, type OwnProject } from "./stand.js";
import { askStickiness } from "./stickiness.js";

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
    case "stickiness":
      return await askStickiness(given, project);
    default:
      throw new NotAskable(`the API has no question of kind ${given.kind}`);
  }
}
