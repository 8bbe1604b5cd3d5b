import { type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Funnel,
  type QueryFunnelRequest,
  QueryFunnelRequestSchema,
  QueryFunnelResponseSchema,
} from "../../../gen/ts/tideline/query/v1/funnel_pb.js";
import { Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
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
import { rowOf } from "./figures.js";
import { asksFirst, dataOf, type FunnelQuestion, filterGroupsOf, funnelQuestion } from "./funnel-question.js";
import { readUsers } from "./read-users.js";
import { RowTally, shownRows, Tally, type TallyQuestion } from "./tally.js";

type Response = typeof QueryFunnelResponseSchema;

/** What QueryFunnel is asked, complete and checked. */
interface Asked extends FunnelQuestion, TallyQuestion {
  readonly buckets: Buckets;
  readonly bins?: number;
}

/** QueryFunnel: how far users get through a sequence of steps. */
export async function queryFunnel(
  ports: AnalysisPorts,
  request: QueryFunnelRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const prepare = (left: AskedFrame): Analysis<Response> => funnelAnalysis(request, left);
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
}

function funnelAnalysis(request: QueryFunnelRequest, frame: AskedFrame): Analysis<Response> {
  const question = asked(request, frame);
  const { frame: _frame, ...rest } = request;
  return {
    name: "funnel",
    response: QueryFunnelResponseSchema,
    frame,
    canonical: canonicalRequest([
      toJson(QueryFunnelRequestSchema, rest as QueryFunnelRequest),
      { filters: frame.filters },
    ]),
    data: dataOf(question),
    asksHistory: asksFirst(question),
    movesUntilMs: closesMs(question, frame.range.toMs),
    filterGroups: filterGroupsOf(question),
    compute: (run) => computeFunnel(run, question),
    retell: (response, { watermarkMs }) => {
      response.openBuckets = openOf(question, watermarkMs);
    },
  };
}

/** @throws Fault REQUEST_INVALID that names the field. */
function asked(request: QueryFunnelRequest, frame: AskedFrame): Asked {
  const { overTime, timeToConvert } = request;
  const funnel = requiredFunnel(request.funnel);
  const question = funnelQuestion(funnel, request.breakdown, frame);
  const { steps } = question.rules;
  const buckets = bucketsOfFrame(frame, overTime?.interval ?? Interval.UNSPECIFIED);
  return {
    ...question,
    buckets,
    ...(overTime === undefined
      ? {}
      : { overTime: { starts: buckets.starts, ...spanOf(overTime, steps, "over_time") } }),
    ...(timeToConvert === undefined
      ? {}
      : { conversion: spanOf(timeToConvert, steps, "time_to_convert"), bins: timeToConvert.bins }),
  };
}

export function requiredFunnel(funnel: Funnel | undefined): Funnel {
  if (funnel === undefined) throw requestInvalid("funnel", "required", "is not set");
  return funnel;
}

/** @throws Fault REQUEST_INVALID */
function spanOf(
  { fromStep, toStep }: { readonly fromStep: number; readonly toStep?: number | undefined },
  steps: number,
  field: string,
): { fromStep: number; toStep: number } {
  const to = toStep ?? steps - 1;
  if (to >= steps) throw requestInvalid(`${field}.to_step`, "step", `the last step is ${steps - 1}`);
  if (fromStep < to) return { fromStep, toStep: to };
  throw requestInvalid(`${field}.from_step`, "lt_to_step", "must be below to_step");
}

/** When no more steps can come of entries before `entriesEndMs`. */
function closesMs({ rules, cutsEveryStep }: FunnelQuestion, entriesEndMs: number): number {
  const endMs = entriesEndMs + rules.windowMs;
  return cutsEveryStep ? Math.min(endMs, rules.toMs) : endMs;
}

function openOf(question: Asked, watermarkMs: number): number[] {
  if (question.overTime === undefined) return [];
  const { starts, ends } = question.buckets;
  return openBuckets({ starts, ends: ends.map((end) => closesMs(question, end)) }, watermarkMs);
}

async function computeFunnel(run: AnalysisRun, question: Asked): Promise<Computed<Response>> {
  const { breakdown, rules, buckets, overTime, bins } = question;
  const tally = await readUsers(
    run,
    { question, buckets },
    {
      begin: () => new Tally(question),
      take: (kept, sequence) => kept.add(sequence),
    },
  );
  const { rows } = tally;
  if (breakdown === undefined && rows.size === 0) rows.set("[]", new RowTally([], rules.steps));
  const limit = breakdown?.limit ?? 1;
  const { shown, other, otherValues } = shownRows(rows, rules, limit);
  const options = {
    buckets: overTime === undefined ? 0 : buckets.starts.length,
    ...(bins === undefined ? {} : { bins }),
  };
  return {
    response: {
      rows: [
        ...shown.map((row) => rowOf(row, options)),
        ...(other === undefined ? [] : [rowOf(other, { ...options, isOther: true })]),
      ],
      otherValues: BigInt(otherValues),
      buckets: overTime === undefined ? [] : buckets.starts.map((startMs) => timestampFromMs(startMs)),
      openBuckets: openOf(question, run.applied.watermarkMs),
    },
    lateShare: tally.counted === 0 ? 0 : tally.late / tally.counted,
  };
}
