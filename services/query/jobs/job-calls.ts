import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { JobAnswerSchema, type JobSchema, JobState } from "../../../gen/ts/tideline/query/v1/job_pb.js";
import type {
  CancelQueryRequest,
  CancelQueryResponseSchema,
  GetQueryRequest,
  GetQueryResponseSchema,
  ListQueriesRequest,
  ListQueriesResponseSchema,
  StartQueryRequest,
  StartQueryResponseSchema,
} from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import type { ProjectCache } from "../../../platform/control/projects.js";
import { Fault, requestInvalid } from "../../../platform/fault.js";
import { rowsThatFit } from "../../../platform/page-bytes.js";
import { decodePageToken, encodePageToken } from "../../../platform/page-token.js";
import type { Call } from "../../../platform/serve/call.js";
import { askedProject } from "../caller.js";
import type { JobRunner } from "./job-runner.js";
import type { JobStore, StoredJob } from "./job-store.js";

export interface JobPorts {
  readonly store: JobStore;
  readonly runner: Pick<JobRunner, "wake" | "stopJob">;
  readonly projects: ProjectCache;
}

const defaultPageSize = 100;

/** StartQuery: adds a job, or gives the one of the same idempotency key. */
export async function startQuery(
  { store, runner, projects }: JobPorts,
  { question, idempotencyKey }: StartQueryRequest,
  call: Call,
): Promise<MessageInitShape<typeof StartQueryResponseSchema>> {
  const { projectId } = await askedProject(call, projects);
  if (question === undefined) throw requestInvalid("question", "required", "say what is asked");
  if (idempotencyKey.includes("\0")) throw requestInvalid("idempotency_key", "text", "has a NUL");
  const job = await store.start(projectId, { question, idempotencyKey });
  runner.wake();
  return { job: toldJob(job) };
}

/** GetQuery: a job, and a page of the answer of one that is done. */
export async function getQuery(
  { store, projects }: JobPorts,
  { jobId, pageToken }: GetQueryRequest,
  call: Call,
): Promise<MessageInitShape<typeof GetQueryResponseSchema>> {
  const { projectId } = await askedProject(call, projects);
  const binding = `GetQuery ${projectId} ${jobId}`;
  const [at = "0"] = decodePageToken(binding, pageToken, 1) ?? [];
  if (!/^\d{1,6}$/.test(at)) throw notAToken();
  const job = await store.get(projectId, jobId);
  if (job.state !== JobState.DONE) return { job: toldJob(job) };
  const found = await store.page(projectId, jobId, Number(at));
  if (found === undefined) throw notAToken();
  const next = Number(at) + 1;
  return {
    job: toldJob(job),
    answer: fromBinary(JobAnswerSchema, found.answer),
    nextPageToken: next < found.pages ? encodePageToken(binding, [String(next)]) : "",
  };
}

/** ListQueries: the project's jobs, newest first. */
export async function listQueries(
  { store, projects }: JobPorts,
  { states, pageSize, pageToken }: ListQueriesRequest,
  call: Call,
): Promise<MessageInitShape<typeof ListQueriesResponseSchema>> {
  const { projectId } = await askedProject(call, projects);
  const binding = `ListQueries ${projectId} ${[...new Set(states)].sort().join()}`;
  const [before = ""] = decodePageToken(binding, pageToken, 1) ?? [];
  const count = pageSize || defaultPageSize;
  const found = await store.list(projectId, { states, before, count: count + 1 });
  const page = found.slice(0, count);
  // A question has at most as many bytes as a request, most of them few.
  const shown = page.slice(
    0,
    rowsThatFit(page, ({ question }) => JSON.stringify(question, bigintText).length + 500),
  );
  const last = shown.at(-1);
  const isLast = last === undefined || shown.length === found.length;
  return {
    jobs: shown.map(toldJob),
    nextPageToken: isLast ? "" : encodePageToken(binding, [last.jobId]),
  };
}

/** CancelQuery: ends a job; the work of another instance ends when it looks at its jobs. */
export async function cancelQuery(
  { store, runner, projects }: JobPorts,
  { jobId }: CancelQueryRequest,
  call: Call,
): Promise<MessageInitShape<typeof CancelQueryResponseSchema>> {
  const { projectId } = await askedProject(call, projects);
  const job = await store.cancel(projectId, jobId);
  if (job.state === JobState.CANCELLED) runner.stopJob(projectId, jobId);
  return { job: toldJob(job) };
}

function bigintText(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function toldJob(job: StoredJob): MessageInitShape<typeof JobSchema> {
  const { jobId, state, question, attempts, idempotencyKey, progress } = job;
  return {
    ...{ jobId, state, question, attempts, idempotencyKey },
    createTime: timestampFromDate(job.createTime),
    ...(job.runTime === undefined ? {} : { runTime: timestampFromDate(job.runTime) }),
    ...(job.endTime === undefined ? {} : { endTime: timestampFromDate(job.endTime) }),
    ...(job.expireTime === undefined ? {} : { expireTime: timestampFromDate(job.expireTime) }),
    progress: { rowsRead: BigInt(progress.rowsRead), rowsTotal: BigInt(progress.rowsTotal) },
    ...(job.failure === undefined ? {} : { failure: job.failure }),
  };
}

function notAToken(): Fault {
  return new Fault(FaultReason.PAGE_TOKEN_INVALID, "page_token: not one that was given for this request");
}
