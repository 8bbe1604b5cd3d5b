import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SeriesSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { MetricsQuestion, SeriesQuestion } from "./question.js";
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

/** One value; 0 where there is none. */
export interface Value {
  readonly value: number;
  readonly hasValue: boolean;
}

/** A series in the question's buckets, and over its whole range. */
export interface Line {
  readonly values: readonly Value[];
  readonly total: Value;
}

/** All of one series: by breakdown values, and how many events it was made of. */
export interface SeriesLines {
  /** @param place of the values in the list that was asked for, from 1; 0: of no breakdown, or of all others */
  line(place: number): Line;
  readonly events: number;
  readonly lateEvents: number;
}

/** Puts the rows of a series together. */
export function seriesLines(question: SeriesQuestion, rows: readonly BucketRow[]): SeriesLines {
  const hasBreakdown = question.breakdown.length > 0;
  const lines = new Map<number, LineRows>();
  let all: readonly [events: number, late: number] | undefined;
  let [events, lateEvents] = [0, 0];
  for (const [place, allSeries, bucketMs, allBuckets, value, count, rowEvents, rowLate] of rows) {
    if (allSeries === 1) all = [rowEvents, rowLate];
    else if (allBuckets !== 1) [events, lateEvents] = [events + rowEvents, lateEvents + rowLate];
    // With a breakdown the sum over all series is nobody's total.
    if ((allSeries === 1 && hasBreakdown) || allBuckets === 2) continue;
    const line = lines.get(place) ?? new LineRows(question);
    lines.set(place, line);
    line.take(allBuckets === 1 ? undefined : bucketMs, seriesValue(value, count, question.aggregation));
  }
  return {
    line: (place) => (lines.get(place) ?? new LineRows(question)).line(),
    events: all?.[0] ?? events,
    lateEvents: all?.[1] ?? lateEvents,
  };
}

/** The answer of QueryMetrics. */
export function metricsAnswer(
  question: MetricsQuestion,
  top: readonly TopRow[],
  lines: SeriesLines,
): MetricsAnswer {
  const hasBreakdown = question.breakdown.length > 0;
  const told = (place: number) => {
    const { values, total } = lines.line(place);
    return { values: [...values], total };
  };
  const series: SeriesInit[] = hasBreakdown
    ? top
        .map(([values], index) => ({ breakdown: breakdownOf(values), isOther: false, ...told(index + 1) }))
        .sort((left, right) => byTotal(left.total, right.total))
    : [{ breakdown: [], isOther: false, ...told(0) }];
  const [, , , seriesInAll = 0] = top[0] ?? [];
  const otherValues = Math.max(0, seriesInAll - top.length);
  if (otherValues > 0 && sumsOthers(question.aggregation)) {
    series.push({ breakdown: [], isOther: true, ...told(0) });
  }
  const { events, lateEvents } = lines;
  return { series, otherValues, lateShare: events === 0 ? 0 : lateEvents / events };
}

/** Counts and sums of nothing are 0; there is no mean of nothing. */
export function emptyValue(aggregation: Aggregation): Value {
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
  return { value: numberOf(value), hasValue: true };
}

/** The engine writes what JSON has no number for as a text: a sum can leave the range of doubles. */
export function numberOf(value: number | string): number {
  if (value === "inf") return Number.POSITIVE_INFINITY;
  return value === "-inf" ? Number.NEGATIVE_INFINITY : Number(value);
}

class LineRows {
  readonly #question: SeriesQuestion;
  readonly #empty: Value;
  readonly #byBucket = new Map<number, Value>();
  #total: Value | undefined;

  constructor(question: SeriesQuestion) {
    this.#question = question;
    this.#empty = emptyValue(question.perUser === true ? Aggregation.AVG : question.aggregation);
  }

  take(bucketMs: number | undefined, value: Value): void {
    if (bucketMs === undefined) this.#total = value;
    else this.#byBucket.set(bucketMs, value);
  }

  line(): Line {
    const { isCumulative, active, buckets, range } = this.#question;
    if (isCumulative !== true && active === undefined) {
      const values = buckets.starts.map((startMs) => this.#byBucket.get(startMs) ?? this.#empty);
      return { values, total: this.#total ?? this.#empty };
    }
    const values = this.#standing(buckets.ends.map((endMs) => Math.min(endMs, range.toMs)));
    return { values, total: this.#total ?? values.at(-1) ?? this.#empty };
  }

  /** What rows say stands until the next of them; `ends` rise. */
  #standing(ends: readonly number[]): Value[] {
    const rows = [...this.#byBucket].sort(([a], [b]) => a - b);
    let [at, value] = [0, this.#empty];
    return ends.map((endMs) => {
      for (let row = rows[at]; row !== undefined && row[0] < endMs; row = rows[++at]) value = row[1];
      return value;
    });
  }
}

export function breakdownOf(values: BreakdownValues): { value: string; missing: boolean }[] {
  return values.map((value) => ({ value: value ?? "", missing: value === null }));
}

/** Greatest first, what has no value last. */
export function byTotal(a: Value, b: Value): number {
  if (a.hasValue !== b.hasValue) return a.hasValue ? -1 : 1;
  return b.value - a.value;
}
