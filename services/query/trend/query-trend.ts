import { type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  type QueryTrendRequest,
  QueryTrendRequestSchema,
  QueryTrendResponseSchema,
  TrendDisplay,
} from "../../../gen/ts/tideline/query/v1/trend_pb.js";
import type { Call } from "../../../platform/serve/call.js";
import { type Analysis, type AnalysisPorts, answerAnalysis, askedOf } from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { canonicalRequest } from "../cache/answer-key.js";
import type { FilterGroup } from "../patterns.js";
import { asksForPersons, openBuckets, readRange } from "../question.js";
import { nobodyMapped } from "../sql/people.js";
import type { AskedData } from "../sql/version.js";
import { completeFromOf, computeTrend, type TrendParts } from "./compute-trend.js";
import { type TrendQuestion, trendQuestion } from "./trend-question.js";

type Response = typeof QueryTrendResponseSchema;

/** QueryTrend: series, formulas over them, and an earlier time. */
export async function queryTrend(
  ports: AnalysisPorts,
  request: QueryTrendRequest,
  call: Pick<Call, "projectId" | "signal">,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const { timeZone, zoneSinceMs } = settings;
  const zone = { name: timeZone, ...(zoneSinceMs === undefined ? {} : { sinceMs: zoneSinceMs }) };
  const parts = { expiry: ports.expiry, projectId, zone };
  const prepare = (left: AskedFrame): Analysis<Response> => trend(ports, parts, { request, frame: left });
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

interface AskedTrend {
  readonly request: QueryTrendRequest;
  readonly frame: AskedFrame;
}

function trend(ports: AnalysisPorts, parts: TrendParts, { request, frame }: AskedTrend): Analysis<Response> {
  const question = trendQuestion(request, frame);
  const { frame: _frame, ...asked } = request;
  const data = dataOf(question);
  return {
    name: "trend",
    response: QueryTrendResponseSchema,
    frame,
    canonical: canonicalRequest([
      toJson(QueryTrendRequestSchema, asked as QueryTrendRequest),
      { filters: frame.filters },
    ]),
    data,
    asksHistory: false,
    completeFrom: async (rows) => {
      const { projectId, tenant, signal } = rows;
      const people = data.persons ? await ports.people.people(projectId, tenant, signal) : nobodyMapped;
      return completeFromOf(parts, rows, { question, peopleMapped: people.mapped });
    },
    filterGroups: filterGroups(request, frame),
    compute: (run) => computeTrend(run, parts, question),
    retell: (response, { watermarkMs }) => {
      if (question.display === TrendDisplay.TOTAL) return;
      // Of a range that is not whole any more the answer has the last buckets.
      const left = question.current.buckets.starts.length - response.buckets.length;
      response.openBuckets = openBuckets(question.current.buckets, watermarkMs)
        .map((index) => index - left)
        .filter((index) => index >= 0);
    },
  };
}

/** All events of its series, of the earlier time too. */
function dataOf({ current, previous }: TrendQuestion): AskedData {
  const series = [...current.series, ...(previous?.series ?? [])];
  const ranges = series.map(readRange);
  return {
    types: [...new Set(series.map(({ type }) => type))],
    fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...ranges.map(({ toMs }) => toMs)),
    persons: series.some(asksForPersons),
  };
}

/** @param prefix where the request of a call has this one */
export function filterGroups(request: QueryTrendRequest, frame: AskedFrame, prefix = ""): FilterGroup[] {
  const own = request.series.map(({ event }, index) => ({
    field: `${prefix}series[${index}].event.filters`,
    filters: event?.filters ?? [],
  }));
  return [...own, { field: `${prefix}frame.filters`, filters: frame.filters }];
}
