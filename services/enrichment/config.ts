import { bucketBitsDefault } from "../../platform/claims.js";
import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";

/** What the enrichment worker reads from its environment. */
export interface EnrichmentConfig extends CommonSettings {
  /** A geo table in MaxMind's format; empty: the packaged one, countries only. */
  readonly geoFile: string;
  /** Two to this power is the number of buckets of claims; decided at the first start of a deployment. */
  readonly claimBucketBits: number;
}

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<EnrichmentConfig> {
  return readSettings(env, (read) => {
    const geoFile = read.text("TIDELINE_GEO_FILE", { fallback: "-" });
    return {
      ...commonSettings(read),
      geoFile: geoFile === "-" ? "" : geoFile,
      claimBucketBits: read.integer("TIDELINE_CLAIM_BUCKET_BITS", {
        min: 8,
        max: 32,
        fallback: bucketBitsDefault,
      }),
    };
  });
}
