import { setTimeout as sleep } from "node:timers/promises";
import { create, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type Job,
  type JobAnswer,
  JobAnswerSchema,
  type JobQuestionSchema,
  JobState,
} from "../../../gen/ts/tideline/query/v1/job_pb.js";
import { QueryJobService } from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import { Aggregation, Interval } from "../../../gen/ts/tideline/query/v1/question_pb.js";
import { type House, openHouse } from "../../../tests/query/house.js";
import { refusalOf } from "../../../tests/support/fault.js";
import { eventSet } from "../testing/event-set.js";
import { insertEvents } from "../testing/store.js";

type Question = NonNullable<MessageInitShape<typeof JobQuestionSchema>["question"]>;
type Jobs = Client<typeof QueryJobService>;

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-05T00:00Z");
const range = { from: timestampFromMs(fromMs), to: timestampFromMs(toMs) };

/** Minutes of work; no two are the same question. */
let slowOnes = 0;
const slow = (): Question => ({
  case: "sql",
  value: {
    statement: `SELECT ${slowOnes++}, sum(cityHash64(repeat(toString(number), 50))) FROM numbers(900000000)`,
  },
});
const quick: Question = { case: "sql", value: { statement: "SELECT count() FROM events" } };

describe("jobs", function () {
  this.timeout(60_000);
  let house: House;
  let jobs: Jobs;
  let others: Jobs;
  let key: string;

  before(async () => {
    const env = {
      TIDELINE_JOBS_RUNNING: "1",
      TIDELINE_JOBS_PROJECT_WAITING: "3",
      TIDELINE_JOB_LEASE_MS: "1500",
      TIDELINE_SQL_TIME_MS: "600",
    };
    // Its own engine: what others ask of a shared one keeps a cancelled statement from ending.
    house = await openHouse({ own: true, env });
    key = await house.project("mine");
    jobs = clientAt(house.httpUrl, key);
    others = clientAt(house.httpUrl, await house.project("theirs"));
    const events = eventSet({ project: "mine", seed: 11, count: 2_000, fromMs, toMs, firstRawSequence: 1 });
    await insertEvents(house.clickhouse, house.database, events);
  });
  after(() => house?.stop());

  function clientAt(baseUrl: string, secret: string): Jobs {
    const withKey: Interceptor = (next) => (request) => {
      request.header.set("authorization", `Bearer ${secret}`);
      return next(request);
    };
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1", interceptors: [withKey] });
    return createClient(QueryJobService, transport);
  }

  async function started(question: Question, client = jobs): Promise<string> {
    const { job } = await client.startQuery({ question: { question } });
    expect(job?.jobId).to.match(/^[a-z0-9]{20,}$/);
    return job?.jobId ?? "";
  }

  /** Waits until a job is as it should be. */
  async function until(jobId: string, is: (job: Job) => boolean, client = jobs): Promise<Job> {
    const end = performance.now() + 20_000;
    for (;;) {
      const { job } = await client.getQuery({ jobId });
      if (job !== undefined && is(job)) return job;
      if (performance.now() > end) throw new Error(`the job is ${JobState[job?.state ?? 0]}`);
      await sleep(50);
    }
  }

  const ended = ({ state }: Job) => state > JobState.RUNNING;
  const running = ({ state }: Job) => state === JobState.RUNNING;

  async function answerOf(jobId: string): Promise<JobAnswer["answer"][]> {
    const pages: JobAnswer["answer"][] = [];
    let pageToken = "";
    do {
      const page = await jobs.getQuery({ jobId, pageToken });
      if (page.answer !== undefined) pages.push(page.answer.answer);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return pages;
  }

  /** Statements of a job that the engine works on. */
  async function atWork(jobId: string, which = "1"): Promise<number> {
    const ofJob = "startsWith(Settings['log_comment'], {job:String})";
    const result = await house.clickhouse.query({
      query: `SELECT count() FROM system.processes WHERE ${ofJob} AND ${which}`,
      query_params: { job: `job-${jobId}-` },
      format: "JSONCompact",
    });
    return Number((await result.json<[string]>()).data[0]?.[0]);
  }

  it("answer every kind of question as its own RPC does", async () => {
    const query = house.client(key);
    const frame = { range };
    const asked = {
      metrics: { aggregation: Aggregation.UNIQUE_USERS, range, interval: Interval.DAY },
      trend: { frame, series: [{}], interval: Interval.DAY },
      retention: { frame, period: Interval.DAY, periods: 5 },
      lifecycle: { frame, interval: Interval.DAY },
      stickiness: { frame, interval: Interval.DAY },
      paths: { frame },
      sessions: { frame },
    };
    const direct = {
      metrics: query.queryMetrics(asked.metrics),
      trend: query.queryTrend(asked.trend),
      retention: query.queryRetention(asked.retention),
      lifecycle: query.queryLifecycle(asked.lifecycle),
      stickiness: query.queryStickiness(asked.stickiness),
      paths: query.queryPaths(asked.paths),
      sessions: query.querySessions(asked.sessions),
    } as const;
    for (const kind of Object.keys(asked) as (keyof typeof asked)[]) {
      const question = { case: kind, value: asked[kind] } as Question;
      const jobId = await started(question);
      const { state, attempts, failure } = await until(jobId, ended);
      expect([kind, JobState[state], failure?.message, attempts]).to.deep.equal([kind, "DONE", undefined, 1]);
      const [answer] = await answerOf(jobId);
      expect(plain(answer)).to.deep.equal(plain({ case: kind, value: await direct[kind] } as never));
    }
  });

  it("keep a large result of SQL whole, page by page, and say what is too large", async () => {
    const rowsOf = (count: number): Question => ({
      case: "sql",
      value: { statement: `SELECT number, repeat('x', 1000) FROM numbers(${count})`, parameters: {} },
    });
    const whole = await started(rowsOf(8_000));
    const tooLarge = await started(rowsOf(20_000));
    const empty = await started(rowsOf(0));
    await until(whole, ended);
    const pages = await answerOf(whole);
    expect(pages).to.have.length.above(2);
    const numbers = pages.flatMap((page) =>
      page.case === "sql" ? page.value.rows.map(({ values }) => Number(values[0])) : [],
    );
    expect(numbers).to.deep.equal(Array.from({ length: 8_000 }, (_, index) => index));
    const { state, failure } = await until(tooLarge, ended);
    expect([state, failure?.reason]).to.deep.equal([JobState.FAILED, FaultReason.QUERY_TOO_LARGE]);
    expect(failure?.facts).to.deep.equal({ limit: "kept_answer", most: String(16 * 2 ** 20) });
    await until(empty, ended);
    expect((await answerOf(empty)).map((page) => page.case === "sql" && page.value.rows)).to.deep.equal([[]]);
    const wrong = await until(await started({ case: "sql", value: { statement: "SELECT nothing" } }), ended);
    expect(wrong.failure?.reason).to.equal(FaultReason.SQL_INVALID);
  });

  it("start one job for one idempotency key", async () => {
    const ask = (parameters: Record<string, string>) => {
      const value = { statement: "SELECT {a:String}, {b:String}", parameters };
      return jobs.startQuery({ question: { question: { case: "sql", value } }, idempotencyKey: "one" });
    };
    const both = { a: "1", b: "2" };
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) => ask(index % 2 ? both : { b: "2", a: "1" })),
    );
    expect(new Set(all.map(({ job }) => job?.jobId)).size).to.equal(1);
    expect((await refusalOf(ask({ ...both, a: "3" }))).reason).to.equal("IDEMPOTENCY_KEY_REUSED");
    await until(all[0]?.job?.jobId ?? "", ended);
    expect((await ask(both)).job?.state).to.equal(JobState.DONE);
  });

  it("say how far they are, and stop the engine's work when they are cancelled", async () => {
    const jobId = await started(slow());
    const { progress } = await until(jobId, (job) => (job.progress?.rowsRead ?? 0n) > 0n);
    expect(Number(progress?.rowsTotal)).to.equal(900_000_000);
    expect(Number(progress?.rowsRead)).to.be.below(900_000_000);
    expect(await atWork(jobId)).to.equal(1);
    const { job } = await jobs.cancelQuery({ jobId });
    expect(job?.state).to.equal(JobState.CANCELLED);
    const cancelledAt = performance.now();
    while ((await atWork(jobId)) > 0) {
      expect(performance.now() - cancelledAt).to.be.below(3_000);
      await sleep(50);
    }
    // Nothing that comes afterwards changes it.
    await sleep(300);
    expect((await jobs.cancelQuery({ jobId })).job?.endTime).to.deep.equal(job?.endTime);
    expect(await refusalOf(others.cancelQuery({ jobId }))).to.include({ reason: "QUERY_NOT_FOUND" });
  });

  it("wait in bounded lines, of which the project that was served least lately comes next", async () => {
    const first = await started(slow());
    await until(first, running);
    const waiting = [await started(quick), await started(slow()), await started(slow())];
    expect(await refusalOf(started(quick))).to.include({ code: "RESOURCE_EXHAUSTED", reason: "QUERY_BUSY" });
    const theirs = await started(quick, others);
    await jobs.cancelQuery({ jobId: first });
    const { runTime: earlier } = await until(theirs, ended, others);
    const { runTime: later } = await until(waiting[0] ?? "", ended);
    expect(Number(later?.seconds) * 1e9 + Number(later?.nanos)).to.be.above(
      Number(earlier?.seconds) * 1e9 + Number(earlier?.nanos),
    );
    for (const jobId of waiting) await jobs.cancelQuery({ jobId });
    const states = [JobState.CANCELLED];
    const { jobs: listed, nextPageToken } = await jobs.listQueries({ states, pageSize: 2 });
    expect(listed.map((job) => job.jobId)).to.deep.equal([waiting[2], waiting[1]]);
    const rest = await jobs.listQueries({ states, pageSize: 2, pageToken: nextPageToken });
    expect(rest.jobs[0]?.jobId).to.equal(first);
    expect((await others.listQueries({})).jobs.map((job) => job.jobId)).to.deep.equal([theirs]);
  });

  it("are begun again by another instance when theirs dies, and answered by any", async () => {
    const first = await started(slow());
    await until(first, running);
    const other = await house.another();
    const there = clientAt(other.httpUrl, key);
    const second = await started(slow(), there);
    expect((await until(second, running)).attempts).to.equal(1);
    expect((await there.getQuery({ jobId: first })).job?.state).to.equal(JobState.RUNNING);
    await other.kill();
    // By an instance that does not work on it: the one that does learns of it when it looks at its jobs.
    const third = await house.another();
    await clientAt(third.httpUrl, key).cancelQuery({ jobId: first });
    expect((await until(second, ({ attempts }) => attempts === 2)).state).to.equal(JobState.RUNNING);
    // The embedded engine, told to stop one of several statements, may take long until that has left.
    const stoppedAt = performance.now();
    while ((await atWork(first, "NOT is_cancelled")) > 0) {
      expect(performance.now() - stoppedAt).to.be.below(10_000);
      await sleep(50);
    }
    await jobs.cancelQuery({ jobId: second });
  });

  it("are gone once they have expired", async () => {
    const jobId = await started(quick);
    const { endTime, expireTime } = await until(jobId, ended);
    expect(Number(expireTime?.seconds) - Number(endTime?.seconds)).to.equal(86_400);
    await house.pool.query("update query_jobs set expire_time = now() where job_id = $1", [jobId]);
    expect(await refusalOf(jobs.getQuery({ jobId }))).to.include({ reason: "QUERY_NOT_FOUND" });
    // Every instance sweeps when it starts, and once a minute.
    await house.another();
    const left = "select count(*)::int as pages from query_job_pages where job_id = $1";
    for (const end = performance.now() + 5_000; ; await sleep(50)) {
      const { rows } = await house.pool.query<{ pages: number }>(left, [jobId]);
      if (rows[0]?.pages === 0) break;
      expect(performance.now()).to.be.below(end);
    }
  });
});

/** An answer without what it says of its own making; the engine adds up in any order, so the last digits may differ. */
function plain(answer: JobAnswer["answer"] | undefined): unknown {
  const json = toJson(JobAnswerSchema, create(JobAnswerSchema, { answer: answer as never }));
  return JSON.parse(JSON.stringify(json), (name, value: unknown) => {
    if (name === "info") return undefined;
    return typeof value === "number" ? Number(value.toPrecision(12)) : value;
  });
}
