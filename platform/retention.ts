import type { SettingsReader } from "./settings.js";

/** How long rows live, by received time, in days. Who writes tables and who reads them are told the same. */
export interface Retention {
  readonly eventsDays: number;
  readonly minutesDays: number;
  readonly quartersDays: number;
  readonly daysDays: number;
}

/** Reads the settings of retention, with their defaults: raw and minutes 30 days, quarter hours a year, days five. */
export function retentionSettings(read: SettingsReader): Retention {
  const days = { min: 1, max: 36_500 };
  return {
    eventsDays: read.integer("TIDELINE_RAW_DAYS", { ...days, fallback: 30 }),
    minutesDays: read.integer("TIDELINE_MINUTE_ROLLUP_DAYS", { ...days, fallback: 30 }),
    quartersDays: read.integer("TIDELINE_QUARTER_ROLLUP_DAYS", { ...days, fallback: 366 }),
    daysDays: read.integer("TIDELINE_DAY_ROLLUP_DAYS", { ...days, fallback: 5 * 366 }),
  };
}
