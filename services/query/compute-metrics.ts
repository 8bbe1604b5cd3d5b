import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import type { AskedRows, Expiry } from "./expiry.js";
import { type MetricsAnswer, metricsAnswer } from "./metrics-answer.js";
import { badPattern } from "./patterns.js";
import type { PeopleStore } from "./people-store.js";
import { daysQuestion, gapOf, type Plan, type PlanFacts, type planMetrics, plansOf } from "./plan.js";
import { type Analytics, BadPattern, type Rows, type Work } from "./ports.js";
import { asksForPersons, beginningAt, type MetricsQuestion, systemTypes } from "./question.js";
import { type BucketRow, metricsSql, type TopRow } from "./sql/metrics.js";
import { nobodyMapped } from "./sql/people.js";
import { Tenant } from "./sql/tenant.js";

/** An answer with what it cost and where it was read. */
export interface ComputedMetrics extends MetricsAnswer, Work {
  readonly plan: Plan;
  /** As it was answered: of a range whose start nobody chose, what is left of it. */
  readonly question: MetricsQuestion;
  /** Set where that is not the whole range. */
  readonly completeFromMs?: number;
}

export interface MetricsEngine {
  readonly analytics: Analytics;
  readonly people: PeopleStore;
  readonly expiry: Expiry;
}

/**
 * Answers a question from the engine. What may have expired is not passed over: another table answers, or what is left
 * of a range whose start nobody chose, or nothing.
 *
 * @throws Fault DATA_EXPIRED, REQUEST_INVALID, QUERY_TOO_LARGE, QUERY_TIMEOUT or ENGINE_UNAVAILABLE
 */
export async function computeMetrics(
  engine: MetricsEngine,
  projectId: string,
  { question: asked, signal, zone, choosePlan }: MetricsRun,
): Promise<ComputedMetrics> {
  const { analytics, people } = engine;
  const tenant = new Tenant(projectId);
  const known = asksForPersons(asked) ? await people.people(projectId, tenant, signal) : nobodyMapped;
  const facts = { peopleMapped: known.mapped, ...(zone === undefined ? {} : { zone }) };
  const planned =
    choosePlan === undefined
      ? await planOf(engine.expiry, { projectId, tenant, signal }, { asked, facts })
      : { plan: choosePlan(asked, facts), question: asked };
  const { plan } = planned;
  const question =
    (plan.table === "rollup_day" ? daysQuestion(planned.question) : undefined) ?? planned.question;
  const statements = metricsSql(tenant, known, question, plan);
  try {
    const top = statements.top === undefined ? noRows : await analytics.read(statements.top, signal);
    const topRows = top.rows as unknown as readonly TopRow[];
    // Without a single series there is nothing to look up in buckets.
    const isEmpty = statements.top !== undefined && topRows.length === 0;
    const series = topRows.map(([values]) => values);
    const buckets = isEmpty ? noRows : await analytics.read(statements.buckets(series), signal);
    const answer = metricsAnswer(question, topRows, buckets.rows as unknown as readonly BucketRow[]);
    const work = {
      engineMs: top.engineMs + buckets.engineMs,
      rowsRead: top.rowsRead + buckets.rowsRead,
      bytesRead: top.bytesRead + buckets.bytesRead,
    };
    return { ...answer, ...planned, ...work };
  } catch (error) {
    throw error instanceof BadPattern
      ? await badPattern([{ field: "filters", filters: question.filters }], analytics, signal)
      : error;
  }
}

export interface MetricsRun {
  readonly question: MetricsQuestion;
  readonly signal: AbortSignal;
  /** The project's zone; without it the rollup of days is not used. */
  readonly zone?: PlanFacts["zone"];
  /** Takes the planner's place, in tests that ask every path the same. */
  readonly choosePlan?: typeof planMetrics;
}

type Planned = Pick<ComputedMetrics, "plan" | "question" | "completeFromMs">;

/** The first plan with every event of the range; else of what is left where that will do. @throws Fault DATA_EXPIRED */
async function planOf(
  expiry: Expiry,
  rows: AskedRows,
  { asked, facts }: { asked: MetricsQuestion; facts: PlanFacts },
): Promise<Planned> {
  const { type, range } = asked;
  const gaps = await expiry.gaps(rows, {
    ...range,
    types: type === "" ? [] : [type],
    system: systemTypes.has(type),
  });
  const plans = plansOf(asked, facts);
  const whole = plans.find((plan) => gapOf(plan, gaps, facts) === undefined);
  if (whole !== undefined) return { plan: whole, question: asked };
  const completeFromMs = Math.min(...plans.map((plan) => gapOf(plan, gaps, facts) ?? range.fromMs));
  if (!range.isStartChosen || completeFromMs >= range.toMs) throw dataExpired(completeFromMs);
  const question = beginningAt(asked, completeFromMs);
  const left = plansOf(question, facts).find(
    (plan) => (gapOf(plan, gaps, facts) ?? completeFromMs) <= completeFromMs,
  );
  if (left === undefined) throw dataExpired(completeFromMs);
  return { plan: left, question, completeFromMs };
}

/** The refusal for what can't be answered any more. */
export function dataExpired(completeFromMs: number): Fault {
  const completeFrom = new Date(completeFromMs).toISOString();
  const message =
    `range.from: events before ${completeFrom} may have expired, and what is kept of them does not answer this ` +
    "question; whole quarters of an hour (or days in the project's zone) of counts by type, country and device reach " +
    "further back";
  const facts = { field: "range.from", rule: "retention", complete_from: completeFrom };
  return new Fault(FaultReason.DATA_EXPIRED, message, facts);
}

const noRows: Rows = { rows: [], rowsRead: 0, bytesRead: 0, engineMs: 0 };
