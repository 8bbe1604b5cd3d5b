import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type ListTrendUsersRequest,
  ListTrendUsersRequestSchema,
  ListTrendUsersResponseSchema,
  TrendDisplay,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import { type Analysis, type AnalysisPorts, answerAnalysis, askedOf } from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { readUserIds, type UserPage, userPage, userPageSql } from "../analysis/user-pages.js";
import { canonicalRequest } from "../cache/answer-key.js";
import type { Plan } from "../plan.js";
import { askedData, asksForProperties, type SeriesQuestion } from "../question.js";
import { seriesRows } from "../sql/series-rows.js";
import { allOf, bind, type Sql, sql } from "../sql/sql.js";
import { filterGroups } from "./query-trend.js";
import { type TrendQuestion, trendQuestion } from "./trend-question.js";

type Response = typeof ListTrendUsersResponseSchema;

const raw: Plan = { table: "events", source: "raw" };

/** ListTrendUsers: who is behind a number of a trend; read from events, which know persons. */
export async function listTrendUsers(
  ports: AnalysisPorts,
  request: ListTrendUsersRequest,
  call: Pick<Call, "projectId" | "signal">,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const { trend, pageSize, pageToken } = request;
  if (trend === undefined) throw requestInvalid("trend", "required", "the question is missing");
  const asked = canonicalRequest(
    toJson(ListTrendUsersRequestSchema, { ...request, pageSize: 0, pageToken: "" }),
  );
  const frame = askedFrame(trend.frame, settings, ports.clock.now());
  const page = userPage({ projectId, question: ["trend users", asked], frame, pageSize, pageToken });
  const prepare = (left: AskedFrame): Analysis<Response> => {
    const question = trendQuestion({ ...trend, formulas: [] }, left, "trend.");
    const series = question.current.series[request.series];
    if (series === undefined) throw requestInvalid("series", "known_series", "there is no such series");
    const within = windowOf(request, question, series);
    return {
      name: "trend users",
      response: ListTrendUsersResponseSchema,
      frame: left,
      canonical: [asked, page.size, page.after ?? null],
      data: { ...askedData(series), persons: true },
      asksHistory: false,
      filterGroups: filterGroups(trend, left, "trend."),
      compute: async (run) => {
        const users = usersSql(run, { series, within, request, page });
        return { response: await readUserIds(run, users, { ...page, frame: left }), lateShare: 0 };
      },
    };
  };
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame: page.frame, prepare });
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The time whose events make a bucket's value, or the total. @throws Fault REQUEST_INVALID */
function windowOf(
  { bucket }: ListTrendUsersRequest,
  question: TrendQuestion,
  series: SeriesQuestion,
): Window {
  const { range, buckets } = question.current;
  const { active } = series;
  const place = bucket === undefined ? -1 : buckets.starts.indexOf(timestampMs(bucket));
  const [start, end] = [buckets.starts[place], buckets.ends[place]];
  if (bucket !== undefined && (start === undefined || question.display === TrendDisplay.TOTAL)) {
    throw requestInvalid("bucket", "bucket_start", "no bucket of the question begins then");
  }
  const toMs = Math.min(end ?? range.toMs, range.toMs);
  if (active !== undefined) {
    const { starts, ends } = active.days;
    const last = starts.findLastIndex((each) => each < toMs);
    return { fromMs: starts[last - active.span + 1] ?? 0, toMs: Math.min(ends[last] ?? toMs, range.toMs) };
  }
  const isCumulative = question.display === TrendDisplay.CUMULATIVE;
  return { fromMs: isCumulative ? range.fromMs : Math.max(start ?? range.fromMs, range.fromMs), toMs };
}

interface UsersOf {
  readonly series: SeriesQuestion;
  readonly within: Window;
  readonly request: ListTrendUsersRequest;
  readonly page: UserPage;
}

/** @throws Fault REQUEST_INVALID */
function usersSql(run: AnalysisRun, { series, within, request, page }: UsersOf): Sql {
  const { breakdown, trend } = request;
  const binned = trend?.breakdown.findIndex(({ bins }) => bins > 0) ?? -1;
  if (breakdown.length > 0 && (binned >= 0 || breakdown.length !== series.breakdown.length)) {
    throw requestInvalid(
      "breakdown",
      "row",
      "a value for each property of the breakdown, none of them in bins",
    );
  }
  const registered = asksForProperties(series) ? run.kinds.get(series.type) : undefined;
  // Read as for numbers per user, which knows the person of each event.
  const question = { ...series, perUser: true, ...(registered === undefined ? {} : { registered }) };
  const rows = seriesRows(run, question, raw);
  const ofRow = breakdown.map(({ value, missing }, index) => {
    const text = rows.breakdown[index] ?? sql`NULL`;
    return missing ? sql`isNull(${text})` : sql`ifNull(${text} = ${bind.text(value)}, 0)`;
  });
  const inTime = sql`${rows.timeMs} >= ${bind.int64(within.fromMs)} AND ${rows.timeMs} < ${bind.int64(within.toMs)}`;
  const { isAfter, order } = userPageSql(page);
  return sql`SELECT person FROM (SELECT DISTINCT ${rows.person} AS person
      ${rows.rows} AND ${allOf([inTime, ...ofRow])} AND ${rows.person} != '')
    WHERE ${isAfter} ${order}`;
}
