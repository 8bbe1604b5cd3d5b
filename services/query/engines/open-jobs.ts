import type { Clock } from "../../../platform/clock.js";
import { openClickHouse } from "../../../platform/engines/clickhouse.js";
import type { Postgres } from "../../../platform/engines/postgres.js";
import type { Life } from "../../../platform/run.js";
import type { Admission } from "../admission/admission.js";
import { admittedAnalytics, admittedSql } from "../admission/admitted-engines.js";
import type { AnswerStore } from "../cache/answer-store.js";
import { CachedAnswers } from "../cache/cached-answers.js";
import type { QueryConfig } from "../config.js";
import { answerJob } from "../jobs/job-answer.js";
import type { JobPorts } from "../jobs/job-calls.js";
import { JobRunner } from "../jobs/job-runner.js";
import type { QueryPorts } from "../routes.js";
import { clickhouseAnalytics } from "./clickhouse.js";
import { openJobStore } from "./job-store.js";
import { openSql } from "./open-sql.js";
import { runningStatements } from "./running-statements.js";

/** How much longer than the engine a client waits for it. */
const graceMs = 15_000;

export interface JobParts {
  readonly config: QueryConfig;
  readonly life: Life;
  readonly name: string;
  readonly pool: Postgres;
  readonly admission: Admission;
  readonly kept: AnswerStore;
  readonly clock: Clock;
}

/**
 * Jobs on this instance: over the ports of all questions, with clients of their own that wait longer, and the same
 * admission. What a job computes is kept for others to ask, yet no other caller waits for it, nor it for another.
 */
export function openJobs(ports: QueryPorts, parts: JobParts): JobPorts {
  const { config, life, pool, admission, kept, clock } = parts;
  const { jobLimits: limits, limits: plain, sqlLimits } = config;
  const { timeMs } = limits;
  const name = `${parts.name} jobs`;
  const requestTimeoutMs = timeMs + graceMs;
  const columnar = { url: config.clickhouseUrl, database: config.clickhouseDatabase, name, requestTimeoutMs };
  const client = life.own("clickhouse for jobs", openClickHouse(columnar), (it) => it.close());
  const looker = life.own("clickhouse for progress", openClickHouse(columnar), (it) => it.close());
  const analytics = admittedAnalytics(clickhouseAnalytics(client, { ...plain, timeMs }), admission);
  const opened = openSql(config, { life, name, requestTimeoutMs, limits: { ...sqlLimits, timeMs } });
  const sql = admittedSql(opened, admission);
  const answers = new CachedAnswers({ analytics, store: kept, progress: ports.progress, clock });
  const store = openJobStore(pool, limits);
  const runner = new JobRunner({
    store,
    limits,
    log: life.log,
    statements: runningStatements(looker),
    answer: (question, call, work) => {
      const own = { ...ports, answers, analytics: work.analytics(analytics), sql: work.sql(sql) };
      return answerJob(own, question, { call, answerBytes: limits.answerBytes });
    },
  });
  life.own("jobs", runner, (it) => it.stop()).start();
  return { store, runner, projects: ports.projects };
}
