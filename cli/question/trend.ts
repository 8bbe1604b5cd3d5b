import { create } from "@bufbuild/protobuf";
import {
  type TrendComparison,
  TrendComparisonSchema,
  TrendComparisonUnit,
  TrendMath,
  type TrendSeries,
  TrendSeriesSchema,
} from "../../gen/ts/tideline/query/v1/trend_pb.js";
import { UserError } from "../target.js";
import { parseProperty } from "./filter.js";

/** How a series is written on the command line; part of help texts. */
export const seriesHelp =
  "type[:measure[:property]], * for any type, \\: for a colon; measures: count, users, sum, avg, min, max, median, " +
  "p90, ..., values, wau, mau, avg-per-user, min-per-user, max-per-user, p90-per-user, ...";

const maths: ReadonlyMap<string, TrendMath> = new Map([
  ["count", TrendMath.COUNT],
  ["users", TrendMath.UNIQUE_USERS],
  ["sum", TrendMath.SUM],
  ["avg", TrendMath.AVG],
  ["min", TrendMath.MIN],
  ["max", TrendMath.MAX],
  ["values", TrendMath.UNIQUE_VALUES],
  ["wau", TrendMath.WEEKLY_ACTIVE],
  ["mau", TrendMath.MONTHLY_ACTIVE],
  ["avg-per-user", TrendMath.AVG_PER_USER],
  ["min-per-user", TrendMath.MIN_PER_USER],
  ["max-per-user", TrendMath.MAX_PER_USER],
]);

/** One series of a trend. @throws UserError */
export function parseSeries(text: string): TrendSeries {
  const [type = "", word = "count", ...property] = partsOf(text);
  return create(TrendSeriesSchema, {
    event: { type: type === "*" ? "" : type },
    ...mathOf(word, text),
    ...(property.length === 0 ? {} : { property: parseProperty(property.join(":")) }),
    name: text,
  });
}

/** Between colons; one after a backslash is a part of its text. */
function partsOf(text: string): string[] {
  return (text.match(/(?:\\.|[^:\\])*(?::|$)/gs) ?? [])
    .slice(0, text === "" ? 1 : -1)
    .map((part) => part.replace(/:$/, "").replace(/\\(.)/gs, "$1"));
}

function mathOf(word: string, text: string): { math: TrendMath; percentile: number } {
  const math = maths.get(word);
  if (math !== undefined) return { math, percentile: 0 };
  const [, percentile, perUser] =
    /^p(\d{1,2}(?:\.\d+)?|100)(-per-user)?$/.exec(word.replace(/^median/, "p50")) ?? [];
  if (percentile === undefined) throw new UserError(`${text}: ${word} is no measure; write ${seriesHelp}`);
  const ofUsers = perUser === undefined ? TrendMath.PERCENTILE : TrendMath.PERCENTILE_PER_USER;
  return { math: ofUsers, percentile: Number(percentile) };
}

/** How a comparison is written; part of help texts. */
export const comparisonHelp = "before (the period before), or so much earlier: 12h, 7d, 1w, 1mo, 1y";

const units: ReadonlyMap<string, TrendComparisonUnit> = new Map([
  ["h", TrendComparisonUnit.HOUR],
  ["d", TrendComparisonUnit.DAY],
  ["w", TrendComparisonUnit.WEEK],
  ["mo", TrendComparisonUnit.MONTH],
  ["y", TrendComparisonUnit.YEAR],
]);

/** The earlier time. @throws UserError */
export function parseComparison(text: string): TrendComparison {
  if (text === "before") return create(TrendComparisonSchema);
  const [, count, letter = ""] = /^([1-9]\d{0,3})(mo|[hdwy])$/.exec(text) ?? [];
  const unit = units.get(letter);
  if (count === undefined || unit === undefined)
    throw new UserError(`--compare ${text}: write ${comparisonHelp}`);
  return create(TrendComparisonSchema, { count: Number(count), unit });
}
