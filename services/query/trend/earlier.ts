// The earlier time that a trend is compared with.

import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { type TrendComparison, TrendComparisonUnit } from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { bucketsOf, dateAt } from "../calendar.js";
import { isEventTime, type Range } from "../question.js";
import { instantAt, localTimeOf } from "./wall-clock.js";

export interface EarlierOf {
  readonly range: Range;
  readonly interval: Interval;
  readonly timeZone: string;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** @throws Fault REQUEST_INVALID where it lies outside the years of events. */
export function earlierRange(comparison: Pick<TrendComparison, "count" | "unit">, of: EarlierOf): Range {
  const { fromMs, toMs } = comparison.count === 0 ? periodBefore(of) : shifted(comparison, of);
  if (!isEventTime(fromMs)) throw requestInvalid("comparison", "years", "must be from the year 1900 to 2299");
  return { fromMs, toMs, endsNow: false, startsOpen: false, isStartChosen: of.range.isStartChosen };
}

type Span = Pick<Range, "fromMs" | "toMs">;

function periodBefore({ range, interval, timeZone }: EarlierOf): Span {
  const isOfDays = interval === Interval.DAY || interval === Interval.WEEK || interval === Interval.MONTH;
  const isWhole = [range.fromMs, range.toMs].every((edge) => dateAt(edge, timeZone) !== undefined);
  if (!isOfDays && !isWhole) return { fromMs: 2 * range.fromMs - range.toMs, toMs: range.fromMs };
  const days = bucketsOf({ ...range, interval: Interval.DAY, timeZone, weekStart: "monday" });
  const count = days?.starts.length ?? Math.ceil((range.toMs - range.fromMs) / dayMs);
  return shifted({ count, unit: TrendComparisonUnit.DAY }, { range, interval, timeZone });
}

function shifted(
  { count, unit }: Pick<TrendComparison, "count" | "unit">,
  { range, timeZone }: EarlierOf,
): Span {
  const shift = (ms: number): number =>
    unit === TrendComparisonUnit.HOUR
      ? ms - count * hourMs
      : instantAt(earlierDate(localTimeOf(ms, timeZone), count, unit), timeZone);
  const [fromMs, toMs] = [shift(range.fromMs), shift(range.toMs)];
  // A range of a few days at the end of a long month may have nothing to be compared with in a short one.
  return { fromMs, toMs: Math.max(toMs, fromMs + 1) };
}

/** @param localMs what the clock reads, as if it were UTC's */
function earlierDate(localMs: number, count: number, unit: TrendComparisonUnit): number {
  if (unit === TrendComparisonUnit.MONTH) return monthsBefore(localMs, count);
  if (unit === TrendComparisonUnit.YEAR) return monthsBefore(localMs, 12 * count);
  return localMs - count * dayMs * (unit === TrendComparisonUnit.WEEK ? 7 : 1);
}

function monthsBefore(localMs: number, months: number): number {
  const local = new Date(localMs);
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth() - months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(local.getUTCDate(), lastDay);
  const midnightMs = Math.floor(localMs / dayMs) * dayMs;
  return Date.UTC(year, month, day) + (localMs - midnightMs);
}
