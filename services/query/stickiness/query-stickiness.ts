import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { EventSelector } from "../../../gen/ts/tideline/query/v1/analysis_pb.js";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import {
  type ActivityCriterion,
  type QueryStickinessRequest,
  QueryStickinessRequestSchema,
  QueryStickinessResponseSchema,
} from "../../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { requestInvalid } from "../../../platform/fault.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import {
  type Analysis,
  type AnalysisPorts,
  answerAnalysis,
  askedOf,
  type Computed,
} from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame, bucketsOfFrame } from "../analysis/frame.js";
import { canonicalRequest } from "../cache/answer-key.js";
import type { Buckets } from "../calendar.js";
import { openBuckets } from "../question.js";
import { type StickinessRow, stickinessSql } from "./stickiness-sql.js";

type Response = typeof QueryStickinessResponseSchema;

/** What QueryStickiness is asked, complete and checked. */
export interface StickinessQuestion {
  readonly frame: AskedFrame;
  readonly event: Pick<EventSelector, "type" | "filters">;
  readonly intervals: Buckets;
  readonly criterion?: ActivityCriterion;
  readonly cumulative: boolean;
}

const intervalsMax = 1_000;

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
  const { event, intervals } = question;
  const { frame: _frame, ...asked } = request;
  return {
    name: "stickiness",
    response: QueryStickinessResponseSchema,
    frame,
    canonical: canonicalRequest([
      toJson(QueryStickinessRequestSchema, asked as QueryStickinessRequest),
      { filters: frame.filters },
    ]),
    data: {
      types: [event.type],
      fromMs: frame.range.fromMs,
      toMs: frame.range.toMs,
      persons: true,
    },
    asksHistory: false,
    filterGroups: [
      { field: "event.filters", filters: event.filters },
      { field: "frame.filters", filters: frame.filters },
    ],
    compute: (run) => computeStickiness(run, question),
    retell: (response, { watermarkMs }) => {
      response.openBuckets = openBuckets(intervals, watermarkMs);
    },
  };
}

/** @throws Fault REQUEST_INVALID that names the field. */
function stickinessQuestion(request: QueryStickinessRequest, frame: AskedFrame): StickinessQuestion {
  const { event, criterion, cumulative } = request;
  const interval = request.interval === Interval.UNSPECIFIED ? Interval.DAY : request.interval;
  const intervals = grouped(bucketsOfFrame(frame, interval), request.intervalCount || 1);
  if (intervals.starts.length > intervalsMax) {
    throw requestInvalid("interval", "max_intervals", `the range has more than ${intervalsMax} intervals`);
  }
  return {
    frame,
    event: { type: event?.type ?? "", filters: event?.filters ?? [] },
    intervals,
    cumulative,
    ...(criterion === undefined ? {} : { criterion }),
  };
}

/** Every so many buckets as one, from the first on; the last may be of fewer. */
function grouped({ starts, ends }: Buckets, count: number): Buckets {
  const firsts = starts.flatMap((_start, index) => (index % count === 0 ? [index] : []));
  return {
    starts: firsts.map((index) => starts[index] ?? 0),
    ends: firsts.map((index) => ends[Math.min(index + count, ends.length) - 1] ?? 0),
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
