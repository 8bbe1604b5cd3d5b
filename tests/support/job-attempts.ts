import { expect } from "chai";
import { refusalOf } from "./fault.js";
import type { TestProject } from "./own-project.js";

type Attempt = (ours: TestProject, theirs: TestProject) => Promise<void>;

const idempotencyKey = "a-job-of-both";
const count = {
  question: { case: "sql" as const, value: { statement: "SELECT count() FROM events" } },
};

/** Starts a job of theirs. */
async function theirJob({ jobs }: TestProject): Promise<string> {
  const { job } = await jobs.startQuery({ question: count, idempotencyKey });
  return job?.jobId ?? "";
}

async function expectNone(call: Promise<unknown>): Promise<void> {
  expect(await refusalOf(call)).to.include({ code: "NOT_FOUND", reason: "QUERY_NOT_FOUND" });
}

/** Reaches for the jobs of another project by their ids and keys. */
export const jobAttempts: Readonly<Record<string, Attempt>> = {
  "QueryJobService.StartQuery": async ({ jobs }, theirs) => {
    const jobId = await theirJob(theirs);
    const { job } = await jobs.startQuery({ question: count, idempotencyKey });
    expect(job?.jobId).to.not.equal(jobId);
    for (;;) {
      const found = await jobs.getQuery({ jobId: job?.jobId ?? "" });
      if (found.answer === undefined) continue;
      const { answer } = found.answer;
      expect(answer.case === "sql" && answer.value.rows.map(({ values }) => values)).to.deep.equal([["0"]]);
      return;
    }
  },
  "QueryJobService.GetQuery": async ({ jobs }, theirs) =>
    expectNone(jobs.getQuery({ jobId: await theirJob(theirs) })),
  "QueryJobService.CancelQuery": async ({ jobs }, theirs) =>
    expectNone(jobs.cancelQuery({ jobId: await theirJob(theirs) })),
  "QueryJobService.ListQueries": async ({ jobs }, theirs) => {
    const jobId = await theirJob(theirs);
    const listed = await jobs.listQueries({});
    expect(listed.jobs.map((job) => job.jobId)).to.not.include(jobId);
  },
};
