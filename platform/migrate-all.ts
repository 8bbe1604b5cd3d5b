import { existsSync } from "node:fs";
import { join } from "node:path";
import { controlMigrations } from "./control/control.js";
import { openClickHouse } from "./engines/clickhouse.js";
import { openPostgres } from "./engines/postgres.js";
import { migrateClickHouse, migratePostgres } from "./migrate.js";
import { repoRoot } from "./root.js";

/** Every folder of migrations, in the order in which they build on each other. Each belongs to who owns its tables. */
const postgresFolders = [
  controlMigrations,
  "registry/migrations",
  "services/admin/migrations",
  "services/query/cohorts/migrations",
  "services/query/jobs/migrations",
];
const clickhouseFolders = ["services/aggregation/migrations", "services/query/migrations"];

export interface MigrateOptions {
  readonly databaseUrl: string;
  readonly clickhouseUrl: string;
  readonly clickhouseDatabase: string;
}

/** Brings both databases to the state that this version needs; safe to repeat and to run twice at once. */
export async function migrateAll(options: MigrateOptions): Promise<string[]> {
  const pool = openPostgres({ url: options.databaseUrl, name: "tideline-migrate", connectionsMax: 1 });
  // The database may not exist yet: the statements name it themselves.
  const clickhouse = openClickHouse({
    url: options.clickhouseUrl,
    database: "default",
    name: "tideline-migrate",
  });
  try {
    const tables = await migratePostgres(pool, present(postgresFolders));
    return [
      ...tables,
      ...(await migrateClickHouse(clickhouse, options.clickhouseDatabase, present(clickhouseFolders))),
    ];
  } finally {
    await Promise.all([pool.end(), clickhouse.close()]);
  }
}

function present(folders: readonly string[]): string[] {
  return folders.filter((folder) => existsSync(join(repoRoot, folder)));
}
