import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  TrendComparisonUnit,
  TrendDisplay,
  type TrendLine,
  TrendMath,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { Answer, CaseOf, TrendQuery, TrendSeries } from "../case-shape.js";
import {
  frame,
  interval,
  NotAskable,
  pageSize,
  properties,
  property,
  rowValue,
  selector,
  shown,
} from "./question.js";
import type { Asked } from "./stand.js";

const maths: Readonly<Record<string, TrendMath>> = {
  count: TrendMath.COUNT,
  unique_users: TrendMath.UNIQUE_USERS,
  unique_values: TrendMath.UNIQUE_VALUES,
  weekly_active: TrendMath.WEEKLY_ACTIVE,
  monthly_active: TrendMath.MONTHLY_ACTIVE,
  sum: TrendMath.SUM,
  avg: TrendMath.AVG,
  min: TrendMath.MIN,
  max: TrendMath.MAX,
  avg_count_per_user: TrendMath.AVG_PER_USER,
  min_count_per_user: TrendMath.MIN_PER_USER,
  max_count_per_user: TrendMath.MAX_PER_USER,
};

const displays = { total: TrendDisplay.TOTAL, cumulative: TrendDisplay.CUMULATIVE };

const units: Readonly<Record<string, TrendComparisonUnit>> = {
  h: TrendComparisonUnit.HOUR,
  d: TrendComparisonUnit.DAY,
  w: TrendComparisonUnit.WEEK,
  m: TrendComparisonUnit.MONTH,
  y: TrendComparisonUnit.YEAR,
};

export async function askTrend(
  given: CaseOf<"trend">,
  { query: api }: Asked,
  areListed: boolean,
): Promise<Answer> {
  const { query } = given;
  const { series, formulas = [], display, breakdown } = query;
  const { buckets, lines, previous } = await api.queryTrend({
    frame: frame(given),
    series: series.map(seriesOf),
    formulas: [...formulas],
    interval: interval(query.interval),
    breakdown: properties(breakdown).map((it) => ({ property: it, bins: breakdown?.bins ?? 0 })),
    limit: breakdown?.limit ?? 0,
    noOther: breakdown?.other_row === false,
    ...comparisonOf(query),
    ...(display === undefined ? {} : { display: displays[display] }),
  });
  const isFormula = formulas.length > 0;
  const now = lines.map((line) => lineOf(line, buckets, isFormula));
  const before = previous?.lines.map((line) => lineOf(line, previous.buckets, isFormula));
  if (breakdown === undefined) {
    return {
      series: now.map(plain),
      ...(before === undefined ? {} : { previous: before.map(plain) }),
      ...(areListed ? { users_in_bucket: await usersInBuckets(given, api) } : {}),
    };
  }
  const rows = new Set(now.map(({ value }) => value.join("\0")));
  const other = lines.findIndex(({ isOther }) => isOther);
  return {
    by_breakdown: now,
    breakdown_rows: rows.size,
    ...(other < 0 ? {} : { other_row: now[other] }),
    ...(breakdown.bins === undefined ? {} : { bin_count: [...rows].filter((row) => row !== "").length }),
    ...(before === undefined ? {} : { previous_by_breakdown: before }),
  };
}

function seriesOf(series: TrendSeries) {
  const { math, property: name } = series;
  const [, percent, isPerUser] = /^(median|p\d{1,2})(_count_per_user)?$/.exec(math) ?? [];
  const ofPercent = isPerUser === undefined ? TrendMath.PERCENTILE : TrendMath.PERCENTILE_PER_USER;
  const known = percent === undefined ? maths[math] : ofPercent;
  if (known === undefined) throw new NotAskable(`there is no math ${math}`);
  const isOfProperty = /^(sum|avg|min|max|median|p\d+|unique_values)$/.test(math);
  return {
    event: selector(series),
    math: known,
    ...(percent === undefined ? {} : { percentile: percent === "median" ? 50 : Number(percent.slice(1)) }),
    ...(isOfProperty ? { property: property("event", name ?? "") } : {}),
  };
}

function comparisonOf({ compare }: TrendQuery) {
  if (compare === undefined || compare === false) return {};
  const [, count, letter = ""] = /^-(\d+)([hdwmy])$/.exec(String(compare)) ?? [];
  const unit = units[letter];
  return { comparison: unit === undefined ? {} : { count: Number(count), unit } };
}

/** Who is behind each bucket of each series: those of whom it has events. */
async function usersInBuckets(given: CaseOf<"trend">, api: Asked["query"]): Promise<Answer[]> {
  const { series, interval: unit } = given.query;
  const { buckets, lines } = await api.queryTrend({
    frame: frame(given),
    series: series.map((it) => {
      const asked = seriesOf(it);
      const isActive = asked.math === TrendMath.WEEKLY_ACTIVE || asked.math === TrendMath.MONTHLY_ACTIVE;
      return { event: asked.event, math: isActive ? asked.math : TrendMath.COUNT };
    }),
    interval: interval(unit),
    breakdown: [{ property: { scope: PropertyScope.FIELD, name: "user_id" } }],
    limit: pageSize,
  });
  return series.flatMap((_, index) =>
    buckets.map((time, bucket) => {
      const own = lines.filter((line) => line.index === index && (line.values[bucket]?.value ?? 0) > 0);
      const users = own.flatMap(rowValue).sort();
      return { series: index, time: shown(time), users, count: users.length };
    }),
  );
}

/** A line in the shape of a case; where a series has nothing it reads 0, a formula nothing. */
function lineOf(line: TrendLine, buckets: readonly Timestamp[], isFormula: boolean) {
  const read = (it: { value: number; hasValue: boolean } | undefined) =>
    it === undefined || (isFormula && !it.hasValue) ? null : it.value;
  return {
    value: rowValue(line),
    series: line.index,
    buckets: buckets.map((time, bucket) => ({ time: shown(time), value: read(line.values[bucket]) })),
    total: read(line.total),
  };
}

function plain({ buckets, total }: ReturnType<typeof lineOf>) {
  return { buckets, total };
}
