// Lines of a trend, made of the values of its series.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { type BreakdownValue, BreakdownValueSchema } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  TrendDisplay,
  type TrendLineSchema,
  TrendTotals,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { Fault } from "../../../platform/fault.js";
import { byTotal, emptyValue, type Line, numberOf, type SeriesLines, type Value } from "../metrics-answer.js";
import type { Bins, SeriesQuestion } from "../question.js";
import { type BreakdownValues, keyOf, type TopRow } from "../sql/metrics.js";
import { binLabel } from "./bins.js";
import { formulaValue } from "./formula.js";
import { type AskedLine, rankedMax, type TrendQuestion } from "./trend-question.js";

type LineInit = MessageInitShape<typeof TrendLineSchema>;

/** Values of a breakdown that have rows, and how many there are beyond them. */
export interface RankedValues {
  readonly values: readonly BreakdownValues[];
  readonly others: number;
}

/**
 * The values with the greatest totals of the first line, ties by value.
 *
 * @param tops of each series all its values, or, where there is one series and no formula, the greatest
 * @throws Fault QUERY_TOO_LARGE where several series have too many values to be ranked together
 */
export function rankedValues(
  question: TrendQuestion,
  series: readonly SeriesQuestion[],
  tops: readonly (readonly TopRow[])[],
): RankedValues {
  const [only] = tops;
  const [first] = question.lines;
  if (tops.length === 1 && only !== undefined && first?.formula.kind === "series") {
    const values = only.slice(0, question.limit).map(([each]) => each);
    return { values, others: (only[0]?.[3] ?? 0) - values.length };
  }
  for (const [index, [top]] of tops.entries()) {
    if ((top?.[3] ?? 0) > rankedMax) throw tooManyValues(index);
  }
  const values = new Map(tops.flat().map(([each]) => [keyOf(each), each]));
  const totals = tops.map(
    (rows) => new Map(rows.map(([each, value, count]) => [keyOf(each), { value, count }])),
  );
  const totalOf = (key: string): Value =>
    lineValue(first, question.missing, (index) => {
      const { value = null } = totals[index]?.get(key) ?? {};
      if (value !== null) return { value: numberOf(value), hasValue: true };
      return emptyOf(series[index]);
    });
  const ranked = [...values].map(([key, each]) => ({ each, total: totalOf(key) }));
  ranked.sort((a, b) => byTotal(a.total, b.total) || inOrder(a.each, b.each));
  return {
    values: ranked.slice(0, question.limit).map(({ each }) => each),
    others: Math.max(0, ranked.length - question.limit),
  };
}

function tooManyValues(index: number): Fault {
  const message =
    `breakdown: series[${index}] has more than ${rankedMax} values; several series or a formula are ranked by all of ` +
    "them";
  return new Fault(FaultReason.QUERY_TOO_LARGE, message, {
    limit: "breakdown_values",
    most: String(rankedMax),
  });
}

/** What is missing comes last, as in the engine. */
function inOrder(left: BreakdownValues, right: BreakdownValues): number {
  for (const [index, a] of left.entries()) {
    const b = right[index] ?? null;
    if (a === b) continue;
    if (a === null || b === null) return a === null ? 1 : -1;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return 0;
}

function emptyOf(series: SeriesQuestion | undefined): Value {
  if (series === undefined) return { value: 0, hasValue: false };
  return series.perUser === true ? { value: 0, hasValue: false } : emptyValue(series.aggregation);
}

function lineValue(
  line: AskedLine | undefined,
  missing: number | undefined,
  operand: (index: number) => Value,
): Value {
  if (line?.formula.kind === "series") return operand(line.formula.index);
  const number = (index: number): number | undefined => {
    const { value, hasValue } = operand(index);
    return hasValue ? value : undefined;
  };
  const value = line === undefined ? undefined : formulaValue(line.formula, number, missing);
  return { value: value ?? 0, hasValue: value !== undefined };
}

export interface LinesOf {
  readonly ranked: RankedValues;
  /** Of each property of the breakdown, where it is sorted into bins. */
  readonly bins: readonly (Bins | undefined)[];
  /** Of each series. */
  readonly series: readonly SeriesLines[];
}

/** The lines of a period: for each row of the breakdown those of the question. */
export function trendLines(question: TrendQuestion, { ranked, bins, series }: LinesOf): LineInit[] {
  const hasBreakdown = question.bins.length > 0;
  const rowLines = (place: number, row: Pick<LineInit, "breakdown" | "isOther">): LineInit[] => {
    const own = series.map((each) => each.line(place));
    return question.lines.map((line, index) => ({
      index,
      name: line.name,
      ...row,
      ...lineOf(question, line, own),
    }));
  };
  if (!hasBreakdown) return rowLines(0, {});
  const rows = ranked.values.flatMap((values, index) =>
    rowLines(index + 1, { breakdown: shownValues(values, bins, question) }),
  );
  const hasOthers = ranked.others > 0 && question.tellsOthers;
  return hasOthers ? [...rows, ...rowLines(0, { isOther: true })] : rows;
}

function shownValues(
  values: BreakdownValues,
  bins: readonly (Bins | undefined)[],
  question: TrendQuestion,
): BreakdownValue[] {
  return values.map((value, index) => {
    const [own, asked] = [bins[index], question.bins[index]];
    const isBin = value !== null && own !== undefined && asked !== undefined;
    const shown = isBin ? binLabel(own, Number(value), asked) : (value ?? "");
    return create(BreakdownValueSchema, { value: shown, missing: value === null });
  });
}

function lineOf(
  { missing, totals, display }: TrendQuestion,
  line: AskedLine,
  series: readonly Line[],
): { values: Value[]; total: Value } {
  const none = { value: 0, hasValue: false };
  const whole = lineValue(line, missing, (index) => series[index]?.total ?? none);
  if (display === TrendDisplay.TOTAL) return { values: [], total: whole };
  const values = (series[0]?.values ?? []).map((_value, bucket) =>
    lineValue(line, missing, (index) => series[index]?.values[bucket] ?? none),
  );
  if (totals === TrendTotals.WHOLE_RANGE) return { values, total: whole };
  if (display === TrendDisplay.CUMULATIVE) return { values, total: values.at(-1) ?? none };
  const value = values.reduce((sum, each) => sum + each.value, 0);
  return { values, total: { value, hasValue: values.some(({ hasValue }) => hasValue) } };
}
