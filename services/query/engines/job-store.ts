import { createHash, randomBytes } from "node:crypto";
import { create, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  JobFailureSchema,
  type JobQuestion,
  JobQuestionSchema,
  JobState,
} from "../../../gen/ts/tideline/query/v1/job_pb.js";
import { inTransaction, type Postgres } from "../../../platform/engines/postgres.js";
import { answered } from "../../../platform/engines/postgres-errors.js";
import { Fault } from "../../../platform/fault.js";
import {
  attemptsMax,
  type JobEnd,
  type JobLimits,
  type JobProgress,
  type JobStore,
  type NewJob,
  type StoredJob,
  type TakenJob,
} from "../jobs/job-store.js";

type Reader = Pick<Postgres, "query">;

interface JobRow {
  readonly project_id: string;
  readonly job_id: string;
  readonly idempotency_key: string;
  readonly question: Buffer;
  readonly question_sha256: Buffer;
  readonly state: JobState;
  readonly create_time: Date;
  readonly run_time: Date | null;
  readonly end_time: Date | null;
  readonly expire_time: Date | null;
  readonly attempts: number;
  readonly rows_read: string;
  readonly rows_total: string;
  readonly failure: Buffer | null;
}

const kept = "(expire_time is null or expire_time > now())";
const { QUEUED, RUNNING, DONE, FAILED, CANCELLED } = JobState;
const ends = "end_time = now(), expire_time = now() + $1 * interval '1 ms'";
/** Of one taken job: it is still the caller's. */
const isOurs = `project_id = $2 and job_id = $3 and runner = $4 and attempts = $5 and state = ${RUNNING}`;
/** It waits, or its instance is not heard of any more. */
const isFree = `state in (${QUEUED}, ${RUNNING}) and lease_until < now()`;
/** Ended jobs that one sweep removes. */
const sweptMax = 200;

/** Jobs in the tables `query_jobs` and `query_job_pages`. */
export function openJobStore(pool: Postgres, limits: JobLimits): JobStore {
  const { keepMs, leaseMs } = limits;
  return {
    start: (projectId, job) =>
      answered(() => inTransaction(pool, (client) => startOne(client, projectId, { job, limits }))),
    get: (projectId, jobId) => answered(() => jobOf(pool, projectId, jobId)),
    page: (projectId, jobId, page) => answered(() => pageOf(pool, { projectId, jobId }, page)),
    list: (projectId, { states, before, count }) =>
      answered(async () => {
        const { rows } = await pool.query<JobRow>(
          `select * from query_jobs where project_id = $1 and ${kept}
             and (cardinality($2::int[]) = 0 or state = any($2)) and ($3 = '' or job_id < $3)
           order by job_id desc limit $4`,
          [projectId, states, before, count],
        );
        return rows.map(jobOfRow);
      }),
    cancel: (projectId, jobId) =>
      answered(async () => {
        const { rows } = await pool.query<JobRow>(
          `update query_jobs set state = ${CANCELLED}, ${ends}
           where project_id = $2 and job_id = $3 and state in (${QUEUED}, ${RUNNING}) returning *`,
          [keepMs, projectId, jobId],
        );
        return rows[0] === undefined ? jobOf(pool, projectId, jobId) : jobOfRow(rows[0]);
      }),
    take: (runner) =>
      answered(async () => {
        // Most looks find nothing, and take no lock.
        const { rows } = await pool.query(`select 1 from query_jobs where ${isFree} limit 1`);
        if (rows.length === 0) return undefined;
        return inTransaction(pool, (client) => takeOne(client, runner, limits));
      }),
    renew: ({ projectId, jobId, runner, attempt }, { rowsRead, rowsTotal }) =>
      answered(async () => {
        const { rowCount } = await pool.query(
          `update query_jobs set lease_until = now() + $1 * interval '1 ms', rows_read = $6, rows_total = $7
           where ${isOurs}`,
          [leaseMs, projectId, jobId, runner, attempt, rowsRead, rowsTotal],
        );
        return rowCount === 1;
      }),
    end: (job, end, progress) =>
      answered(() => inTransaction(pool, (client) => endOne(client, { job, end, progress }, limits))),
    sweep: () =>
      answered(async () => {
        await pool.query(
          `delete from query_jobs where (project_id, job_id) in (
             select project_id, job_id from query_jobs where expire_time <= now()
             limit ${sweptMax} for update skip locked)`,
        );
      }),
  };
}

