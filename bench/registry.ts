// The registry under load, beside thousands of subjects: what reading by id, checking and registering take over its
// REST face, as its own process, and what ingestion takes of memory once events of every subject came in.
// Run: npm run build && node dist/bench/registry.js [--subjects 10000] [--versions 5] [--seconds 10] [--json FILE]
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "../dev/processes/free-port.js";
import { startOwnEngines } from "../dev/testing/stack.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { controlMigrations } from "../platform/control/control.js";
import { openPostgres } from "../platform/engines/postgres.js";
import { migratePostgres } from "../platform/migrate.js";
import { fingerprintsOf } from "../registry/fingerprint.js";
import { ParsedSchemas } from "../registry/languages.js";
import { ingestClient } from "../tests/support/ingestion.js";
import { makeProject } from "../tests/support/projects.js";
import { startService } from "../tests/support/service-process.js";

const { values } = parseArgs({
  options: {
    subjects: { type: "string", default: "10000" },
    versions: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    rate: { type: "string", default: "500" },
    json: { type: "string", default: "" },
  },
});
const [subjects, versions] = [Number(values.subjects), Number(values.versions)];
const [seconds, rate] = [Number(values.seconds), Number(values.rate)];

/** Ten fields and one more for each version, so that every version may follow the one before it. */
const schemaText = (subject: number, version: number): string =>
  JSON.stringify({
    type: "record",
    name: "Order",
    namespace: `shop.s${subject}`,
    fields: [
      ...Array.from({ length: 10 }, (_, index) => ({ name: `field_${index}`, type: "long", default: index })),
      ...Array.from({ length: version }, (_, index) => ({ name: `added_${index}`, type: "int", default: 0 })),
    ],
  });

const engines = await startOwnEngines("nats", "redis", "postgres");
const databaseUrl = await engines.createPostgresDatabase();
const pool = openPostgres({ url: databaseUrl, name: "bench" });
await migratePostgres(pool, [controlMigrations, "registry/migrations"]);
const project = await makeProject(pool, { eventsPerSecond: 10_000_000 });
const restPort = await freePort();
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

interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly p50?: number;
  readonly p99?: number;
  /** What a call takes of the processor in the registry, ms: says more than times where others compete for it. */
  readonly cpu?: number;
  readonly n: number;
}
const results: Result[] = [];

/** Fills the tables as registering would, which takes half an hour for fifty thousand versions. */
async function fill(): Promise<void> {
  const { projectId } = project;
  const kind = SchemaKind.AVRO;
  const parsed = new ParsedSchemas();
  const canonical = Array.from({ length: versions }, (_, version) => {
    return parsed.parse(kind, { text: schemaText(0, version), references: [] }).parsed.canonical;
  });
  await pool.query("insert into registry_contexts values ($1, '.', $2)", [projectId, subjects * versions]);
  for (let at = 0; at < subjects; at += 500) {
    const count = Math.min(500, subjects - at) * versions;
    const rows = Array.from({ length: count }, (_, index) => {
      const [subject, version] = [at + Math.floor(index / versions), index % versions];
      const text = (canonical[version] ?? "").replaceAll("shop.s0", `shop.s${subject}`);
      const prints = fingerprintsOf({ kind, text, references: [] });
      return {
        subject: `type_${subject}`,
        version: version + 1,
        id: subject * versions + version + 1,
        text,
        ...prints,
      };
    });
    const columns = (["id", "guid", "body", "text", "subject", "version"] as const).map((name) =>
      rows.map((row) => row[name]),
    );
    await pool.query(
      `with given as (select * from unnest($2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[])
           as given (id, guid, body, text, subject, version)),
         schemas as (insert into registry_schemas (project_id, context, schema_id, guid, body, kind, text)
           select $1, '.', id, guid, body, ${kind}, text from given)
       insert into registry_versions (project_id, context, subject, version, schema_id, schema_ver)
       select $1, '.', subject, version, id, '1-0-' || version - 1 from given`,
      [projectId, ...columns],
    );
  }
  await pool.query("analyze registry_schemas, registry_versions");
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function call(method: string, path: string, body?: object): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${project.secret}`,
      "content-type": "application/vnd.schemaregistry.v1+json",
    };
    const sent = request({ host: "127.0.0.1", port: restPort, method, path, agent, headers }, (answer) => {
      answer.resume();
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(`${method} ${path} was answered ${answer.statusCode}`));
      });
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Calls at a fixed rate, whatever the answers take; what waits for its turn waits in the figure too. */
async function load(name: string, atRate: number, one: (index: number) => Promise<number>): Promise<void> {
  const n = Math.round(atRate * seconds);
  // Warms up: connections, plans, the compiler.
  for (let index = 0; index < 200; index++) await one(-1 - index);
  const cpuBefore = cpuMs(registry.pid);
  const began = performance.now();
  const times = await Promise.all(
    Array.from({ length: n }, async (_, index) => {
      const due = (index * 1_000) / atRate;
      await sleep(Math.max(0, due - (performance.now() - began)));
      const late = performance.now() - began - due;
      return late + (await one(index));
    }),
  );
  times.sort((a, b) => a - b);
  const at = (part: number): number => Number((times[Math.floor(part * (n - 1))] ?? 0).toFixed(2));
  const cpu = Number(((cpuMs(registry.pid) - cpuBefore) / n).toFixed(3));
  results.push({ name, value: at(0.99), unit: "ms p99", p50: at(0.5), p99: at(0.99), cpu, n });
}

const anySubject = (index: number): number => (Math.abs(index) * 7_919) % subjects;
const rssMiB = (pid: number): number => {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kib) / 1_024);
};
/** User and system time of a process so far; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

await fill();
const registry = await startService("registry", env);
const asAvro = (text: string): object => ({ schemaType: "AVRO", schema: text });
await load("registry/by-id", rate, (index) => call("GET", `/schemas/ids/${anySubject(index) + 1}`));
await load("registry/check", rate, (index) =>
  call(
    "POST",
    `/compatibility/subjects/type_${anySubject(index)}/versions/latest`,
    asAvro(schemaText(anySubject(index), versions)),
  ),
);
let fresh = 0;
let next = 0;
await load("registry/register-new-subject", 50, () =>
  call("POST", `/subjects/new_${fresh}/versions`, asAvro(schemaText(1_000_000 + fresh++, 0))),
);
await load("registry/register-next-version", 50, () => {
  // One field more than the version before.
  const [subject, version] = [next % subjects, versions + Math.floor(next / subjects)];
  next++;
  const text = schemaText(subject, version);
  return call("POST", `/subjects/type_${subject}/versions`, asAvro(text));
});
results.push({ name: "registry/rss", value: rssMiB(registry.pid), unit: "MiB", n: 1 });
await registry.stop();

const ingestion = await startService("ingestion", env);
const client = ingestClient(ingestion, project.secret);
results.push({ name: "registry/ingestion-rss-at-start", value: rssMiB(ingestion.pid), unit: "MiB", n: 1 });
let accepted = 0;
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
results.push({ name: "registry/ingestion-rss", value: rssMiB(ingestion.pid), unit: "MiB", n: subjects });
await ingestion.stop();

console.table(results);
console.log(
  `load averages at the end: ${loadavg()
    .map((it) => it.toFixed(1))
    .join(" ")}`,
);
if (values.json !== "") writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
agent.destroy();
await pool.end();
await engines.stop();
