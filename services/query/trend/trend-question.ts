import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import { Aggregation, Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  BinEdges,
  MissingOperands,
  type QueryTrendRequest,
  TrendDisplay,
  TrendMath,
  type TrendSeries,
  TrendTotals,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import { type AskedFrame, bucketsOfFrame } from "../analysis/frame.js";
import { type Buckets, bucketsOf } from "../calendar.js";
import type { ActiveDays, Range, SeriesQuestion } from "../question.js";
import type { AskedBins } from "./bins.js";
import { earlierRange } from "./earlier.js";
import { type Formula, parseFormula } from "./formula.js";

/** What QueryTrend is asked, complete and checked. */
export interface TrendQuestion {
  readonly frame: AskedFrame;
  readonly current: Period;
  readonly previous?: Period;
  readonly lines: readonly AskedLine[];
  readonly display: TrendDisplay;
  readonly totals: TrendTotals.WHOLE_RANGE | TrendTotals.OF_BUCKETS;
  /** What stands in for operands of formulas that have no value; undefined: nothing. */
  readonly missing: number | undefined;
  /** Of each property of the breakdown. */
  readonly bins: readonly (AskedBins | undefined)[];
  readonly limit: number;
  readonly tellsOthers: boolean;
}

/** A range with the same series over it. */
export interface Period {
  readonly range: Range;
  readonly buckets: Buckets;
  readonly series: readonly SeriesQuestion[];
}

/** A line of the answer: a formula, or a series. */
export interface AskedLine {
  readonly name: string;
  readonly formula: Formula;
}

const limitDefault = 25;
/** Of each of several series whose values of a breakdown are ranked together. */
export const rankedMax = 10_000;

/**
 * @param prefix where the request of a call has this one
 * @throws Fault REQUEST_INVALID that names the field.
 */
export function trendQuestion(request: QueryTrendRequest, frame: AskedFrame, prefix = ""): TrendQuestion {
  const { series, formulas, comparison } = request;
  const display = request.display || TrendDisplay.BUCKETS;
  const interval = display === TrendDisplay.TOTAL ? Interval.UNSPECIFIED : request.interval || Interval.DAY;
  const period = (range: Range): Period => {
    const buckets = bucketsOfFrame({ ...frame, range }, interval);
    const at = { frame: { ...frame, range }, buckets, interval, prefix };
    return { range, buckets, series: series.map((_each, index) => seriesOf(request, index, at)) };
  };
  const seriesCount = series.length;
  const own = series.map(({ name }, index) => ({ name, formula: { kind: "series", index } as const }));
  const told = formulas.map((text, index) => ({
    name: text,
    formula: parseFormula(text, { seriesCount, field: `formulas[${index}]` }),
  }));
  const { range, timeZone } = frame;
  return {
    frame,
    current: period(range),
    ...(comparison === undefined
      ? {}
      : { previous: period(earlierRange(comparison, { range, interval, timeZone })) }),
    lines: told.length > 0 ? told : own,
    display,
    ...optionsOf(request, frame),
  };
}

type Options = Pick<TrendQuestion, "totals" | "missing" | "bins" | "limit" | "tellsOthers">;

function optionsOf(request: QueryTrendRequest, { semantics }: AskedFrame): Options {
  const isPeers = semantics === "posthog";
  const totals = request.totals || (isPeers ? TrendTotals.OF_BUCKETS : TrendTotals.WHOLE_RANGE);
  const missing = request.missingOperands || (isPeers ? MissingOperands.ZERO : MissingOperands.NO_VALUE);
  const edges = request.binEdges || (isPeers ? BinEdges.VALUE_QUANTILES : BinEdges.EQUAL_WIDTH);
  const bins = request.breakdown.map(({ bins: count }) => (count === 0 ? undefined : { count, edges }));
  // All bins, and what is no number.
  const most = bins.reduce((all, each) => all * (each === undefined ? 1 : each.count + 1), 1);
  return {
    totals,
    missing: missing === MissingOperands.ZERO ? 0 : undefined,
    bins,
    limit: request.limit || Math.min(1_000, Math.max(limitDefault, most)),
    tellsOthers: !request.noOther,
  };
}

interface At {
  readonly frame: AskedFrame;
  readonly buckets: Buckets;
  readonly interval: Interval;
  readonly prefix: string;
}

/** How a math is computed. */
interface MathParts {
  readonly aggregation: Aggregation;
  readonly needsProperty?: boolean;
  readonly perUser?: boolean;
  /** Counts users of so many trailing days. */
  readonly span?: number;
}

const parts: Readonly<Record<TrendMath, MathParts>> = {
  [TrendMath.UNSPECIFIED]: { aggregation: Aggregation.COUNT },
  [TrendMath.COUNT]: { aggregation: Aggregation.COUNT },
  [TrendMath.UNIQUE_USERS]: { aggregation: Aggregation.UNIQUE_USERS },
  [TrendMath.SUM]: { aggregation: Aggregation.SUM, needsProperty: true },
  [TrendMath.AVG]: { aggregation: Aggregation.AVG, needsProperty: true },
  [TrendMath.MIN]: { aggregation: Aggregation.MIN, needsProperty: true },
  [TrendMath.MAX]: { aggregation: Aggregation.MAX, needsProperty: true },
  [TrendMath.PERCENTILE]: { aggregation: Aggregation.PERCENTILE, needsProperty: true },
  [TrendMath.UNIQUE_VALUES]: { aggregation: Aggregation.UNIQUE_VALUES, needsProperty: true },
  [TrendMath.WEEKLY_ACTIVE]: { aggregation: Aggregation.UNIQUE_USERS, span: 7 },
  [TrendMath.MONTHLY_ACTIVE]: { aggregation: Aggregation.UNIQUE_USERS, span: 30 },
  [TrendMath.AVG_PER_USER]: { aggregation: Aggregation.AVG, perUser: true },
  [TrendMath.MIN_PER_USER]: { aggregation: Aggregation.MIN, perUser: true },
  [TrendMath.MAX_PER_USER]: { aggregation: Aggregation.MAX, perUser: true },
  [TrendMath.PERCENTILE_PER_USER]: { aggregation: Aggregation.PERCENTILE, perUser: true },
};

function seriesOf(request: QueryTrendRequest, index: number, at: At): SeriesQuestion {
  const series = request.series[index] as TrendSeries;
  const { prefix } = at;
  const place = `${prefix}series[${index}]`;
  const { aggregation, needsProperty = false, perUser = false, span } = parts[series.math];
  const { property, percentile } = series;
  if (needsProperty && property === undefined) {
    throw requestInvalid(`${place}.property`, "required", "this math needs a property");
  }
  const { type, filters }: Pick<EventSelector, "type" | "filters"> = series.event ?? {
    type: "",
    filters: [],
  };
  const { frame, buckets, interval } = at;
  const isLong = interval === Interval.WEEK || interval === Interval.MONTH;
  const active = span === undefined || isLong ? undefined : activeDays(span, frame);
  return {
    type,
    aggregation,
    property: needsProperty ? property : undefined,
    percentile: aggregation === Aggregation.PERCENTILE ? percentile : 0,
    range: frame.range,
    buckets,
    timeZone: frame.timeZone,
    filters,
    commonFilters: frame.filters,
    breakdown: request.breakdown.flatMap((each) => each.property ?? []),
    limit: rankedMax,
    perUser,
    isCumulative: request.display === TrendDisplay.CUMULATIVE,
    ...(active === undefined ? {} : { active }),
    others: request.noOther ? "none" : "all",
    places: {
      filters: `${place}.event.filters`,
      commonFilters: `${prefix}frame.filters`,
      property: `${place}.property`,
      aggregation: `${place}.math`,
      breakdown: (breakdown) => `${prefix}breakdown[${breakdown}].property`,
    },
  };
}

const dayMs = 86_400_000;

/** The days of a range, and of the span that ends with the first of them. */
function activeDays(span: number, { range, timeZone, weekStart }: AskedFrame): ActiveDays {
  // A day longer than any span is, in case that the clock was set back meanwhile.
  const fromMs = range.fromMs - (span + 1) * dayMs;
  const all = bucketsOf({ fromMs, toMs: range.toMs, interval: Interval.DAY, timeZone, weekStart });
  if (all === undefined) throw requestInvalid("frame.range", "max_buckets", "the range has too many days");
  const first = all.starts.findLastIndex((start) => start <= range.fromMs) - (span - 1);
  return { span, days: { starts: all.starts.slice(first), ends: all.ends.slice(first) } };
}
