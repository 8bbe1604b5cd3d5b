import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import type { AskedRows, Expiry } from "./expiry.js";
import { type MetricsAnswer, metricsAnswer } from "./metrics-answer.js";
import { badPattern } from "./patterns.js";
import type { PeopleStore } from "./people-store.js";
import type { Plan, PlanFacts, planMetrics } from "./plan.js";
import { type Analytics, BadPattern, type Work } from "./ports.js";
import { asksForPersons, beginningAt, conditionsOf, type MetricsQuestion } from "./question.js";
import { planSeries, readBuckets, readTop } from "./series.js";
import { type Cohorts, nobodyMapped } from "./sql/people.js";
import { type Statement, Tenant } from "./sql/tenant.js";

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
  { question: asked, signal, zone, choosePlan, cohorts }: MetricsRun,
): Promise<ComputedMetrics> {
  const { analytics } = engine;
  const tenant = new Tenant(projectId);
  const asksForThem = asksForPersons(asked) || cohorts !== undefined;
  const persons = asksForThem ? await engine.people.people(projectId, tenant, signal) : nobodyMapped;
  const people = cohorts === undefined ? persons : { ...persons, cohorts };
  const facts = { peopleMapped: people.mapped, ...(zone === undefined ? {} : { zone }) };
  const planned =
    choosePlan === undefined
      ? await planOf(engine.expiry, { projectId, tenant, signal }, { asked, facts })
      : { plan: choosePlan(asked, facts), question: asked };
  const works: Work[] = [];
  const read = async (statement: Statement) => {
    const { rows, ...work } = await analytics.read(statement, signal);
    works.push(work);
    return rows;
  };
  try {
    const reading = { tenant, people, read };
    const top = await readTop(reading, planned);
    const lines = await readBuckets(
      reading,
      planned,
      top.map(([values]) => values),
    );
    return { ...metricsAnswer(planned.question, top, lines), ...planned, ...sumOf(works) };
  } catch (error) {
    throw error instanceof BadPattern
      ? await badPattern(conditionsOf(planned.question), analytics, signal)
      : error;
  }
}

function sumOf(works: readonly Work[]): Work {
  const sum = (of: (work: Work) => number): number => works.reduce((all, work) => all + of(work), 0);
  return {
    rowsRead: sum(({ rowsRead }) => rowsRead),
    bytesRead: sum(({ bytesRead }) => bytesRead),
    engineMs: sum(({ engineMs }) => engineMs),
  };
}

export interface MetricsRun {
  readonly question: MetricsQuestion;
  readonly signal: AbortSignal;
  /** Where the question asks who is in one. */
  readonly cohorts?: Cohorts | undefined;
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
  const { plan, completeFromMs } = await planSeries(expiry, rows, { question: asked, facts });
  if (completeFromMs === undefined) return { plan, question: asked };
  if (!asked.range.isStartChosen || completeFromMs >= asked.range.toMs) throw dataExpired(completeFromMs);
  const question = beginningAt(asked, completeFromMs);
  const left = await planSeries(expiry, rows, { question, facts });
  if ((left.completeFromMs ?? completeFromMs) > completeFromMs) throw dataExpired(completeFromMs);
  return { plan: left.plan, question, completeFromMs };
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