/** One start after the other within a project: its line is counted, and a key is looked for. */
async function startOne(
  client: Reader,
  projectId: string,
  { job, limits }: { readonly job: NewJob; readonly limits: JobLimits },
): Promise<StoredJob> {
  const { idempotencyKey, question } = job;
  await client.query("select pg_advisory_xact_lock(7305875, hashtext($1))", [projectId]);
  const sha256 = hashOf(question);
  const known = await jobOfKey(client, projectId, idempotencyKey);
  if (known !== undefined) return sameJob(known, sha256);
  await assertRoom(client, projectId, limits.projectWaiting);
  const { rows } = await client.query<JobRow>(
    `insert into query_jobs (project_id, job_id, idempotency_key, question, question_sha256, state)
     values ($1, $2, $3, $4, $5, ${QUEUED}) returning *`,
    [projectId, newId(), idempotencyKey, Buffer.from(toBinary(JobQuestionSchema, question)), sha256],
  );
  return theOne(rows);
}

async function pageOf(
  reader: Reader,
  { projectId, jobId }: { readonly projectId: string; readonly jobId: string },
  page: number,
): Promise<{ answer: Buffer; pages: number } | undefined> {
  const { rows } = await reader.query<{ answer: Buffer; pages: number }>(
    `select p.answer, (select count(*)::int from query_job_pages
         where project_id = $1 and job_id = $2) as pages
     from query_job_pages p where p.project_id = $1 and p.job_id = $2 and p.page = $3`,
    [projectId, jobId, page],
  );
  return rows[0];
}

interface Ending {
  readonly job: TakenJob;
  readonly end: JobEnd;
  readonly progress: JobProgress;
}

async function endOne(client: Reader, { job, end, progress }: Ending, limits: JobLimits): Promise<void> {
  const { projectId, jobId, runner, attempt } = job;
  const fitting = await thatFits(client, projectId, { end, limits });
  const [set, first, failure] = endOf(fitting, limits);
  const pages = fitting.kind === "done" ? fitting.pages : [];
  const { rowCount } = await client.query(
    `update query_jobs set ${set}, rows_read = $6, rows_total = $7, failure = $8, answer_bytes = $9
     where ${isOurs}`,
    [
      first,
      projectId,
      jobId,
      runner,
      attempt,
      progress.rowsRead,
      progress.rowsTotal,
      failure,
      bytesOf(pages),
    ],
  );
  if (rowCount !== 1) return;
  for (const [page, answer] of pages.entries()) {
    const values = [projectId, jobId, page, Buffer.from(answer)];
    await client.query("insert into query_job_pages values ($1, $2, $3, $4)", values);
  }
}

const bytesOf = (pages: readonly Uint8Array[]): number => pages.reduce((sum, { length }) => sum + length, 0);

/** An answer for which there is no room is a failure. */
async function thatFits(
  reader: Reader,
  projectId: string,
  { end, limits }: { readonly end: JobEnd; readonly limits: JobLimits },
): Promise<JobEnd> {
  if (end.kind !== "done") return end;
  const most = limits.projectAnswerBytes;
  const { rows } = await reader.query<{ bytes: string }>(
    "select coalesce(sum(answer_bytes), 0) as bytes from query_jobs where project_id = $1",
    [projectId],
  );
  if (Number(rows[0]?.bytes) + bytesOf(end.pages) <= most) return end;
  const failure = create(JobFailureSchema, {
    reason: FaultReason.QUERY_TOO_LARGE,
    message: "the project's jobs of this day have answers enough: ask for less",
    facts: { limit: "kept_answers", most: String(most) },
  });
  return { kind: "failed", failure };
}

/** What is set, its first value, and the failure. */
function endOf(end: JobEnd, { keepMs }: JobLimits): [set: string, first: number, failure: Buffer | null] {
  if (end.kind === "done") return [`state = ${DONE}, ${ends}`, keepMs, null];
  if (end.kind === "failed") {
    return [`state = ${FAILED}, ${ends}`, keepMs, Buffer.from(toBinary(JobFailureSchema, end.failure))];
  }
  const again = "runner = '', attempts = attempts - 1, lease_until = now() + $1 * interval '1 ms'";
  return [`state = ${QUEUED}, ${again}`, end.afterMs, null];
}

