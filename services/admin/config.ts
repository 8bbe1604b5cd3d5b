import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";

/** What the admin service reads from its environment. */
export interface AdminConfig extends CommonSettings {
  /** What the keys of projects' personal data are derived from, newest first; platform/project-secrets.ts. */
  readonly dataSecrets: readonly string[];
  /** gRPC address of ingestion, through the gateway or straight: where corrected events are fed again. */
  readonly ingestUrl: string;
}

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<AdminConfig> {
  return readSettings(env, (read) => ({
    ...commonSettings(read),
    dataSecrets: read.secrets("TIDELINE_DATA_SECRET"),
    ingestUrl: read.text("TIDELINE_INGEST_URL", { fallback: "127.0.0.1:9090" }),
  }));
}
