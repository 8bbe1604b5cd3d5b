import { Aggregation, PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { dateAt } from "./calendar.js";
import type { Gaps } from "./expiry.js";
import { conditionsOf, readRange, type SeriesQuestion, systemTypes } from "./question.js";
import { fields } from "./sql/fields.js";

/** Where a question is read. */
export interface Plan {
  readonly table: "events" | "rollup_minute" | "rollup_quarter" | "rollup_day";
  /** As the answer says it. */
  readonly source: "raw" | "rollup";
  /** Set where the rollup answers up to this instant only, and events from it on. */
  readonly tailFromMs?: number;
}

/** What the planner must know beyond the question. */
export interface PlanFacts {
  /** Whether anybody in the project is known by two ids. */
  readonly peopleMapped: boolean;
  /** The project's zone, which the rollup of days is cut by, and since when it has it; not set: since it was made. */
  readonly zone?: { readonly name: string; readonly sinceMs?: number };
}

const raw: Plan = { table: "events", source: "raw" };
const quarterMs = 15 * 60_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Chooses the smallest table that answers exactly while nothing has expired.
 *
 * Rollups hold, per bucket of UTC, counts and the set of visitors by type, country and device class. They answer
 * where every edge of range and buckets is an edge of theirs, nothing else is asked of, and, for users, nobody in the
 * project is known by two ids. They don't answer for amounts and for days in the project's zone: both settings hold
 * "from then on", so older rows may mean something else than the question does.
 */
export function planMetrics(question: SeriesQuestion, facts: PlanFacts): Plan {
  return plansOf(question, facts)[0] ?? raw;
}

/** Every way to answer exactly, the one to be preferred first; which of them are whole is said by `gapOf`. */
export function plansOf(question: SeriesQuestion, facts: PlanFacts): Plan[] {
  if (!isInRollups(question, facts)) return [raw];
  const { buckets, active } = question;
  const range = readRange(question);
  const inner = [range.fromMs, ...(active?.days.starts ?? buckets.starts)];
  const rollups: Plan[] = [];
  const isAligned = (edges: readonly number[], unitMs: number) => edges.every((edge) => edge % unitMs === 0);
  if (isAligned([...inner, range.toMs], quarterMs))
    rollups.push({ table: "rollup_quarter", source: "rollup" });
  if (isAligned([...inner, range.toMs], minuteMs)) rollups.push({ table: "rollup_minute", source: "rollup" });
  // A user's active days are few beside a set of users for each day and its span: raw first.
  if (active !== undefined) return [raw, ...rollups];
  const plans = [...rollups, raw];
  if (isAligned(inner, quarterMs) && range.toMs % quarterMs !== 0) {
    const tailFromMs = Math.floor(range.toMs / quarterMs) * quarterMs;
    if (tailFromMs > range.fromMs) plans.push({ table: "rollup_quarter", source: "rollup", tailFromMs });
  }
  if (facts.zone?.name === question.timeZone && daysQuestion(question) !== undefined) {
    plans.push({ table: "rollup_day", source: "rollup" });
  }
  return plans;
}

function isInRollups(question: SeriesQuestion, facts: PlanFacts): boolean {
  const { aggregation, type, breakdown, perUser, bins = [] } = question;
  if (perUser === true || bins.some((each) => each !== undefined)) return false;
  const countsUsers = aggregation === Aggregation.UNIQUE_USERS;
  if (aggregation !== Aggregation.COUNT && !countsUsers) return false;
  if (countsUsers && facts.peopleMapped) return false;
  if (systemTypes.has(type)) return false;
  const filters = conditionsOf(question).flatMap((group) => group.filters);
  const properties = [...filters.map(({ property }) => property), ...breakdown];
  return properties.every(
    (property) => property?.scope === PropertyScope.FIELD && fields.get(property.name)?.inRollups === true,
  );
}

/** From which instant on a plan has every event of the question's range; undefined: from its beginning. */
export function gapOf(plan: Plan, gaps: Gaps, { zone }: PlanFacts): number | undefined {
  if (plan.table === "rollup_day")
    return isOneZone(gaps, zone?.sinceMs) ? undefined : Number.POSITIVE_INFINITY;
  const gap = gaps[plan.table];
  if (plan.tailFromMs === undefined) return gap;
  const isTailWhole = gaps.events === undefined || gaps.events <= plan.tailFromMs;
  return isTailWhole ? gap : gaps.events;
}

/** Whether every day was stamped in the zone that the project has now; for a day it may still have been the old one. */
function isOneZone({ firstReceivedDay }: Gaps, sinceMs: number | undefined): boolean {
  if (sinceMs === undefined) return true;
  return firstReceivedDay !== undefined && firstReceivedDay > Math.floor(sinceMs / dayMs) + 1;
}

/**
 * The question as the rollup of days has it: whole local days, written as if they were days of UTC. Undefined where an
 * edge is no beginning of a day.
 */
export function daysQuestion<Q extends SeriesQuestion>(question: Q): Q | undefined {
  const { range, buckets, timeZone } = question;
  const dayOf = (instantMs: number): number => (dateAt(instantMs, timeZone) ?? Number.NaN) * dayMs;
  const [fromMs, toMs] = [dayOf(range.fromMs), dayOf(range.toMs)];
  const [starts, ends] = [buckets.starts.map(dayOf), buckets.ends.map(dayOf)];
  if ([fromMs, toMs, ...starts, ...ends].some(Number.isNaN)) return undefined;
  return { ...question, range: { ...range, fromMs, toMs }, buckets: { starts, ends } };
}
