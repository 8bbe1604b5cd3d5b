import { create, type MessageShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type FunnelUser,
  FunnelUserSchema,
  type ListFunnelUsersRequest,
  ListFunnelUsersRequestSchema,
  ListFunnelUsersResponseSchema,
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
import { pageOfUsers, type UserPage, userPage } from "../analysis/user-pages.js";
import { canonicalRequest } from "../cache/answer-key.js";
import { entrantsOf, keyOf } from "./entrants.js";
import { breakdownOf } from "./figures.js";
import { asksFirst, dataOf, type FunnelQuestion, filterGroupsOf, funnelQuestion } from "./funnel-question.js";
import { requiredFunnel } from "./query-funnel.js";
import type { Sequence } from "./read-sequences.js";
import { isTooLarge, readPart } from "./read-users.js";
import { bestTry } from "./tries/tries.js";

type Response = typeof ListFunnelUsersResponseSchema;

/** Persons that are looked at in one statement, at least and at most; each has entered, few may be listed. */
const personsAtOnce = { least: 1_000, most: 64_000 };

/** Who of a funnel is listed. */
interface Listed {
  readonly question: FunnelQuestion;
  readonly step: number;
  readonly lost: boolean;
  /** The row by its key; not set: any. */
  readonly row?: string;
}

/** ListFunnelUsers: the users behind a number of a funnel. */
export async function listFunnelUsers(
  ports: AnalysisPorts,
  request: ListFunnelUsersRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const frame = askedFrame(request.frame, settings, ports.clock.now());
  const { pageSize, pageToken, frame: _frame, ...rest } = request;
  const asked = toJson(ListFunnelUsersRequestSchema, { ...rest, pageSize: 0, pageToken: "" });
  const question = canonicalRequest(["ListFunnelUsers", asked, { filters: frame.filters }]);
  const page = userPage({ projectId, question, frame, pageSize, pageToken });
  const prepare = (left: AskedFrame): Analysis<Response> => usersAnalysis(request, left, { page, question });
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame: page.frame, prepare });
}

function usersAnalysis(
  request: ListFunnelUsersRequest,
  frame: AskedFrame,
  { page, question: canonical }: { readonly page: UserPage; readonly question: unknown },
): Analysis<Response> {
  const listed = listedOf(request, frame);
  const { question } = listed;
  return {
    name: "funnel users",
    response: ListFunnelUsersResponseSchema,
    frame,
    canonical: [canonical, page.size, page.after?.userId ?? null],
    data: dataOf(question),
    asksHistory: asksFirst(question),
    filterGroups: filterGroupsOf(question),
    compute: (run) => computeUsers(run, listed, page),
  };
}

/** @throws Fault REQUEST_INVALID that names the field. */
function listedOf(request: ListFunnelUsersRequest, frame: AskedFrame): Listed {
  const { breakdown, values, step, lost } = request;
  const question = funnelQuestion(requiredFunnel(request.funnel), breakdown, frame);
  const last = question.rules.steps - 1;
  if (step > last) throw requestInvalid("step", "step", `the last step is ${last}`);
  if (lost && step === 0) throw requestInvalid("step", "lost", "nobody is lost before the first step");
  const properties = breakdown?.properties.length ?? 0;
  if (values.length > 0 && values.length !== properties) {
    throw requestInvalid("values", "breakdown", `the breakdown has ${properties} properties`);
  }
  const row = keyOf(values.map(({ value, missing }) => (missing ? null : value)));
  return { question, step, lost, ...(values.length > 0 ? { row } : {}) };
}

async function computeUsers(run: AnalysisRun, listed: Listed, page: UserPage): Promise<Computed<Response>> {
  const { question } = listed;
  const buckets = bucketsOfFrame(question.frame, Interval.UNSPECIFIED);
  const found: { readonly userId: string; readonly rows: FunnelUser[] }[] = [];
  let [counted, late] = [0, 0];
  let after = page.after?.userId;
  let count = Math.min(personsAtOnce.most, Math.max(personsAtOnce.least, page.size * 2));
  const readSome = (): Promise<number> => {
    const part = { chunk: 0, chunks: 1, persons: { after, count } };
    return readPart(run, { question, buckets, part }, (sequence) => {
      after = sequence.person;
      counted += sequence.counted;
      late += sequence.late;
      const rows = found.length > page.size ? [] : rowsOf(sequence, listed);
      if (rows.length > 0) found.push({ userId: sequence.person, rows });
    });
  };
  for (let isMore = true; isMore && found.length <= page.size; ) {
    try {
      isMore = (await readSome()) === count;
      count = Math.min(personsAtOnce.most, count * 4);
    } catch (error) {
      // Few persons with very many events: fewer at once.
      if (!isTooLarge(error) || count === 1) throw error;
      count = Math.ceil(count / 16);
    }
  }
  const { users, nextPageToken } = pageOfUsers(page, found, ({ userId }) => ({ rank: 0, userId }));
  return {
    response: { users: users.flatMap(({ rows }) => rows), nextPageToken },
    lateShare: counted === 0 ? 0 : late / counted,
  };
}

/** The rows of the list that a person has. */
function rowsOf(sequence: Sequence, { question, step, lost, row }: Listed): FunnelUser[] {
  const rows: FunnelUser[] = [];
  for (const { values, course } of entrantsOf(sequence, question.breakdown)) {
    if (row !== undefined && keyOf(values) !== row) continue;
    const times = bestTry(course, question.rules) ?? [];
    if (lost ? times.length !== step : times.length <= step) continue;
    rows.push(
      create(FunnelUserSchema, {
        userId: sequence.person,
        breakdown: breakdownOf(values),
        stepTimes: times.map((ms) => timestampFromMs(ms)),
      }),
    );
  }
  return rows;
}
