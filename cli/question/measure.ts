import { Aggregation, Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { UserError } from "../target.js";

/** What can be asked for; part of help texts. */
export const measureHelp = "count, users, sum, avg, min, max, values (different ones), p50, p90, p99.9, ...";

const aggregations: ReadonlyMap<string, Aggregation> = new Map([
  ["count", Aggregation.COUNT],
  ["users", Aggregation.UNIQUE_USERS],
  ["sum", Aggregation.SUM],
  ["avg", Aggregation.AVG],
  ["min", Aggregation.MIN],
  ["max", Aggregation.MAX],
  ["values", Aggregation.UNIQUE_VALUES],
]);

/** What is computed, by its word. @throws UserError */
export function parseMeasure(word: string): { aggregation: Aggregation; percentile: number } {
  const aggregation = aggregations.get(word);
  if (aggregation !== undefined) return { aggregation, percentile: 0 };
  const [, percentile] = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(word) ?? [];
  if (percentile === undefined) throw new UserError(`--measure ${word}: one of ${measureHelp}`);
  return { aggregation: Aggregation.PERCENTILE, percentile: Number(percentile) };
}

const intervals: ReadonlyMap<string, Interval> = new Map([
  ["all", Interval.UNSPECIFIED],
  ["minute", Interval.MINUTE],
  ["15m", Interval.QUARTER_HOUR],
  ["hour", Interval.HOUR],
  ["day", Interval.DAY],
  ["week", Interval.WEEK],
  ["month", Interval.MONTH],
]);

/** The words of intervals; part of help texts. */
export const intervalHelp = [...intervals.keys()].join(", ");

/** The width of the buckets, by its word. @throws UserError */
export function parseInterval(word: string): Interval {
  const interval = intervals.get(word);
  if (interval === undefined) throw new UserError(`--interval ${word}: one of ${intervalHelp}`);
  return interval;
}
