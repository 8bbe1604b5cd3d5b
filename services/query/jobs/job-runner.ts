import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { Scope } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type JobFailure,
  JobFailureSchema,
  type JobQuestion,
} from "../../../gen/ts/tideline/query/v1/job_pb.js";
import { Fault } from "../../../platform/fault.js";
import type { Log } from "../../../platform/log.js";
import type { Call } from "../../../platform/serve/call.js";
import type { JobEnd, JobLimits, JobStore, TakenJob } from "./job-store.js";
import { JobWork, type RunningStatements } from "./job-work.js";

export interface RunnerParts {
  readonly store: JobStore;
  readonly statements: RunningStatements;
  readonly limits: JobLimits;
  readonly log: Log;
  /** Answers a question by the engine's work; ends soon after the call's signal fires. */
  readonly answer: (question: JobQuestion, call: Call, work: JobWork) => Promise<readonly Uint8Array[]>;
}

/** Between two looks for jobs, and at those that run. */
const lookMs = 500;
const sweepMs = 60_000;

interface Running {
  readonly job: TakenJob;
  readonly work: JobWork;
  readonly controller: AbortController;
  ended: Promise<void>;
  /** When the lease was renewed last, by the monotonic clock. */
  renewedAt: number;
}

/**
 * Works on jobs: takes as many as this instance has places for, and renews its lease on each twice a second. A job
 * that is not its own any more, because it was cancelled, taken over or not renewed for a whole lease, is given up.
 */
export class JobRunner {
  readonly #parts: RunnerParts;
  /** Another one in every life of an instance. */
  readonly #runner = randomBytes(12).toString("hex");
  readonly #running = new Map<string, Running>();
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> = Promise.resolve();
  #isStopping = false;
  #isWoken = false;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#next(0);
  }

  /** There is a new job: looks at once. */
  wake(): void {
    this.#isWoken = true;
    void this.#look.then(() => this.#next(0));
  }

  /** A job was cancelled: its work here ends at once. */
  stopJob(projectId: string, jobId: string): void {
    this.#running.get(keyOf({ projectId, jobId }))?.controller.abort();
  }

  /** Gives what runs back: another instance, or a later one, begins it again. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#look;
    const all = [...this.#running.values()];
    for (const { controller } of all) controller.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  #next(inMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopping) return;
    this.#timer = setTimeout(() => {
      this.#isWoken = false;
      this.#look = this.#turn().then(() => this.#next(this.#isWoken ? 0 : lookMs));
    }, inMs);
  }

  async #turn(): Promise<void> {
    const { store, limits, log } = this.#parts;
    try {
      await Promise.all([...this.#running.values()].map((one) => this.#renew(one)));
      while (!this.#isStopping && this.#running.size < limits.running) {
        const job = await store.take(this.#runner);
        if (job === undefined) break;
        this.#begin(job);
      }
      if (performance.now() - this.#sweptAt >= sweepMs) {
        await store.sweep();
        this.#sweptAt = performance.now();
      }
    } catch (error) {
      log.warn({ err: error }, "jobs could not be looked at");
    }
  }

  async #renew(one: Running): Promise<void> {
    const { store, limits, log } = this.#parts;
    const sentAt = performance.now();
    try {
      one.work.look();
      const isOurs = await store.renew(one.job, one.work.progress);
      if (isOurs) one.renewedAt = sentAt;
      else one.controller.abort();
    } catch (error) {
      log.warn({ err: error, job: one.job.jobId }, "a job could not be renewed");
      if (performance.now() - one.renewedAt > limits.leaseMs * 0.8) one.controller.abort();
    }
  }

  #begin(job: TakenJob): void {
    // No two tries have the same: what is left of one may still be stopping.
    const idPrefix = `job-${job.jobId}-${randomBytes(4).toString("hex")}-`;
    const work = new JobWork(idPrefix, this.#parts.statements);
    const controller = new AbortController();
    const renewedAt = performance.now();
    const one: Running = { job, work, controller, ended: Promise.resolve(), renewedAt };
    this.#running.set(keyOf(job), one);
    one.ended = this.#workOn(one).finally(() => {
      this.#running.delete(keyOf(job));
      this.wake();
    });
  }

  async #workOn({ job, work, controller }: Running): Promise<void> {
    const { store, log } = this.#parts;
    const end = await this.#endOf(job, work, controller.signal);
    try {
      // Of one that was cancelled or taken over nothing is written.
      await store.end(job, end, work.progress);
    } catch (error) {
      log.warn(
        { err: error, job: job.jobId },
        "the end of a job could not be stored: it will be begun again",
      );
    }
  }

  async #endOf(job: TakenJob, work: JobWork, signal: AbortSignal): Promise<JobEnd> {
    try {
      return { kind: "done", pages: await this.#parts.answer(job.question, callOf(job, signal), work) };
    } catch (error) {
      // Given up: the instance stops, or the job is not ours, and then this changes nothing.
      if (signal.aborted) return { kind: "again", afterMs: 0 };
      if (error instanceof Fault && error.reason === FaultReason.QUERY_BUSY) {
        return { kind: "again", afterMs: Number(error.facts["retry_after_ms"]) };
      }
      if (!(error instanceof Fault)) this.#parts.log.error({ err: error, job: job.jobId }, "bug");
      return { kind: "failed", failure: failureOf(error) };
    }
  }
}

function keyOf({ projectId, jobId }: { projectId: string; jobId: string }): string {
  return `${projectId} ${jobId}`;
}

function failureOf(error: unknown): JobFailure {
  if (!(error instanceof Fault)) return create(JobFailureSchema, { message: "internal error" });
  const { reason, message, facts } = error;
  return create(JobFailureSchema, { reason, message, facts });
}

/** The call that a job is: of its project, by nobody in particular. */
function callOf({ projectId }: TakenJob, signal: AbortSignal): Call {
  const scopes = new Set([Scope.QUERY]);
  const principal = { keyId: "job", projectId, scopes, eventsPerSecond: 0, burst: 0, isOperator: false };
  return { principal, projectId, signal, header: () => undefined, peer: "" };
}
