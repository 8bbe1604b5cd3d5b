import { clone, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Cohort,
  CohortSchema,
  type GetCohortRequest,
  GetCohortResponseSchema,
  type ListCohortMembersRequest,
  ListCohortMembersResponseSchema,
  type ListCohortsRequest,
  type ListCohortsResponseSchema,
} from "../../../gen/ts/tideline/query/v1/cohort_pb.js";
import { PropertyScope } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { decodePageToken, encodePageToken } from "../../../platform/page-token.js";
import type { Call } from "../../../platform/serve/call.js";
import type { AnalysisRun } from "../analysis/analysis-run.js";
import { type Analysis, answerAnalysis, askedOf } from "../analysis/answer-analysis.js";
import { type AskedFrame, askedFrame } from "../analysis/frame.js";
import { pageOfUsers, type UserPage, userPage, userPageSql } from "../analysis/user-pages.js";
import { eventYears } from "../question.js";
import { type Sql, sql } from "../sql/sql.js";
import { cohortOf, rulesOf } from "./cohort-rule.js";
import type { CohortPorts } from "./put-cohort.js";

const pageSizeDefault = 100;

/** GetCohort: a cohort, and how many are in it. */
export async function getCohort(
  ports: CohortPorts,
  { cohortId }: GetCohortRequest,
  call: Call,
): Promise<MessageInitShape<typeof GetCohortResponseSchema>> {
  const { projectId, settings } = await askedOf(ports, call);
  const cohort = cohortOf(await ports.cohorts.all(projectId), cohortId);
  const response = GetCohortResponseSchema;
  const prepare = (frame: AskedFrame): Analysis<typeof response> => ({
    ...everything(frame, ["cohort", askedCohort(cohortId)]),
    response,
    compute: async (run) => {
      const statement = sql`SELECT toFloat64(count()) FROM (${membersSql(run, cohortId)})`;
      const [row] = await run.read(run.tenant.statement(statement), { purpose: "members" });
      return { response: { members: BigInt(Number(row?.[0] ?? 0)) }, lateShare: 0 };
    },
  });
  const frame = askedFrame(undefined, settings, ports.clock.now());
  const counted = await answerAnalysis(ports, { projectId, signal: call.signal }, { frame, prepare });
  return { ...counted, cohort };
}

/** ListCohorts: the project's cohorts by their ids, without lists of users. */
export async function listCohorts(
  ports: CohortPorts,
  { pageSize, pageToken }: ListCohortsRequest,
  call: Call,
): Promise<MessageInitShape<typeof ListCohortsResponseSchema>> {
  const { projectId } = await askedOf(ports, call);
  const binding = `ListCohorts ${projectId}`;
  const [after = ""] = decodePageToken(binding, pageToken, 1) ?? [];
  const known = [...(await ports.cohorts.all(projectId)).values()].filter(({ cohortId }) => cohortId > after);
  const size = pageSize || pageSizeDefault;
  const cohorts = known.slice(0, size);
  const last = known.length > size ? cohorts.at(-1) : undefined;
  return {
    cohorts: cohorts.map(withoutUsers),
    nextPageToken: last === undefined ? "" : encodePageToken(binding, [last.cohortId]),
  };
}

function withoutUsers(cohort: Cohort): Cohort {
  const told = clone(CohortSchema, cohort);
  if (told.rule === undefined) return told;
  for (const { rule } of rulesOf({ rule: told.rule, field: "rule" })) {
    if (rule.rule.case === "users") rule.rule = { case: undefined };
  }
  return told;
}

/** ListCohortMembers: who is in a cohort, page by page. */
export async function listCohortMembers(
  ports: CohortPorts,
  { cohortId, pageSize, pageToken }: ListCohortMembersRequest,
  call: Call,
): Promise<MessageInitShape<typeof ListCohortMembersResponseSchema>> {
  const { projectId, settings } = await askedOf(ports, call);
  cohortOf(await ports.cohorts.all(projectId), cohortId);
  const question = ["ListCohortMembers", cohortId];
  const frame = askedFrame(undefined, settings, ports.clock.now());
  const page = userPage({ projectId, question, frame, pageSize, pageToken });
  const response = ListCohortMembersResponseSchema;
  const place = [page.size, page.after?.userId ?? null];
  const prepare = (asked: AskedFrame): Analysis<typeof response> => ({
    ...everything(asked, ["cohort members", askedCohort(cohortId), place]),
    response,
    compute: async (run) => ({ response: await membersPage(run, cohortId, page), lateShare: 0 }),
  });
  return answerAnalysis(ports, { projectId, signal: call.signal }, { frame: page.frame, prepare });
}

async function membersPage(
  run: AnalysisRun,
  cohortId: string,
  page: UserPage,
): Promise<MessageInitShape<typeof ListCohortMembersResponseSchema>> {
  const { isAfter, order } = userPageSql(page);
  const statement = sql`SELECT person FROM (${membersSql(run, cohortId)}) WHERE ${isAfter} ${order}`;
  const rows = await run.read(run.tenant.statement(statement), { purpose: "members" });
  const { users, nextPageToken } = pageOfUsers(page, rows.map(String), (userId) => ({ rank: 0, userId }));
  return { userIds: [...users], nextPageToken };
}

function askedCohort(cohortId: string): unknown {
  return { scope: PropertyScope.COHORT, name: cohortId };
}

/** What the questions on members have in common: they are about all events there ever were. */
function everything(frame: AskedFrame, canonical: unknown) {
  return {
    name: "cohort",
    frame,
    canonical,
    data: { types: [], ...eventYears, persons: true },
    asksHistory: false,
    filterGroups: [],
    // What has expired is no refusal here: a cohort is of what is known.
    completeFrom: async () => undefined,
  };
}

/** Every user with an event who is in a cohort: the column person. */
function membersSql(run: AnalysisRun, cohortId: string): Sql {
  const { joins } = run.readers();
  const person = joins.person();
  const isIn = joins.cohort(cohortId);
  return sql`SELECT DISTINCT ${person} AS person ${joins.from("events")} AND ${person} != '' AND ${isIn}`;
}
