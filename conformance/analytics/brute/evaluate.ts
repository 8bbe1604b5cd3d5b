// What each analysis means, worked out by brute force on the events of one case: small and slow, to hold answers of the
// product against. It shares nothing with the product but the text that says what is meant.
import type { AnalyticsCase, Answer } from "../case-shape.js";
import { evaluateFunnel } from "./funnel.js";
import { evaluateLifecycle, evaluateStickiness } from "./lifecycle.js";
import { evaluateRetention } from "./retention.js";
import { evaluateTrend } from "./trend.js";
import { evaluatePaths, evaluateSessions } from "./visits.js";
import { InvalidQuery, type World, worldOf } from "./world.js";

/** The answer to a case, in the shape of `expected`. */
export function evaluate(given: AnalyticsCase): Answer {
  try {
    return answerOf(worldOf(given), given);
  } catch (error) {
    if (error instanceof InvalidQuery) return { error: "invalid_query" };
    throw error;
  }
}

function answerOf(world: World, given: AnalyticsCase): Answer {
  switch (given.kind) {
    case "funnel":
      return evaluateFunnel(world, given.query);
    case "retention":
      return evaluateRetention(world, given.query);
    case "trend":
      return evaluateTrend(world, given.query);
    case "lifecycle":
      return evaluateLifecycle(world, given.query);
    case "stickiness":
      return evaluateStickiness(world, given.query);
    case "paths":
      return evaluatePaths(world, given.query);
    case "sessions":
      return evaluateSessions(world, given.query);
  }
}
