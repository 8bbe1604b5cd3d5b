import { openClickHouse } from "../../platform/engines/clickhouse.js";
import { openPostgres } from "../../platform/engines/postgres.js";
import { openRedis } from "../../platform/engines/redis.js";
import { type Finding, fail, ok, warn } from "./finding.js";
import { megabytes } from "./log-engine.js";

/** Clocks that differ by more than this make windows and deadlines disagree. */
const SKEW_MS_MAX = 1_000;
/** A share of a disk that is left: below it the doctor warns. */
const DISK_SHARE_MIN = 0.1;

/** Redis: its version, and the settings without which claims of ids could be lost. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const redis = await openRedis({ url, name: "tideline-doctor" });
  try {
    const facts = new Map(
      (await redis.info()).split("\r\n").flatMap((line): [string, string][] => {
        const [name, value] = line.split(":", 2);
        return name === undefined || value === undefined ? [] : [[name, value]];
      }),
    );
    const memory = Number(facts.get("used_memory") ?? 0);
    const findings = [ok("redis", `${facts.get("redis_version")}, ${megabytes(memory)} used`)];
    const policy = facts.get("maxmemory_policy");
    if (policy !== undefined && policy !== "noeviction") {
      findings.push(fail("redis", `maxmemory-policy is ${policy}: ids would be forgotten; set noeviction`));
    }
    if (facts.get("aof_enabled") === "0") {
      findings.push(warn("redis", "keeps no append-only file: after a restart windows are built anew"));
    }
    return findings;
  } finally {
    redis.disconnect();
  }
}

/** Postgres: its version, migrations, and its clock. */
export async function checkPostgres(url: string): Promise<Finding[]> {
  const pool = openPostgres({ url, name: "tideline-doctor", connectionsMax: 1 });
  try {
    await pool.query("select 1"); // The connection is made before the clock is read.
    const askedMs = Date.now();
    const { rows } = await pool.query<{ version: string; now: Date; migrations: string }>(
      `select current_setting('server_version') as version, clock_timestamp() as now,
         (select count(*) from information_schema.tables where table_name = 'migrations')::text as migrations`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error("answered nothing");
    const findings = [ok("postgres", row.version), clock("postgres", row.now.getTime(), askedMs)];
    if (row.migrations === "0")
      findings.push(fail("postgres", "has no tables yet; npx tideline migrate makes them"));
    return findings;
  } finally {
    await pool.end();
  }
}

/** ClickHouse: its version, its disks, and its clock. */
export async function checkClickHouse(url: string): Promise<Finding[]> {
  const client = openClickHouse({ url, database: "default", name: "tideline-doctor" });
  try {
    const rows = async <T>(query: string): Promise<T[]> =>
      await (await client.query({ query, format: "JSONEachRow" })).json<T>();
    await client.ping();
    const askedMs = Date.now();
    const [facts] = await rows<{ version: string; ms: string }>(
      "SELECT version() AS version, toString(toUnixTimestamp64Milli(now64(3))) AS ms",
    );
    if (facts === undefined) throw new Error("answered nothing");
    const clockFinding = clock("clickhouse", Number(facts.ms), askedMs);
    const disks = await rows<{ name: string; free: string; total: string }>(
      "SELECT name, toString(free_space) AS free, toString(total_space) AS total FROM system.disks",
    );
    return [
      ok("clickhouse", facts.version),
      clockFinding,
      ...disks.map(({ name, free, total }) => disk(`clickhouse disk ${name}`, Number(free), Number(total))),
    ];
  } finally {
    await client.close();
  }
}

/** The engine read its clock between the question and now: only what lies outside of that is surely off. */
function clock(engine: string, theirMs: number, askedMs: number): Finding {
  const about = `${engine} clock`;
  const offMs = Math.max(0, askedMs - theirMs, theirMs - Date.now());
  if (offMs > SKEW_MS_MAX) {
    return warn(about, `${(offMs / 1_000).toFixed(1)} s off this machine's: set both by NTP`);
  }
  return ok(about, offMs === 0 ? "agrees with this machine's" : `${Math.ceil(offMs)} ms off this machine's`);
}

/** How much room a disk has left. */
export function disk(about: string, free: number, total: number): Finding {
  const text = `${megabytes(free)} of ${megabytes(total)} free`;
  if (free < 2 ** 28) return fail(about, `${text}: nothing can be stored soon; make room`);
  if (total > 0 && free / total < DISK_SHARE_MIN) return warn(about, `${text}: make room`);
  return ok(about, text);
}
