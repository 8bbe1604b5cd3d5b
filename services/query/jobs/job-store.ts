import type { JobFailure, JobQuestion, JobState } from "../../../gen/ts/tideline/query/v1/job_pb.js";

/** How jobs are shared out, and how long they are kept. */
export interface JobLimits {
  /** Jobs that one instance works on at once. */
  readonly running: number;
  /** Jobs of one project that all instances work on at once. */
  readonly projectRunning: number;
  /** Jobs of one project that wait. */
  readonly projectWaiting: number;
  /** What one job may take on the engine, for each of its statements. */
  readonly timeMs: number;
  /** Bytes of an answer. */
  readonly answerBytes: number;
  /** Bytes of all answers of a project that are kept. */
  readonly projectAnswerBytes: number;
  /** How long an ended job is kept. */
  readonly keepMs: number;
  /** How long a job is another's after its instance was last heard of. */
  readonly leaseMs: number;
}

export const jobLimitDefaults: JobLimits = {
  running: 2,
  projectRunning: 2,
  projectWaiting: 100,
  timeMs: 600_000,
  answerBytes: 16 * 2 ** 20,
  projectAnswerBytes: 2 ** 30,
  keepMs: 86_400_000,
  leaseMs: 10_000,
};

/** Attempts at a job whose instances die; then it has failed. */
export const attemptsMax = 3;

export interface JobProgress {
  readonly rowsRead: number;
  readonly rowsTotal: number;
}

/** A job as it is stored. */
export interface StoredJob {
  readonly jobId: string;
  readonly idempotencyKey: string;
  readonly question: JobQuestion;
  readonly state: JobState;
  readonly createTime: Date;
  readonly runTime?: Date;
  readonly endTime?: Date;
  readonly expireTime?: Date;
  readonly attempts: number;
  readonly progress: JobProgress;
  readonly failure?: JobFailure;
}

export interface NewJob {
  readonly idempotencyKey: string;
  readonly question: JobQuestion;
}

/** A job that an instance has taken, for as long as its lease holds. */
export interface TakenJob {
  readonly projectId: string;
  readonly jobId: string;
  readonly question: JobQuestion;
  readonly runner: string;
  readonly attempt: number;
}

/** How work on a job ended. */
export type JobEnd =
  | { readonly kind: "done"; readonly pages: readonly Uint8Array[] }
  | { readonly kind: "failed"; readonly failure: JobFailure }
  /** Nobody's fault: it waits again, and this was no attempt. */
  | { readonly kind: "again"; readonly afterMs: number };

/**
 * Jobs and their answers. Every call reads and writes what is there now: what one instance is told, all are. All throw
 * Fault ENGINE_UNAVAILABLE where the store does not answer.
 */
export interface JobStore {
  /**
   * Adds a job, or gives the one of the same idempotency key.
   * @throws Fault IDEMPOTENCY_KEY_REUSED, QUERY_BUSY
   */
  start(projectId: string, job: NewJob): Promise<StoredJob>;
  /** @throws Fault QUERY_NOT_FOUND */
  get(projectId: string, jobId: string): Promise<StoredJob>;
  /** A page of the answer as it was ended with, and how many there are; undefined where there is none. */
  page(
    projectId: string,
    jobId: string,
    page: number,
  ): Promise<{ answer: Buffer; pages: number } | undefined>;
  /** Newest first, before `before` where it is not empty; of these states, or of any where there are none. */
  list(
    projectId: string,
    which: { readonly states: readonly JobState[]; readonly before: string; readonly count: number },
  ): Promise<StoredJob[]>;
  /** Ends a job that has not ended. @throws Fault QUERY_NOT_FOUND */
  cancel(projectId: string, jobId: string): Promise<StoredJob>;
  /**
   * Takes a job that waits, or whose instance is not heard of any more: of the projects with the fewest running ones
   * the one that was served least lately, its oldest. One that was tried too often fails instead.
   */
  take(runner: string): Promise<TakenJob | undefined>;
  /** Keeps a taken job, and says how far it is; false where it is not the caller's any more, cancelled or another's. */
  renew(job: TakenJob, progress: JobProgress): Promise<boolean>;
  /** Ends the work on a taken job; nothing happens where it is not the caller's any more. */
  end(job: TakenJob, end: JobEnd, progress: JobProgress): Promise<void>;
  /** Removes what is not kept any longer; some at a time. */
  sweep(): Promise<void>;
}
