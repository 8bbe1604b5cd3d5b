import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import { Interval, type Property, PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  type QueryRetentionRequest,
  RetentionBirth,
  RetentionBound,
  RetentionBreakdown,
  RetentionClock,
} from "../../../gen/ts/tideline/query/v1/retention_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { type AskedFrame, bucketsOfFrame } from "../analysis/frame.js";
import { type Buckets, bucketsOf } from "../calendar.js";

export type Selector = Pick<EventSelector, "type" | "filters">;

/** What QueryRetention is asked, complete and checked. */
export interface RetentionQuestion {
  readonly frame: AskedFrame;
  readonly start: Selector;
  readonly return: Selector;
  /** The periods of the cohorts, and on from there as many as the columns of the last cohort need. */
  readonly periods: Buckets;
  /** How many of these have a cohort. */
  readonly cohorts: number;
  /** How many columns, the first among them. */
  readonly columns: number;
  readonly clock: "calendar" | "rolling";
  /** The length of a column of the rolling clock. */
  readonly rollingMs: number;
  readonly bound: "on" | "on_or_after" | "on_or_before";
  readonly birth: "recurring" | "first_matching" | "first_ever";
  readonly minimum: number;
  /** Events before this instant make users come back. */
  readonly returnsToMs: number;
  readonly breakdown: readonly Property[];
  readonly breakdownBy: "start_event" | "same_value";
  readonly limit: number;
}

const cohortsMax = 1_000;
const columnsMax = 1_000;
const cellsMax = 250_000;
const defaultLimit = 25;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Of each period its length by the rolling clock, and the longest that one is by the calendar's, in ms. */
const lengths: ReadonlyMap<Interval, { readonly rollingMs: number; readonly longestMs: number }> = new Map([
  [Interval.HOUR, { rollingMs: hourMs, longestMs: hourMs }],
  [Interval.DAY, { rollingMs: dayMs, longestMs: 25 * hourMs }],
  [Interval.WEEK, { rollingMs: 7 * dayMs, longestMs: 7 * dayMs + hourMs }],
  [Interval.MONTH, { rollingMs: 30 * dayMs, longestMs: 31 * dayMs + hourMs }],
]);

/** @throws Fault REQUEST_INVALID that names the field. */
export function retentionQuestion(request: QueryRetentionRequest, frame: AskedFrame): RetentionQuestion {
  const period = request.period === Interval.UNSPECIFIED ? Interval.DAY : request.period;
  const { starts } = bucketsOfFrame(frame, period);
  if (starts.length > cohortsMax) {
    throw requestInvalid("period", "max_cohorts", `the range has more than ${cohortsMax} of these periods`);
  }
  const columns = request.periods || Math.min(starts.length, columnsMax);
  if (starts.length * columns > cellsMax) {
    throw requestInvalid("periods", "max_cells", `there would be more than ${cellsMax} cells`);
  }
  const isRolling = request.clock === RetentionClock.ROLLING;
  const rollingMs = lengths.get(period)?.rollingMs ?? 0;
  const periods = periodsOf(frame, period, starts.length + columns - 1);
  const lastMs = isRolling
    ? (periods.ends[starts.length - 1] ?? 0) + columns * rollingMs
    : (periods.ends.at(-1) ?? 0);
  return {
    frame,
    start: selectorOf(request.startEvent),
    return: selectorOf(request.returnEvent),
    periods,
    cohorts: starts.length,
    columns,
    clock: isRolling ? "rolling" : "calendar",
    rollingMs,
    bound: boundOf(request.bound),
    birth: birthOf(request.birth),
    minimum: request.minimumOccurrences || 1,
    returnsToMs: request.returnsAfterRange ? Math.max(frame.range.toMs, lastMs) : frame.range.toMs,
    breakdown: request.breakdown,
    breakdownBy: breakdownByOf(request, frame),
    limit: request.limit || defaultLimit,
  };
}

/** So many periods from the first one of the range on. */
function periodsOf(frame: AskedFrame, interval: Interval, count: number): Buckets {
  const { timeZone, weekStart } = frame;
  const { fromMs } = frame.range;
  // Below a day a change of the clock may make one more or one less of them.
  const toMs = fromMs + (count + 2) * (lengths.get(interval)?.longestMs ?? 0);
  const buckets = bucketsOf({ fromMs, toMs, interval, timeZone, weekStart });
  if (buckets === undefined) throw new Error("more periods than an answer may have");
  return { starts: buckets.starts.slice(0, count), ends: buckets.ends.slice(0, count) };
}

function selectorOf(selector: EventSelector | undefined): Selector {
  return { type: selector?.type ?? "", filters: selector?.filters ?? [] };
}

function boundOf(bound: RetentionBound): RetentionQuestion["bound"] {
  if (bound === RetentionBound.ON_OR_AFTER) return "on_or_after";
  return bound === RetentionBound.ON_OR_BEFORE ? "on_or_before" : "on";
}

function birthOf(birth: RetentionBirth): RetentionQuestion["birth"] {
  if (birth === RetentionBirth.FIRST_MATCHING) return "first_matching";
  return birth === RetentionBirth.FIRST_EVER ? "first_ever" : "recurring";
}

function breakdownByOf(
  { breakdownBy, breakdown, birth }: QueryRetentionRequest,
  { semantics }: AskedFrame,
): RetentionQuestion["breakdownBy"] {
  // All events of a user have the same traits: the quicker way gives the same.
  if (breakdown.length > 0 && breakdown.every(({ scope }) => scope === PropertyScope.USER))
    return "same_value";
  if (birth === RetentionBirth.FIRST_EVER) return "start_event";
  if (breakdownBy === RetentionBreakdown.UNSPECIFIED)
    return semantics === "posthog" ? "same_value" : "start_event";
  return breakdownBy === RetentionBreakdown.SAME_VALUE ? "same_value" : "start_event";
}
