import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SeriesSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { MetricsQuestion } from "./question.js";
import { type BreakdownValues, type BucketRow, sumsOthers, type TopRow } from "./sql/metrics.js";

type SeriesInit = MessageInitShape<typeof SeriesSchema>;

/** What the rows of a question's statements say, without what the answer says of itself. */
export interface MetricsAnswer {
  readonly series: SeriesInit[];
  /** Breakdown values beyond the limit. */
  readonly otherValues: number;
  /** 0 to 1. */
  readonly lateShare: number;
}

/** Puts the rows together; a series' values are in the order of the question's buckets. */
export function metricsAnswer(
  question: MetricsQuestion,
  top: readonly TopRow[],
  rows: readonly BucketRow[],
): MetricsAnswer {
  const hasBreakdown = question.breakdown.length > 0;
  const isEmpty = emptyValue(question.aggregation);
  const lines = new Map<number, SeriesLine>();
  const lineOf = (place: number): SeriesLine => {
    const known = lines.get(place) ?? new SeriesLine(question.buckets.starts, isEmpty);
    lines.set(place, known);
    return known;
  };
  let [events, late] = [0, 0];
  for (const [place, allSeries, bucketMs, allBuckets, value, count, rowEvents, rowLate] of rows) {
    if (allSeries === 1) [events, late] = [rowEvents, rowLate];
    // With a breakdown the sum over all series is nobody's total.
    if (allSeries === 1 && hasBreakdown) continue;
    const line = lineOf(place);
    line.take(allBuckets === 1 ? undefined : bucketMs, seriesValue(value, count, question.aggregation));
  }
  const series: SeriesInit[] = hasBreakdown
    ? brokenDown(top, lineOf).sort(byTotal)
    : [{ breakdown: [], isOther: false, ...lineOf(0).values() }];
  const [, , , seriesInAll = 0] = top[0] ?? [];
  const otherValues = Math.max(0, seriesInAll - top.length);
  if (otherValues > 0 && sumsOthers(question.aggregation)) {
    series.push({ breakdown: [], isOther: true, ...lineOf(0).values() });
  }
  return { series, otherValues, lateShare: events === 0 ? 0 : late / events };
}

interface Value {
  readonly value: number;
  readonly hasValue: boolean;
}

/** Counts and sums of nothing are 0; there is no mean of nothing. */
function emptyValue(aggregation: Aggregation): Value {
  return { value: 0, hasValue: isCounting(aggregation) };
}

function isCounting(aggregation: Aggregation): boolean {
  return (
    aggregation === Aggregation.COUNT ||
    aggregation === Aggregation.SUM ||
    aggregation === Aggregation.UNIQUE_USERS ||
    aggregation === Aggregation.UNIQUE_VALUES
  );
}

function seriesValue(value: number | string | null, count: number, aggregation: Aggregation): Value {
  if (value === null || (count === 0 && !isCounting(aggregation))) return emptyValue(aggregation);
  return { value: typeof value === "number" ? value : numberOf(value), hasValue: true };
}

/** The engine writes what JSON has no number for as a text: a sum can leave the range of doubles. */
function numberOf(text: string): number {
  if (text === "inf") return Number.POSITIVE_INFINITY;
  return text === "-inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

class SeriesLine {
  readonly #starts: readonly number[];
  readonly #empty: Value;
  readonly #byBucket = new Map<number, Value>();
  #total: Value;

  constructor(starts: readonly number[], empty: Value) {
    this.#starts = starts;
    this.#empty = empty;
    this.#total = empty;
  }

  take(bucketMs: number | undefined, value: Value): void {
    if (bucketMs === undefined) this.#total = value;
    else this.#byBucket.set(bucketMs, value);
  }

  values(): { values: Value[]; total: Value } {
    return {
      values: this.#starts.map((startMs) => this.#byBucket.get(startMs) ?? this.#empty),
      total: this.#total,
    };
  }
}

function brokenDown(top: readonly TopRow[], lineOf: (place: number) => SeriesLine): SeriesInit[] {
  return top.map(([values], index) => ({
    breakdown: breakdownOf(values),
    isOther: false,
    ...lineOf(index + 1).values(),
  }));
}

function breakdownOf(values: BreakdownValues): { value: string; missing: boolean }[] {
  return values.map((value) => ({ value: value ?? "", missing: value === null }));
}

/** Greatest first, what has no value last; sorting is stable, so equal totals stay in the order of their values. */
function byTotal(left: SeriesInit, right: SeriesInit): number {
  const [a, b] = [left.total, right.total];
  if (a?.hasValue !== b?.hasValue) return a?.hasValue === true ? -1 : 1;
  return (b?.value ?? 0) - (a?.value ?? 0);
}
