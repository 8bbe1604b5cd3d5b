import { type Retention, retentionSettings } from "../../platform/retention.js";
import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";

/** Bounds of the work on one partition. */
export interface Limits {
  /** A range is cut at these bytes and events; it may be over by one message. */
  readonly rangeBytesMax: number;
  readonly rangeEventsMax: number;
  /** The longest and the least time from one range of a partition to its next: how long events wait to be inserted. */
  readonly rangeAgeMs: number;
  readonly rangeAgeMinMs: number;
  /** How long a range waits at least for more. */
  readonly gatherMs: number;
  /** How often an idle partition looks round. */
  readonly idleWaitMs: number;
  /** How long the log may take to give again what was written down. */
  readonly readAgainTimeoutMs: number;
  /** First and longest wait between tries. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
  /** How often to look whether a replay still holds aggregation back. */
  readonly holdPollMs: number;
  /** How old effective times may be to count by minute in windows and live deltas. */
  readonly liveMinutesMs: number;
}

export const defaultLimits: Limits = Object.freeze({
  rangeBytesMax: 8 * 1024 * 1024,
  rangeEventsMax: 200_000,
  rangeAgeMs: 700,
  rangeAgeMinMs: 250,
  gatherMs: 10,
  idleWaitMs: 1_000,
  readAgainTimeoutMs: 10_000,
  backOffMs: 100,
  backOffMaxMs: 5_000,
  holdPollMs: 200,
  // The widest window and its life after it closed, and a little.
  liveMinutesMs: 3 * 3_600_000 + 600_000,
});

export interface AggregationSettings extends CommonSettings {
  readonly retention: Retention;
  /** Inserts that run at once, over all partitions of this instance. */
  readonly insertsAtOnce: number;
  readonly limits: Limits;
}

export function readConfig(env: Env): Readonly<AggregationSettings> {
  return readSettings(env, (read) => ({
    ...commonSettings(read),
    retention: retentionSettings(read),
    insertsAtOnce: read.integer("TIDELINE_INSERTS_AT_ONCE", { min: 1, max: 64, fallback: 2 }),
    limits: {
      ...defaultLimits,
      rangeAgeMs: read.integer("TIDELINE_RANGE_AGE_MS", {
        min: 10,
        max: 60_000,
        fallback: defaultLimits.rangeAgeMs,
      }),
    },
  }));
}
