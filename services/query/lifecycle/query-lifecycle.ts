import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type QueryLifecycleRequest,
  QueryLifecycleRequestSchema,
  QueryLifecycleResponseSchema,
} from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
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
import type { Buckets } from "../calendar.js";
import { openBuckets } from "../question.js";
import { type LifecycleQuestion, lifecycleQuestion, statuses } from "./lifecycle-question.js";
import { lifecycleSql, type StatusRow } from "./lifecycle-sql.js";

type Response = typeof QueryLifecycleResponseSchema;

/** QueryLifecycle: who is new, comes back, wakes up and falls asleep, bucket by bucket. */
export async function queryLifecycle(
  ports: AnalysisPorts,
  request: QueryLifecycleRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => {
    const question = lifecycleQuestion(request, left);
    return {
      ...lifecycleAsked(request, question, ""),
      name: "lifecycle",
      response: QueryLifecycleResponseSchema,
      compute: (run) => computeLifecycle(run, question),
      retell: (response, { watermarkMs }) => {
        response.openBuckets = openBuckets(bucketsOfRange(question), watermarkMs);
      },
    };
  };
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

/** What the bars and the list of their users have in common. */
export function lifecycleAsked(
  request: QueryLifecycleRequest,
  { frame, event, periods, birth }: LifecycleQuestion,
  field: string,
): Omit<Analysis<Response>, "name" | "response" | "compute" | "retell"> {
  const { frame: _frame, ...asked } = request;
  const json = toJson(QueryLifecycleRequestSchema, asked as QueryLifecycleRequest);
  return {
    frame,
    canonical: canonicalRequest([json, { filters: frame.filters }]),
    data: {
      // Whose first event it is may be of any type.
      types: birth === "first_ever" ? ["", event.type] : [event.type],
      fromMs: periods.starts[1] ?? 0,
      toMs: frame.range.toMs,
      persons: true,
    },
    asksHistory: true,
    movesUntilMs: periods.starts.at(-1) ?? 0,
    filterGroups: [
      { field: `${field}event.filters`, filters: event.filters },
      { field: `${field}frame.filters`, filters: frame.filters },
    ],
  };
}

/** Without the one before the range. */
function bucketsOfRange({ periods: { starts, ends } }: LifecycleQuestion): Buckets {
  return { starts: starts.slice(1), ends: ends.slice(1) };
}

async function computeLifecycle(run: AnalysisRun, question: LifecycleQuestion): Promise<Computed<Response>> {
  const statement = run.tenant.statement(lifecycleSql(run.readers(), question));
  const read = await run.read(statement, { purpose: "users by bucket and status" });
  const buckets = bucketsOfRange(question);
  const users = statuses.map(() => buckets.starts.map(() => 0n));
  let [counted, late] = [0, 0];
  for (const [period, status, found, countedHere, lateHere] of read as unknown as readonly StatusRow[]) {
    counted += countedHere;
    late += lateHere;
    const own = users[statuses.indexOf(status as (typeof statuses)[number])];
    if (own !== undefined && period >= 1) own[period - 1] = BigInt(found);
  }
  const [newUsers = [], returningUsers = [], resurrectingUsers = [], dormantUsers = []] = users;
  return {
    response: {
      buckets: buckets.starts.map((startMs) => timestampFromMs(startMs)),
      newUsers,
      returningUsers,
      resurrectingUsers,
      dormantUsers,
      openBuckets: openBuckets(buckets, run.applied.watermarkMs),
    },
    lateShare: counted === 0 ? 0 : late / counted,
  };
}
