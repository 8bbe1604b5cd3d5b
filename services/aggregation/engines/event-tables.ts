import { Readable } from "node:stream";
import { ClickHouseError } from "@clickhouse/client";
import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import { eventMessageName } from "../block-schema.js";
import { type EventTables, RowsRefusedError } from "../ports.js";
import { envelopeOfEvents } from "../range-content.js";
import { type Expected, type Found, type RollupName, rollupNames } from "../recovery.js";
import type { Slots } from "../slots.js";

export interface EventTablesOptions {
  readonly client: ClickHouse;
  readonly database: string;
  /** The text of the block's contract. */
  readonly blockSchema: string;
  /** Bounds the inserts that run at once. */
  readonly slots: Slots;
  /** Told how long each insert took. */
  readonly onInserted?: (tookMs: number) => void;
}

/** Codes by which the engine says that it can't right now, whatever the rows are. */
const notNowCodes = new Set([
  "3", // Unexpected end of file, of the way to it.
  "74", // Cannot read from a file.
  "75", // Cannot write to a file.
  "76", // Cannot open a file: the engine keeps contracts of blocks in files, and two that bring one at once collide.
  "107", // File does not exist, as above.
  "521", // Cannot rename a file, as above.
  "60", // Unknown table: migrations are not through.
  "81", // Unknown database.
  "159", // Timeout exceeded.
  "164", // Read-only.
  "173", // Cannot allocate memory.
  "198", // DNS error.
  "202", // Too many simultaneous queries.
  "203", // No free connection.
  "209", // Socket timeout.
  "210", // Network error.
  "236", // Aborted.
  "241", // Memory limit exceeded.
  "242", // Table is read-only.
  "243", // Not enough space.
  "252", // Too many parts.
  "319", // Unknown status of insert.
  "394", // Query was cancelled.
  "425", // System error.
  "439", // Cannot schedule a task.
  "516", // Authentication failed.
  "999", // Keeper.
]);

/** Opens the tables of a database that was migrated. */
export function openEventTables(options: EventTablesOptions): EventTables {
  const { client, database, blockSchema, slots, onInserted } = options;
  const statement = (query: string, token: string, params: Record<string, unknown> = {}): Promise<unknown> =>
    client.command({
      query,
      query_params: params,
      clickhouse_settings: token === "" ? {} : { insert_deduplication_token: token },
    });

  async function insertBlocks(table: string, body: readonly Uint8Array[], token: string): Promise<void> {
    try {
      const answer = await client.exec({
        query: `INSERT INTO ${database}.${table} FORMAT ProtobufList`,
        values: Readable.from(body, { objectMode: false }),
        clickhouse_settings: insertSettings(blockSchema, token),
      });
      answer.stream.resume();
    } catch (error) {
      throw refusalOf(error);
    }
  }

  return {
    boot: () => readBoot(client, database),
    insert: (content, token) =>
      slots.run(async () => {
        const begun = performance.now();
        await insertBlocks("events_in", content.body(), token);
        onInserted?.(performance.now() - begun);
      }),
    probe: (events) => insertBlocks("events_probe_in", envelopeOfEvents(events), ""),
    insertMonth: (content, month, token) =>
      slots.run(() => insertBlocks("events_in", content.bodyOfMonth(month), token)),
    async attachEvents(partition, content, month) {
      const aside = `events_aside_${partition}`;
      const drop = async (): Promise<void> => {
        for (const table of [`${aside}_in_to_${aside}`, `${aside}_in`, aside]) {
          await client.command({ query: `DROP TABLE IF EXISTS ${database}.${table} SYNC` });
        }
      };
      await drop();
      for (const query of await asideStatements(client, database, aside)) await client.command({ query });
      await insertBlocks(`${aside}_in`, content.bodyOfMonth(month), "");
      await client.command({
        query: `ALTER TABLE ${database}.events ATTACH PARTITION ${month} FROM ${database}.${aside}`,
      });
      await drop();
    },
    look: (partition, expected) => look(client, database, partition, expected),
    async fillRollup({ rollup, month }, partition, expected, token) {
      const condition = `toYYYYMM(e.received_time) = {month:UInt32} AND ${rangeCondition}`;
      const query = await fillStatement(client, database, rollup, condition);
      await statement(query, token, { ...rangeParams(partition, expected), month });
    },
    async fillPeople(partition, expected) {
      for (const table of peopleTables) {
        const query = await fillStatement(client, database, table, rangeCondition);
        await statement(query, "", rangeParams(partition, expected));
      }
    },
  };
}

/** A table like events with the same way in, which no view follows. */
async function asideStatements(client: ClickHouse, database: string, aside: string): Promise<string[]> {
  const select = await viewSelect(client, database, "events_in_to_events");
  const cast = select.replace(`${database}.events_in`, `${database}.${aside}_in`);
  return [
    `CREATE TABLE ${database}.${aside} AS ${database}.events`,
    `CREATE TABLE ${database}.${aside}_in AS ${database}.events_in ENGINE = Null`,
    `CREATE MATERIALIZED VIEW ${database}.${aside}_in_to_${aside} TO ${database}.${aside} AS ${cast}`,
  ];
}

