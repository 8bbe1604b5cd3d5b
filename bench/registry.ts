// The registry under load, beside thousands of subjects: what reading by id, checking and registering take over its
// REST face, as its own process, and what ingestion takes of memory once events of every subject came in. The load
// comes from another process, at random times at a fixed rate; a call's time counts from when it was due, whatever kept
// it from being sent. Beside it stands what the registry itself measured of the same calls.
// Run: npm run build && node dist/bench/registry.js [--subjects 10000] [--versions 5] [--seconds 10] [--rate 500]
//   [--only by-id,check,check-again,register-new-subject,register-next-version,ingestion] [--json FILE]
//   [--node "--cpu-prof"]   arguments of the registry's process
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../dev/processes/free-port.js";
import { startOwnEngines } from "../dev/testing/stack.js";
import { controlMigrations } from "../platform/control/control.js";
import { openPostgres } from "../platform/engines/postgres.js";
import { migratePostgres } from "../platform/migrate.js";
import { ingestClient } from "../tests/support/ingestion.js";
import { makeProject } from "../tests/support/projects.js";
import { startService } from "../tests/support/service-process.js";
import type { Scenario } from "./registry/calls.js";
import { fill } from "./registry/fill.js";
import { load, type Result, rssMiB } from "./registry/measure.js";

const { values } = parseArgs({
  options: {
    subjects: { type: "string", default: "10000" },
    versions: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    rate: { type: "string", default: "500" },
    only: { type: "string", default: "" },
    node: { type: "string", default: "" },
    json: { type: "string", default: "" },
  },
});
const filled = { subjects: Number(values.subjects), versions: Number(values.versions) };
const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
const registerRate = 50;
const isWanted = (name: string): boolean => values.only === "" || values.only.split(",").includes(name);

const engines = await startOwnEngines("nats", "redis", "postgres");
const databaseUrl = await engines.createPostgresDatabase();
const pool = openPostgres({ url: databaseUrl, name: "bench" });
await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
const project = await makeProject(pool, { eventsPerSecond: 10_000_000 });
const [restPort, probePort] = [await freePort(), await freePort()];
const env = {
  NATS_URL: engines.nats,
  REDIS_URL: engines.redis,
  DATABASE_URL: databaseUrl,
  CLICKHOUSE_URL: "http://127.0.0.1:1",
  TIDELINE_PARTITIONS: "4",
  TIDELINE_REGISTRY_PORT: String(restPort),
  TIDELINE_OPERATOR_KEY: "operator-key-of-a-bench",
  TIDELINE_DATA_SECRET: "data-secret-of-a-bench",
};

const results: Result[] = [];

/** The process that all others of Postgres are children of. */
const postgresPid = (): number =>
  Number(readFileSync(join(engines.folder, "postgres/cluster/postmaster.pid"), "utf8").split("\n")[0]);

await fill(pool, project.projectId, filled);
const probe = new URL(`registry/probe.js?port=${probePort}`, import.meta.url);
const nodeArguments = values.node === "" ? [] : values.node.split(" ");
const registry = await startService("registry", env, [...nodeArguments, "--import", probe.href]);
const measured = { registryPid: registry.pid, postgresPid: postgresPid(), probePort };
const scenarios: readonly (readonly [Scenario, rate: number, seconds: number])[] = [
  ["by-id", rate, seconds],
  ["check", rate, seconds],
  ["check-again", rate, seconds],
  ["register-new-subject", registerRate, 2 * seconds],
  ["register-next-version", registerRate, 2 * seconds],
];
for (const [scenario, atRate, forSeconds] of scenarios) {
  if (!isWanted(scenario)) continue;
  const order = {
    scenario,
    filled,
    port: restPort,
    secret: project.secret,
    rate: atRate,
    seconds: forSeconds,
  };
  results.push(await load(measured, order));
}
results.push({ name: "registry's memory", mib: rssMiB(registry.pid), n: 1 });
await registry.stop();

if (isWanted("ingestion")) {
  const ingestion = await startService("ingestion", env);
  const client = ingestClient(ingestion, project.secret);
  results.push({ name: "ingestion's memory at start", mib: rssMiB(ingestion.pid), n: 1 });
  let accepted = 0;
  const { subjects } = filled;
  for (let at = 0; at < subjects; at += 200) {
    const events = Array.from({ length: Math.min(200, subjects - at) }, (_, index) => ({
      eventId: `e${at + index}`,
      type: `type_${at + index}`,
      body: { case: "properties" as const, value: '{"field_0":1}' },
    }));
    const { verdicts } = await client.publishEvents({ events });
    accepted += verdicts.filter(({ outcome }) => outcome === 1).length;
  }
  if (accepted !== subjects) throw new Error(`${accepted} of ${subjects} events were accepted`);
  results.push({ name: "ingestion's memory", mib: rssMiB(ingestion.pid), n: subjects });
  await ingestion.stop();
}

console.table(results);
console.log(
  `load averages at the end: ${loadavg()
    .map((it) => it.toFixed(1))
    .join(" ")}`,
);
if (values.json !== "") writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
await pool.end();
await engines.stop();
