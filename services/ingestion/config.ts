import { type CommonSettings, commonSettings, type Env, readSettings } from "../../platform/settings.js";

/** What ingestion reads from its environment. */
export interface IngestionConfig extends CommonSettings {
  /** What the keys of projects' personal data are derived from, newest first; platform/project-secrets.ts. */
  readonly dataSecrets: readonly string[];
  /** How long an event may wait for others to share its block. */
  readonly lingerMs: number;
  /** Bytes of events that may wait for the log; then callers are told to come back. */
  readonly waitingBytesMax: number;
  /** Bytes of bodies that may be being read, over all calls; then callers are told to come back. */
  readonly readingBytesMax: number;
  /** A block without an ack for so long counts as not stored. */
  readonly ackTimeoutMs: number;
  /** Memory for blocks of the log that are read to compare ids that are known. */
  readonly knownBlocksBytesMax: number;
}

const mebibyte = 1024 * 1024;

/** @throws Error that names every setting that is wrong */
export function readConfig(env: Env): Readonly<IngestionConfig> {
  return readSettings(env, (read) => ({
    ...commonSettings(read),
    dataSecrets: read.secrets("TIDELINE_DATA_SECRET"),
    lingerMs: read.integer("TIDELINE_INGEST_LINGER_MS", { min: 1, max: 100, fallback: 3 }),
    waitingBytesMax:
      mebibyte * read.integer("TIDELINE_INGEST_WAITING_MIB", { min: 8, max: 4_096, fallback: 128 }),
    readingBytesMax:
      mebibyte * read.integer("TIDELINE_INGEST_READING_MIB", { min: 8, max: 4_096, fallback: 128 }),
    ackTimeoutMs: read.integer("TIDELINE_INGEST_ACK_TIMEOUT_MS", { min: 100, max: 60_000, fallback: 5_000 }),
    knownBlocksBytesMax:
      mebibyte * read.integer("TIDELINE_INGEST_KNOWN_BLOCKS_MIB", { min: 1, max: 4_096, fallback: 64 }),
  }));
}