/** What makes an insert of blocks: the contract, how JSON is taken, and the token. */
function insertSettings(blockSchema: string, token: string): Record<string, string | number> {
  return {
    async_insert: 0,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    insert_deduplicate: 1,
    ...(token === "" ? {} : { insert_deduplication_token: token }),
    format_schema_source: "string",
    format_schema: blockSchema,
    format_schema_message_name: eventMessageName,
    // Indexes that skip are made when parts merge: young parts are read whole, and an insert costs a sixth less.
    materialize_skip_indexes_on_insert: 0,
    // A range is one block, so that its rows are one part in each table partition.
    max_insert_block_size: "1048449",
    min_insert_block_size_rows: "1048449",
    min_insert_block_size_bytes: "536870912",
    ...jsonSettings,
  };
}

/**
 * Properties are kept as they were sent: the first of a repeated key counts, a dot in a key is no path, and a text that
 * looks like a time stays a text.
 */
export const jsonSettings = {
  type_json_skip_duplicated_paths: 1,
  json_type_escape_dots_in_keys: 1,
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
} as const;

function refusalOf(error: unknown): unknown {
  if (error instanceof ClickHouseError && !notNowCodes.has(error.code)) {
    return new RowsRefusedError(`${error.type ?? "error"} ${error.code}`, { cause: error });
  }
  return error;
}

/**
 * The name of the engine's present run, from a table that lives in its memory. Where two find it empty at once, the
 * smaller of their names holds: the other then takes its own for a restart, which only makes it look twice.
 */
async function readBoot(client: ClickHouse, database: string): Promise<string> {
  const query = `SELECT toString(min(id)) AS id, count() AS names FROM ${database}.engine_boot`;
  const read = async (): Promise<string | undefined> => {
    const result = await client.query({ query, format: "JSONEachRow" });
    const [row] = await result.json<{ id: string; names: string | number }>();
    return row !== undefined && Number(row.names) > 0 ? row.id : undefined;
  };
  const known = await read();
  if (known !== undefined) return known;
  await client.command({ query: `INSERT INTO ${database}.engine_boot SELECT generateUUIDv4()` });
  const named = await read();
  if (named === undefined) throw new Error("the engine was started again just now");
  return named;
}

const rangeCondition = `e.partition = {partition:UInt16}
  AND (e.raw_sequence, e.raw_index) >= ({firstSequence:UInt64}, {firstIndex:UInt32})
  AND (e.raw_sequence, e.raw_index) <= ({lastSequence:UInt64}, {lastIndex:UInt32})
  AND e.raw_sequence BETWEEN {firstSequence:UInt64} AND {lastSequence:UInt64}`;

function rangeParams(partition: number, { first, last }: Expected): Record<string, number> {
  return {
    partition,
    firstSequence: first.sequence,
    firstIndex: first.index,
    lastSequence: last.sequence,
    lastIndex: last.index,
  };
}

async function look(
  client: ClickHouse,
  database: string,
  partition: number,
  expected: Expected,
): Promise<Found> {
  const months = [...expected.months.keys()];
  const byMonth = async (query: string, params: Record<string, unknown>): Promise<Map<number, number>> => {
    const result = await client.query({ query, query_params: params, format: "JSONEachRow" });
    const rows = await result.json<{ month: number; value: string | number }>();
    return new Map(rows.map(({ month, value }) => [month, Number(value)]));
  };
  const events = await byMonth(
    `SELECT toYYYYMM(e.received_time) AS month, count() AS value FROM ${database}.events AS e
    WHERE ${rangeCondition} GROUP BY month`,
    rangeParams(partition, expected),
  );
  const upTo = (rollup: RollupName): Promise<Map<number, number>> =>
    byMonth(
      `SELECT toYYYYMM(received_date) AS month, max(r.raw_sequence) AS value FROM ${database}.${rollup} AS r
      WHERE r.partition = {partition:UInt16} AND has({months:Array(UInt32)}, toYYYYMM(received_date)) GROUP BY month`,
      { partition, months },
    );
  const [minute, quarter, day] = await Promise.all(rollupNames.map(upTo));
  const none = new Map<number, number>();
  return {
    events,
    rollups: { rollup_minute: minute ?? none, rollup_quarter: quarter ?? none, rollup_day: day ?? none },
  };
}

/** Views that count or list what events say, by the tables they fill. */
const peopleTables = ["identities", "traits"] as const;

/**
 * The statement that fills a table from the stored events of a range: the table's own view, over those events. Views
 * name their columns in the table's order.
 */
async function fillStatement(
  client: ClickHouse,
  database: string,
  table: string,
  condition: string,
): Promise<string> {
  const select = await viewSelect(client, database, `events_to_${table}`);
  const events = `(SELECT * FROM ${database}.events AS e WHERE ${condition}) AS e`;
  return `INSERT INTO ${database}.${table} ${select.replace(`${database}.events AS e`, events)}`;
}

/** A view's SELECT, as the engine has it. */
async function viewSelect(client: ClickHouse, database: string, view: string): Promise<string> {
  const result = await client.query({
    query: "SELECT as_select FROM system.tables WHERE database = {database:String} AND name = {view:String}",
    query_params: { database, view },
    format: "JSONEachRow",
  });
  const [row] = await result.json<{ as_select: string }>();
  if (row === undefined) throw new Error(`the database lacks the view ${view}`);
  return row.as_select;
}
