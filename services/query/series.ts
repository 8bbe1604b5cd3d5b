import type { AskedRows, Expiry } from "./expiry.js";
import { type SeriesLines, seriesLines } from "./metrics-answer.js";
import { daysQuestion, gapOf, type Plan, type PlanFacts, plansOf } from "./plan.js";
import { readRange, type SeriesQuestion, systemTypes } from "./question.js";
import { type BreakdownValues, type BucketRow, metricsSql, type TopRow } from "./sql/metrics.js";
import type { Rowed } from "./sql/series-rows.js";
import type { Statement } from "./sql/tenant.js";

/** How a series can be answered by what is left of its rows. */
export interface PlannedSeries {
  /** The first plan with every event of the range; else the one that reaches furthest back. */
  readonly plan: Plan;
  /** Set where even that has not the whole range: from here on it has. */
  readonly completeFromMs?: number;
}

/** @throws as Analytics does. */
export async function planSeries(
  expiry: Expiry,
  rows: AskedRows,
  { question, facts }: { readonly question: SeriesQuestion; readonly facts: PlanFacts },
): Promise<PlannedSeries> {
  const { type } = question;
  const types = type === "" ? [] : [type];
  const gaps = await expiry.gaps(rows, { ...readRange(question), types, system: systemTypes.has(type) });
  const plans = plansOf(question, facts).map((plan) => ({ plan, completeFromMs: gapOf(plan, gaps, facts) }));
  const whole = plans.find(({ completeFromMs }) => completeFromMs === undefined);
  if (whole !== undefined) return { plan: whole.plan };
  const from = (completeFromMs: number | undefined): number => completeFromMs ?? Number.NEGATIVE_INFINITY;
  const [furthest] = plans.sort((a, b) => from(a.completeFromMs) - from(b.completeFromMs));
  if (furthest === undefined) throw new Error("a question without a plan");
  return { plan: furthest.plan, completeFromMs: from(furthest.completeFromMs) };
}

/** Runs statements, and keeps account of them. */
export interface SeriesReading extends Rowed {
  /** @param part what the statement is for: the greatest values of the breakdown, or the buckets */
  read(statement: Statement, part: "top" | "buckets"): Promise<readonly (readonly unknown[])[]>;
}

export interface AskedSeries {
  readonly question: SeriesQuestion;
  readonly plan: Plan;
}

/** The greatest values of the breakdown with their totals; none where there is no breakdown. */
export async function readTop(
  reading: SeriesReading,
  { question: asked, plan }: AskedSeries,
): Promise<readonly TopRow[]> {
  const { top } = metricsSql(reading, asPlanned(asked, plan), plan);
  return top === undefined ? [] : ((await reading.read(top, "top")) as unknown as readonly TopRow[]);
}

/** Every bucket and the total of each of these values of the breakdown. */
export async function readBuckets(
  reading: SeriesReading,
  { question: asked, plan }: AskedSeries,
  values: readonly BreakdownValues[],
): Promise<SeriesLines> {
  const question = asPlanned(asked, plan);
  // Without a single value there is nothing to look up in buckets.
  const isEmpty = question.breakdown.length > 0 && values.length === 0;
  const { buckets } = metricsSql(reading, question, plan);
  const rows = isEmpty ? [] : await reading.read(buckets(values), "buckets");
  return seriesLines(question, rows as unknown as readonly BucketRow[]);
}

/** The rollup of days has local days as if they were days of UTC. */
function asPlanned(question: SeriesQuestion, { table }: Plan): SeriesQuestion {
  return (table === "rollup_day" ? daysQuestion(question) : undefined) ?? question;
}
