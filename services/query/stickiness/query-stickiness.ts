import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type QueryStickinessRequest,
  QueryStickinessRequestSchema,
  QueryStickinessResponseSchema,
} from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import {
  type Analysis,
  type AnalysisPorts,
  answerAnalysis,
  askedOf,
  type Computed,
} from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { canonicalRequest } from "../cache/answer-key.js";
import { openBuckets } from "../question.js";
import { type StickinessQuestion, stickinessQuestion } from "./stickiness-question.js";
import { type StickinessRow, stickinessSql } from "./stickiness-sql.js";

type Response = typeof QueryStickinessResponseSchema;

/** QueryStickiness: in how many intervals users were active. */
export async function queryStickiness(
  ports: AnalysisPorts,
  request: QueryStickinessRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => stickiness(request, left);
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

function stickiness(request: QueryStickinessRequest, frame: AskedFrame): Analysis<Response> {
  const question = stickinessQuestion(request, frame);
  return {
    ...stickinessAsked(request, question, ""),
    name: "stickiness",
    response: QueryStickinessResponseSchema,
    compute: (run) => computeStickiness(run, question),
    retell: (response, { watermarkMs }) => {
      response.openBuckets = openBuckets(question.intervals, watermarkMs);
    },
  };
}

/** What the bars and the list of their users have in common. */
export function stickinessAsked(
  request: QueryStickinessRequest,
  { frame, event }: StickinessQuestion,
  field: string,
): Omit<Analysis<Response>, "name" | "response" | "compute" | "retell"> {
  const { frame: _frame, ...asked } = request;
  const json = toJson(QueryStickinessRequestSchema, asked as QueryStickinessRequest);
  const { fromMs, toMs } = frame.range;
  return {
    frame,
    canonical: canonicalRequest([json, { filters: frame.filters }]),
    data: { types: [event.type], fromMs, toMs, persons: true },
    asksHistory: false,
    filterGroups: [
      { field: `${field}event.filters`, filters: event.filters },
      { field: `${field}frame.filters`, filters: frame.filters },
    ],
  };
}

async function computeStickiness(
  run: AnalysisRun,
  question: StickinessQuestion,
): Promise<Computed<Response>> {
  const { intervals, cumulative } = question;
  const statement = run.tenant.statement(stickinessSql(run.readers(), question));
  const rows = await run.read(statement, { purpose: "users by the number of intervals" });
  const users = intervals.starts.map(() => 0);
  let [events, late, active] = [0, 0, 0];
  for (const [count, found, counted, lateHere] of rows as unknown as readonly StickinessRow[]) {
    users[count - 1] = found;
    active += found;
    events += counted;
    late += lateHere;
  }
  if (cumulative)
    for (let n = users.length - 2; n >= 0; n--) users[n] = (users[n] ?? 0) + (users[n + 1] ?? 0);
  return {
    response: {
      users: users.map(BigInt),
      intervals: intervals.starts.map((startMs) => timestampFromMs(startMs)),
      activeUsers: BigInt(active),
      openBuckets: openBuckets(intervals, run.applied.watermarkMs),
    },
    lateShare: events === 0 ? 0 : late / events,
  };
}
