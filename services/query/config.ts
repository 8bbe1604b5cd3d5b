import { type Retention, retentionSettings } from "../../platform/retention.js";
import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";
import { type Limits, limitDefaults } from "./limits.js";

/** What the query service reads from its environment. */
export interface QueryConfig extends CommonSettings {
  readonly limits: Limits;
  /** As the writers of the tables have it. */
  readonly retention: Retention;
}

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<QueryConfig> {
  return readSettings(env, (read) => {
    const integer = (key: string, max: number, fallback: number) =>
      read.integer(key, { min: 1, max, fallback });
    return {
      ...commonSettings(read),
      retention: retentionSettings(read),
      limits: {
        timeMs: integer("TIDELINE_QUERY_TIME_MS", 600_000, limitDefaults.timeMs),
        memoryBytes: integer("TIDELINE_QUERY_MEMORY_BYTES", 2 ** 40, limitDefaults.memoryBytes),
        groups: integer("TIDELINE_QUERY_GROUPS", 1e9, limitDefaults.groups),
        resultRows: integer("TIDELINE_QUERY_RESULT_ROWS", 1e8, limitDefaults.resultRows),
        resultBytes: integer("TIDELINE_QUERY_RESULT_BYTES", 2 ** 32, limitDefaults.resultBytes),
      },
    };
  });
}
