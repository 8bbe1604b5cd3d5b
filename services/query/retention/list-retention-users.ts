import { type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  type ListRetentionUsersRequest,
  ListRetentionUsersRequestSchema,
  ListRetentionUsersResponseSchema,
} from "../../../gen/ts/tideline/query/v1/retention_pb.js";
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
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { pageOfUsers, type UserPage, userPage } from "../analysis/user-pages.js";
import { instantOf } from "../question.js";
import { retentionAsked } from "./query-retention.js";
import { type RetentionQuestion, retentionQuestion } from "./retention-question.js";
import { columnsWithValue } from "./retention-series.js";
import { type ListedStays, type StayRow, staysPageSql } from "./retention-sql.js";

type Response = typeof ListRetentionUsersResponseSchema;

/** ListRetentionUsers: the users of a cohort or a cell, those who count in most columns first. */
export async function listRetentionUsers(
  ports: AnalysisPorts,
  request: ListRetentionUsersRequest,
  call: Call,
): Promise<MessageShape<Response>> {
  const { projectId, settings } = await askedOf(ports, call);
  const { retention, pageSize, pageToken } = request;
  if (retention === undefined) throw requestInvalid("retention", "required", "the question is missing");
  const asked = toJson(ListRetentionUsersRequestSchema, { ...request, pageSize: 0, pageToken: "" });
  const frame = askedFrame(retention.frame, settings, ports.clock.now());
  const page = userPage({ projectId, question: ["retention users", asked], frame, pageSize, pageToken });
  const prepare = (left: AskedFrame): Analysis<Response> => {
    const question = retentionQuestion(retention, left);
    const listed = listedStays(request, question);
    const here = { ...page, frame: left };
    const common = retentionAsked(retention, question, "retention.");
    return {
      ...common,
      name: "retention users",
      response: ListRetentionUsersResponseSchema,
      canonical: [common.canonical, listed, page.size, page.after ?? null],
      compute: (run) => computeUsers(run, question, { listed, page: here }),
    };
  };
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame: page.frame, prepare });
}

/** @throws Fault REQUEST_INVALID where there is no such cohort, column or series. */
function listedStays(request: ListRetentionUsersRequest, question: RetentionQuestion): ListedStays {
  const startMs = instantOf(request.cohort, "cohort") ?? Number.NaN;
  const cohort = question.periods.starts.slice(0, question.cohorts).indexOf(startMs);
  if (cohort < 0) throw requestInvalid("cohort", "period_start", "not the start of a period of the range");
  const column = request.column ?? 0;
  if (column >= question.columns) {
    throw requestInvalid("column", "known_column", `the question has ${question.columns} columns`);
  }
  const { breakdown } = request;
  if (breakdown.length !== question.breakdown.length) {
    throw requestInvalid("breakdown", "one_per_property", "one value for each property of the breakdown");
  }
  const columns = columnsWithValue(question, cohort);
  if (breakdown.length === 0) return { cohort, column, columns };
  const values = breakdown.map(({ value, missing }) => (missing ? null : value));
  return { cohort, column, columns, values };
}

async function computeUsers(
  run: AnalysisRun,
  question: RetentionQuestion,
  { listed, page }: { readonly listed: ListedStays; readonly page: UserPage },
): Promise<Computed<Response>> {
  const statement = run.tenant.statement(staysPageSql(run.readers(), question, { listed, page }));
  const read = await run.read(statement, { purpose: "users of a cohort" });
  const rows = (read as unknown as readonly StayRow[]).map(([userId, columns]) => ({ userId, columns }));
  const { users, nextPageToken } = pageOfUsers(page, rows, ({ userId, columns }) => ({
    rank: columns.length,
    userId,
  }));
  return {
    response: {
      users: users.map(({ userId, columns }) => ({ userId, columns: [0, ...columns] })),
      nextPageToken,
    },
    lateShare: 0,
  };
}
