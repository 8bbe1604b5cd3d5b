import { createHash } from "node:crypto";
import { existsSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { join, resolve } from "node:path";
import { type Env, readSettings } from "../../platform/settings.js";

export interface FaceConfig {
  /** Port of the HTTP interface on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  readonly dataFolder: string;
  /** Where the bodies of inserts pass through; emptied at start. */
  readonly bodyFolder: string;
  readonly memoryBytesMax: number;
  readonly concurrency: number;
  readonly timeSecondsMax: number;
}

const gibibyte = 1024 ** 3;

/** Reads the face's settings. */
export function readFaceConfig(env: Env): Readonly<FaceConfig> {
  return readSettings(env, (read) => {
    const dataFolder = resolve(read.text("CLICKHOUSE_DATA"));
    return {
      port: read.integer("CLICKHOUSE_PORT", { min: 0, max: 65_535, fallback: 0 }),
      dataFolder,
      bodyFolder: bodyFolderOf(dataFolder),
      memoryBytesMax: read.integer("CLICKHOUSE_MEMORY_BYTES", {
        min: gibibyte / 2,
        max: 1024 * gibibyte,
        fallback: Math.max(gibibyte, Math.min(4 * gibibyte, Math.floor(totalmem() * 0.4))),
      }),
      concurrency: read.integer("CLICKHOUSE_CONCURRENCY", { min: 1, max: 64, fallback: 8 }),
      timeSecondsMax: read.integer("CLICKHOUSE_TIME_SECONDS", { min: 1, max: 86_400, fallback: 600 }),
    };
  });
}

/** A folder of the data folder's own, in memory where the machine has room for it. */
function bodyFolderOf(dataFolder: string): string {
  if (!hasRoom("/dev/shm")) return join(dataFolder, "bodies");
  return `/dev/shm/tideline-${createHash("sha256").update(dataFolder).digest("hex").slice(0, 16)}`;
}

/** Containers often give 64 MiB, less than one large insert. */
function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= gibibyte;
}
