// What analyses take on many events, beside the best SQL that we would write by hand for the same answer on the same
// engine: cold (no answer is kept) and cached, with one caller and with eight. Events are made by the engine itself.
//
//   npm run build && node dist/bench/analyses.js [--events 10000000] [--runs 10] [--only funnel,trend] [--json FILE]
//
// Every analysis and its hand-written statement are asked in turn, and their answers must be the same. Times in ms.
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Client } from "@connectrpc/connect";
import type { QueryService } from "../gen/ts/tideline/query/v1/query_service_pb.js";
import { type House, openHouse } from "../tests/query/house.js";
import { analyses, type BenchedAnalysis, fillSql, fromMs, project } from "./analyses/questions.js";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "10000000" },
    runs: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    json: { type: "string", default: "" },
  },
});
const [events, runs] = [Number(values.events), Number(values.runs)];
const only = values.only.split(",").filter((name) => name !== "");
const callersMost = 8;
/** Rows of one statement while the table is filled. */
const chunkRows = 500_000;

interface Result {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly cachedP50: number;
  readonly eightP50: number;
  readonly eightP99: number;
  /** The hand-written statement; not set where none is beside it. */
  readonly floorP50?: number;
  /** Of medians. */
  readonly ratio?: number;
  readonly rowsRead: number;
}

const percentile = (times: readonly number[], p: number): number => {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.ceil((p / 100) * sorted.length) - 1] ?? Number.NaN;
};

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { ms: performance.now() - started, result };
}

async function fill(house: House): Promise<void> {
  for (let first = 0; first < events; first += chunkRows) {
    const rows = Math.min(chunkRows, events - first);
    await house.clickhouse.command({ query: fillSql(house.database, first, rows) });
    process.stderr.write(`\r${(first + rows).toLocaleString("en")} of ${events.toLocaleString("en")} events`);
  }
  process.stderr.write("\n");
  await house.clickhouse.command({ query: `OPTIMIZE TABLE ${house.database}.events` });
}

/** The hand-written answer, as one text. */
async function byHand(house: House, statement: string): Promise<string> {
  const result = await house.clickhouse.query({
    query: statement.replaceAll("{database}", house.database),
    format: "JSONCompact",
  });
  return JSON.stringify((await result.json<readonly unknown[]>()).data);
}

type Query = Client<typeof QueryService>;

async function measure(house: House, query: Query, analysis: BenchedAnalysis): Promise<Result> {
  const { name, ask, sql } = analysis;
  const [cold, floor, cached, eight]: [number[], number[], number[], number[]] = [[], [], [], []];
  let rowsRead = 0;
  for (let run = 0; run <= runs; run++) {
    const own = await timed(() => ask(query, run, false));
    rowsRead = Number(own.result.rowsRead);
    if (sql !== undefined) {
      const hand = await timed(() => byHand(house, sql(run)));
      if (hand.result !== own.result.figures)
        throw new Error(`${name}: ${own.result.figures.slice(0, 300)} is not ${hand.result.slice(0, 300)}`);
      if (run > 0) floor.push(hand.ms);
    }
    // The first run warms up.
    if (run > 0) cold.push(own.ms);
  }
  for (let run = 0; run < runs; run++) cached.push((await timed(() => ask(query, 0, true))).ms);
  let next = runs;
  const caller = async (): Promise<void> => {
    for (let run = 0; run < Math.ceil(runs / 2); run++)
      eight.push((await timed(() => ask(query, ++next, false))).ms);
  };
  await Promise.all(Array.from({ length: callersMost }, caller));
  const p50 = percentile(cold, 50);
  const floorP50 =
    sql === undefined ? {} : { floorP50: percentile(floor, 50), ratio: p50 / percentile(floor, 50) };
  return {
    ...{ name, p50, p99: percentile(cold, 99), cachedP50: percentile(cached, 50), rowsRead },
    ...{ eightP50: percentile(eight, 50), eightP99: percentile(eight, 99), ...floorP50 },
  };
}

const shown = (value: number | undefined): string =>
  value === undefined ? "-" : value.toFixed(value < 10 ? 1 : 0);

const house = await openHouse({ own: true });
try {
  const key = await house.project(project);
  const started = performance.now();
  await fill(house);
  console.error(
    `filled in ${Math.round((performance.now() - started) / 1_000)} s from ${new Date(fromMs).toISOString()}`,
  );
  const query = house.client(key, { over: "grpc" });
  const results: Result[] = [];
  console.log(
    "| analysis | p50 | p99 | by hand p50 | ratio | cached p50 | eight callers p50 | p99 | rows read |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const analysis of analyses.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const result = await measure(house, query, analysis);
    results.push(result);
    const { name, p50, p99, floorP50, ratio, cachedP50, eightP50, eightP99, rowsRead } = result;
    const times = [p50, p99, floorP50, ratio, cachedP50, eightP50, eightP99].map(shown).join(" | ");
    console.log(`| ${name} | ${times} | ${rowsRead.toLocaleString("en")} |`);
  }
  console.error(`load ${loadavg()[0]?.toFixed(1)}`);
  if (values.json !== "")
    writeFileSync(values.json, `${JSON.stringify({ events, runs, results }, null, 2)}\n`);
} finally {
  await house.stop();
}
