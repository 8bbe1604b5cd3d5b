import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";

/** What the enrichment worker reads from its environment. */
export interface EnrichmentConfig extends CommonSettings {
  /** A geo table in MaxMind's format; empty: the packaged one, countries only. */
  readonly geoFile: string;
}

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<EnrichmentConfig> {
  return readSettings(env, (read) => {
    const geoFile = read.text("TIDELINE_GEO_FILE", { fallback: "-" });
    return { ...commonSettings(read), geoFile: geoFile === "-" ? "" : geoFile };
  });
}