/** Instances take jobs one after the other, so that none sees too few running. */
async function takeOne(client: Reader, runner: string, { leaseMs, keepMs, projectRunning }: JobLimits) {
  await client.query("select pg_advisory_xact_lock(7305876)");
  const failure = create(JobFailureSchema, {
    reason: FaultReason.QUERY_ABANDONED,
    message: `${attemptsMax} instances that worked on it died`,
  });
  await client.query(
    `update query_jobs set state = ${FAILED}, ${ends}, failure = $2
     where state = ${RUNNING} and lease_until < now() and attempts >= ${attemptsMax}`,
    [keepMs, Buffer.from(toBinary(JobFailureSchema, failure))],
  );
  const { rows } = await client.query<JobRow>(
    `with running as (
       select project_id, count(*) as jobs from query_jobs
       where state = ${RUNNING} and lease_until >= now() group by project_id), waiting as (
       select distinct on (project_id) project_id, job_id, create_time from query_jobs
       where ${isFree} order by project_id, create_time)
     update query_jobs set state = ${RUNNING}, runner = $1, attempts = attempts + 1, run_time = now(),
       lease_until = now() + $2 * interval '1 ms', rows_read = 0, rows_total = 0
     where (project_id, job_id) = (
       select w.project_id, w.job_id from waiting w left join running r using (project_id)
       where coalesce(r.jobs, 0) < $3
       order by coalesce(r.jobs, 0),
         (select max(run_time) from query_jobs s where s.project_id = w.project_id) nulls first,
         w.create_time
       limit 1)
     returning *`,
    [runner, leaseMs, projectRunning],
  );
  return rows.map((row) => ({
    projectId: row.project_id,
    jobId: row.job_id,
    question: fromBinary(JobQuestionSchema, row.question),
    runner,
    attempt: row.attempts,
  }))[0];
}

async function jobOf(reader: Reader, projectId: string, jobId: string): Promise<StoredJob> {
  const { rows } = await reader.query<JobRow>(
    `select * from query_jobs where project_id = $1 and job_id = $2 and ${kept}`,
    [projectId, jobId],
  );
  if (rows.length === 0) {
    throw new Fault(FaultReason.QUERY_NOT_FOUND, "the project has no such job, or keeps it no longer");
  }
  return theOne(rows);
}

async function jobOfKey(reader: Reader, projectId: string, key: string): Promise<JobRow | undefined> {
  if (key === "") return undefined;
  const which = "project_id = $1 and idempotency_key = $2";
  // A key is free again once its job is not kept any longer.
  await reader.query(`delete from query_jobs where ${which} and not ${kept}`, [projectId, key]);
  return (await reader.query<JobRow>(`select * from query_jobs where ${which}`, [projectId, key])).rows[0];
}

function sameJob(row: JobRow, sha256: Buffer): StoredJob {
  if (row.question_sha256.equals(sha256)) return jobOfRow(row);
  const facts = { job_id: row.job_id };
  const message = "idempotency_key: it was given with another question";
  throw new Fault(FaultReason.IDEMPOTENCY_KEY_REUSED, message, facts);
}

async function assertRoom(reader: Reader, projectId: string, most: number): Promise<void> {
  const { rows } = await reader.query<{ waiting: number }>(
    `select count(*)::int as waiting from query_jobs where project_id = $1 and state = ${QUEUED}`,
    [projectId],
  );
  if ((rows[0]?.waiting ?? 0) < most) return;
  const facts = { limit: "jobs", most: String(most), retry_after_ms: "5000" };
  throw new Fault(FaultReason.QUERY_BUSY, "too many jobs of the project wait; try again later", facts);
}

function theOne(rows: readonly JobRow[]): StoredJob {
  const [row] = rows;
  if (row === undefined) throw new Error("a row that was just written is not there");
  return jobOfRow(row);
}

function jobOfRow(row: JobRow): StoredJob {
  return {
    jobId: row.job_id,
    idempotencyKey: row.idempotency_key,
    question: fromBinary(JobQuestionSchema, row.question),
    state: row.state,
    createTime: row.create_time,
    ...(row.run_time === null ? {} : { runTime: row.run_time }),
    ...(row.end_time === null ? {} : { endTime: row.end_time }),
    ...(row.expire_time === null ? {} : { expireTime: row.expire_time }),
    attempts: row.attempts,
    progress: { rowsRead: Number(row.rows_read), rowsTotal: Number(row.rows_total) },
    ...(row.failure === null ? {} : { failure: fromBinary(JobFailureSchema, row.failure) }),
  };
}

/** Milliseconds first, so that ids sort by time; the rest can't be guessed. */
function newId(): string {
  return Date.now().toString(36).padStart(9, "0") + randomBytes(10).toString("hex");
}

/** The order of a map's entries makes no difference. */
function hashOf(question: JobQuestion): Buffer {
  const text = JSON.stringify(toJson(JobQuestionSchema, question), (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(text).digest();
}
