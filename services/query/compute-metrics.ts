import { type MetricsAnswer, metricsAnswer } from "./metrics-answer.js";
import { badPattern } from "./patterns.js";
import type { PeopleStore } from "./people-store.js";
import { type Plan, planMetrics } from "./plan.js";
import { type Analytics, BadPattern, type Rows, type Work } from "./ports.js";
import { asksForPersons, type MetricsQuestion } from "./question.js";
import { type BucketRow, metricsSql, type TopRow } from "./sql/metrics.js";
import { nobodyMapped } from "./sql/people.js";
import { Tenant } from "./sql/tenant.js";

/** An answer with what it cost and where it was read. */
export interface ComputedMetrics extends MetricsAnswer, Work {
  readonly plan: Plan;
}

export interface MetricsEngine {
  readonly analytics: Analytics;
  readonly people: PeopleStore;
}

/**
 * Answers a question from the engine.
 *
 * @param choosePlan takes the planner's place, in tests that ask every path the same
 * @throws Fault REQUEST_INVALID, QUERY_TOO_LARGE, QUERY_TIMEOUT or ENGINE_UNAVAILABLE
 */
export async function computeMetrics(
  { analytics, people }: MetricsEngine,
  projectId: string,
  { question, signal, choosePlan = planMetrics }: MetricsRun,
): Promise<ComputedMetrics> {
  const tenant = new Tenant(projectId);
  const known = asksForPersons(question) ? await people.people(projectId, tenant, signal) : nobodyMapped;
  const plan = choosePlan(question, { peopleMapped: known.mapped });
  const statements = metricsSql(tenant, known, question, plan);
  try {
    const top = statements.top === undefined ? noRows : await analytics.read(statements.top, signal);
    const topRows = top.rows as unknown as readonly TopRow[];
    // Without a single series there is nothing to look up in buckets.
    const isEmpty = statements.top !== undefined && topRows.length === 0;
    const series = topRows.map(([values]) => values);
    const buckets = isEmpty ? noRows : await analytics.read(statements.buckets(series), signal);
    const answer = metricsAnswer(question, topRows, buckets.rows as unknown as readonly BucketRow[]);
    const engineMs = top.engineMs + buckets.engineMs;
    return { ...answer, plan, engineMs, rowsRead: top.rowsRead + buckets.rowsRead };
  } catch (error) {
    throw error instanceof BadPattern ? await badPattern(question.filters, analytics, signal) : error;
  }
}

export interface MetricsRun {
  readonly question: MetricsQuestion;
  readonly signal: AbortSignal;
  readonly choosePlan?: typeof planMetrics;
}

const noRows: Rows = { rows: [], rowsRead: 0, engineMs: 0 };
