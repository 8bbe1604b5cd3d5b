import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClickHouse } from "./engines/clickhouse.js";
import { inTransaction, type Postgres } from "./engines/postgres.js";
import { repoRoot } from "./root.js";

/** One numbered SQL file of a folder. */
interface Migration {
  /** Folder and file name, such as "registry/migrations/001_schemas.sql". */
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Taken while migrating, so that instances that start together do it one after another. */
const migrationLock = 7_305_870;

/**
 * Applies what is new of the folders, in their order, each file in one transaction; returns the names applied.
 * @throws Error when a file that was applied has changed since: a released migration is never edited.
 */
export async function migratePostgres(pool: Postgres, folders: readonly string[]): Promise<string[]> {
  await pool
    .query(
      "create table if not exists migrations " +
        "(name text primary key, sha256 text not null, time timestamptz not null default now())",
    )
    .catch(ignoreRace);
  const applied: string[] = [];
  for (const migration of await readMigrations(folders)) {
    const isNew = await inTransaction(pool, async (client) => {
      await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
      const known = await client.query<{ sha256: string }>("select sha256 from migrations where name = $1", [
        migration.name,
      ]);
      if (isApplied(migration, known.rows[0]?.sha256)) return false;
      await client.query(migration.sql);
      await client.query("insert into migrations (name, sha256) values ($1, $2)", [
        migration.name,
        migration.sha256,
      ]);
      return true;
    });
    if (isNew) applied.push(migration.name);
  }
  return applied;
}

/**
 * The same for ClickHouse. It has no transactions: every statement of a file is written to be repeatable (IF NOT
 * EXISTS), and the file is recorded after its last. Statements are separated by a line `--;;`; `{database}` stands
 * for the database's name.
 */
export async function migrateClickHouse(
  client: ClickHouse,
  database: string,
  folders: readonly string[],
): Promise<string[]> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(database)) throw new Error("a database's name has a-z, 0-9 and _ only");
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS ${database}.migrations (name String, sha256 String, time DateTime DEFAULT now())
      ENGINE = MergeTree ORDER BY name`,
  });
  const known = await knownClickHouse(client, database);
  const applied: string[] = [];
  for (const migration of await readMigrations(folders)) {
    if (isApplied(migration, known.get(migration.name))) continue;
    for (const statement of migration.sql.split(/^--;;\s*$/m)) {
      const query = statement.replaceAll("{database}", database).trim();
      if (query !== "") await client.command({ query });
    }
    const { name, sha256 } = migration;
    await client.insert({
      table: `${database}.migrations`,
      values: [{ name, sha256 }],
      format: "JSONEachRow",
    });
    applied.push(migration.name);
  }
  return applied;
}

async function knownClickHouse(client: ClickHouse, database: string): Promise<Map<string, string>> {
  const query = `SELECT name, sha256 FROM ${database}.migrations`;
  const result = await client.query({ query, format: "JSONEachRow" });
  const rows = await result.json<{ name: string; sha256: string }>();
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

async function readMigrations(folders: readonly string[]): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for (const folder of folders) {
    const files = (await readdir(join(repoRoot, folder)))
      .filter((file) => /^\d{3}_\w+\.sql$/.test(file))
      .sort();
    for (const file of files) {
      const sql = await readFile(join(repoRoot, folder, file), "utf8");
      const sha256 = createHash("sha256").update(sql).digest("hex");
      migrations.push({ name: `${folder}/${file}`, sql, sha256 });
    }
  }
  return migrations;
}

function isApplied(migration: Migration, known: string | undefined): boolean {
  if (known === undefined) return false;
  if (known === migration.sha256) return true;
  throw new Error(
    `${migration.name} was applied in another form; add a new migration instead of editing this one`,
  );
}

/** Two that create the same table at once: one of them fails, and the table is there. */
function ignoreRace(error: unknown): void {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  if (code !== "23505" && code !== "42P07") throw error;
}
