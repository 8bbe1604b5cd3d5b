import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import { rollupNames } from "../recovery.js";
import type { Selection } from "./selection.js";

export interface SwapOptions {
  readonly client: ClickHouse;
  /** The database of the live tables. */
  readonly live: string;
  /** The database that holds the replayed events and what is counted over them. */
  readonly shadow: string;
  /** Whole days of received time. */
  readonly selection: Selection;
  /** Called before each step that changes live tables; throws when it must not. */
  readonly mayChange: () => Promise<void>;
}

const swappedTables = ["events", ...rollupNames] as const;
type SwappedTable = (typeof swappedTables)[number];

const swapTable = (shadow: string, table: string): string => `${shadow}.swap_${table}`;

/** Large copies: no token, and as many table partitions as the range has. */
const copySettings = { insert_deduplicate: 0 as const, max_partitions_per_insert_block: "0" };

/**
 * Puts the shadow's rows in place of the live rows of the selection. What the months hold besides is copied beside
 * them, the sums are compared, and then whole table partitions are replaced, each in one step. Nothing may be inserted
 * into the live tables meanwhile. When it is interrupted, it can be repeated from the start.
 */
export async function swapIn(options: SwapOptions): Promise<void> {
  const months = await affectedMonths(options);
  for (const table of swappedTables) await build(options, table, months);
  for (const table of swappedTables) {
    for (const month of months) {
      await options.mayChange();
      const { client, live, shadow } = options;
      await client.command({
        query: `ALTER TABLE ${live}.${table} REPLACE PARTITION ${month} FROM ${swapTable(shadow, table)}`,
      });
    }
  }
  await options.mayChange();
  // Statements on people are the same rows at the same place in the log: repeated, they merge.
  for (const table of ["identities", "traits"]) {
    const { client, live, shadow } = options;
    await client.command({
      query: `INSERT INTO ${live}.${table} SELECT * FROM ${shadow}.${table}`,
      clickhouse_settings: copySettings,
    });
  }
}

/** The table partitions that have rows of the selection, or will have. */
async function affectedMonths({ client, live, shadow, selection }: SwapOptions): Promise<number[]> {
  const scope = scopeOf("events", selection);
  const result = await client.query({
    query: `SELECT DISTINCT toYYYYMM(received_time) AS month FROM ${live}.events WHERE ${scope}
      UNION DISTINCT SELECT DISTINCT toYYYYMM(received_date) AS month FROM ${live}.rollup_day
        WHERE ${scopeOf("rollup_day", selection)}
      UNION DISTINCT SELECT DISTINCT toYYYYMM(received_time) AS month FROM ${shadow}.events`,
    query_params: paramsOf(selection),
    format: "JSONEachRow",
  });
  return (await result.json<{ month: number }>()).map(({ month }) => month).sort();
}

/** Makes the months of a table as they shall be, and holds their sum against what it must be. */
async function build(options: SwapOptions, table: SwappedTable, months: readonly number[]): Promise<void> {
  const { client, live, shadow, selection } = options;
  const next = swapTable(shadow, table);
  const query_params = { ...paramsOf(selection), months };
  const run = (query: string): Promise<unknown> =>
    client.command({ query, query_params, clickhouse_settings: copySettings });
  await run(`DROP TABLE IF EXISTS ${next} SYNC`);
  await run(`CREATE TABLE ${next} AS ${live}.${table}`);
  const inMonths = `has({months:Array(UInt32)}, toYYYYMM(${receivedOf(table)}))`;
  const rest = `${inMonths} AND NOT (${scopeOf(table, selection)})`;
  await run(`INSERT INTO ${next} SELECT * FROM ${live}.${table} WHERE ${rest}`);
  await run(`INSERT INTO ${next} SELECT * FROM ${shadow}.${table}`);
  const sum = table === "events" ? "count()" : "sum(t.events)";
  const result = await client.query({
    query: `SELECT (SELECT ${sum} FROM ${next} AS t) AS made,
      (SELECT ${sum} FROM ${live}.${table} AS t WHERE ${rest}) AS kept,
      (SELECT ${sum} FROM ${shadow}.${table} AS t) AS replayed`,
    query_params,
    format: "JSONEachRow",
  });
  const [row] = await result.json<Record<"made" | "kept" | "replayed", string | number>>();
  if (row === undefined || Number(row.made) !== Number(row.kept) + Number(row.replayed)) {
    throw new Error(`${table} could not be built: ${JSON.stringify(row)}`);
  }
}

const receivedOf = (table: SwappedTable): string => (table === "events" ? "received_time" : "received_date");

/** The rows of the selection, which is whole days, in a live table. */
function scopeOf(table: SwappedTable, { types }: Selection): string {
  const ofTypes = types.length === 0 ? "" : " AND has({types:Array(String)}, type)";
  const day = `toDate(${receivedOf(table)})`;
  return `project_id = {project:String} AND ${day} >= {fromDay:Date} AND ${day} < {toDay:Date}${ofTypes}`;
}

function paramsOf({ project, types, fromMs, toMs }: Selection): Record<string, unknown> {
  const day = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);
  return { project, types, fromDay: day(fromMs), toDay: day(toMs) };
}
