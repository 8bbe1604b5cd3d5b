import { type Retention, retentionSettings } from "../../platform/retention.js";
import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";
import { type AdmissionLimits, admissionDefaults } from "./admission/admission.js";
import { type JobLimits, jobLimitDefaults } from "./jobs/job-store.js";
import { type Limits, limitDefaults } from "./limits.js";
import { type SqlLimits, sqlLimitDefaults } from "./written-sql/ports.js";

/** What the query service reads from its environment. */
export interface QueryConfig extends CommonSettings {
  readonly limits: Limits;
  /** Of what works and waits at once. */
  readonly admission: AdmissionLimits;
  /** Of questions in the background. */
  readonly jobLimits: JobLimits;
  /** Of statements that customers write. */
  readonly sqlLimits: SqlLimits;
  /** Where these are run: by a user who can read the views alone, where there is one. By default as all else. */
  readonly sqlUrl: string;
  /** As the writers of the tables have it. */
  readonly retention: Retention;
}

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<QueryConfig> {
  return readSettings(env, (read) => {
    const integer = (key: string, max: number, fallback: number) =>
      read.integer(key, { min: 1, max, fallback });
    const common = commonSettings(read);
    return {
      ...common,
      retention: retentionSettings(read),
      limits: {
        timeMs: integer("TIDELINE_QUERY_TIME_MS", 600_000, limitDefaults.timeMs),
        memoryBytes: integer("TIDELINE_QUERY_MEMORY_BYTES", 2 ** 40, limitDefaults.memoryBytes),
        groups: integer("TIDELINE_QUERY_GROUPS", 1e9, limitDefaults.groups),
        resultRows: integer("TIDELINE_QUERY_RESULT_ROWS", 1e8, limitDefaults.resultRows),
        resultBytes: integer("TIDELINE_QUERY_RESULT_BYTES", 2 ** 32, limitDefaults.resultBytes),
      },
      admission: {
        running: integer("TIDELINE_QUERY_RUNNING", 1_000, admissionDefaults.running),
        projectRunning: integer("TIDELINE_QUERY_PROJECT_RUNNING", 1_000, admissionDefaults.projectRunning),
        waiting: integer("TIDELINE_QUERY_WAITING", 100_000, admissionDefaults.waiting),
        projectWaiting: integer("TIDELINE_QUERY_PROJECT_WAITING", 100_000, admissionDefaults.projectWaiting),
        waitMs: integer("TIDELINE_QUERY_WAIT_MS", 600_000, admissionDefaults.waitMs),
      },
      jobLimits: {
        running: integer("TIDELINE_JOBS_RUNNING", 1_000, jobLimitDefaults.running),
        projectRunning: integer("TIDELINE_JOBS_PROJECT_RUNNING", 1_000, jobLimitDefaults.projectRunning),
        projectWaiting: integer("TIDELINE_JOBS_PROJECT_WAITING", 100_000, jobLimitDefaults.projectWaiting),
        timeMs: integer("TIDELINE_JOB_TIME_MS", 86_400_000, jobLimitDefaults.timeMs),
        answerBytes: integer("TIDELINE_JOB_ANSWER_BYTES", 2 ** 28, jobLimitDefaults.answerBytes),
        projectAnswerBytes: integer(
          "TIDELINE_JOBS_PROJECT_BYTES",
          2 ** 40,
          jobLimitDefaults.projectAnswerBytes,
        ),
        keepMs: integer("TIDELINE_JOB_KEEP_MS", 30 * 86_400_000, jobLimitDefaults.keepMs),
        leaseMs: integer("TIDELINE_JOB_LEASE_MS", 600_000, jobLimitDefaults.leaseMs),
      },
      sqlUrl: read.url("TIDELINE_SQL_CLICKHOUSE_URL", { fallback: common.clickhouseUrl }),
      sqlLimits: {
        timeMs: integer("TIDELINE_SQL_TIME_MS", 600_000, sqlLimitDefaults.timeMs),
        memoryBytes: integer("TIDELINE_SQL_MEMORY_BYTES", 2 ** 40, sqlLimitDefaults.memoryBytes),
        rowsRead: integer("TIDELINE_SQL_ROWS_READ", 1e12, sqlLimitDefaults.rowsRead),
        resultRows: integer("TIDELINE_SQL_RESULT_ROWS", 1e8, sqlLimitDefaults.resultRows),
        resultBytes: integer("TIDELINE_SQL_RESULT_BYTES", 2 ** 30, sqlLimitDefaults.resultBytes),
      },
    };
  });
}
