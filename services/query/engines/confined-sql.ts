import { ClickHouseError, type ClickHouseSettings } from "@clickhouse/client";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import { engineUnavailable, Fault } from "../../../platform/fault.js";
import {
  type ConfinedSql,
  type Confinement,
  type SqlBody,
  type SqlFormat,
  type SqlLimits,
  SqlRefused,
  type WrittenSql,
} from "../written-sql/ports.js";
import { isAway, timedOut } from "./clickhouse.js";

/** The tables behind the views, each with a column project_id. */
const tables = ["events", "identities", "traits", "sessions"];

/** Clients of the databases of views: with everybody who they are now, and with each id its own person. */
export interface SqlClients {
  readonly persons: ClickHouse;
  readonly direct: ClickHouse;
  /** The database of the tables; the views' are named after it (migrations/001_sql_views.sql). */
  readonly database: string;
}

/** What goes with a statement in the address, as the longest address that ClickHouse takes leaves room for it. */
const tagBytesMax = 256 * 1024;

const formats: Record<SqlFormat, string> = {
  rows: "JSONCompact",
  arrow: "ArrowStream",
};

/** Runs written SQL by ClickHouse's HTTP interface. */
export function confinedSql(clients: SqlClients, limits: SqlLimits): ConfinedSql {
  const { database } = clients;
  const ask = new Asking(clients, limits);
  return {
    syntax: (sql, _projectId, signal) =>
      ask.explained("EXPLAIN AST\n", { sql, confinement: nobody, signal, format: "JSONCompact" }),
    resolved: (sql, confinement, signal) =>
      ask.explained("EXPLAIN QUERY TREE\n", { sql, confinement, signal, format: "JSONCompact" }),
    database: ({ people }) => (people?.mapped === true ? `${database}_sql` : `${database}_sql_direct`),
    run: (sql, confinement, { format, ...how }) =>
      ask.run("", { sql, confinement, ...how, format: formats[format] }),
  };
}

/** Parsing reads nothing, so it needs no project: none has this id. */
const nobody: Confinement = { projectId: "-", people: undefined };

interface Question {
  readonly sql: WrittenSql;
  readonly confinement: Confinement;
  readonly signal: AbortSignal;
  readonly format: string;
  readonly queryId?: string;
}

class Asking {
  readonly #clients: SqlClients;
  readonly #limits: SqlLimits;

  constructor(clients: SqlClients, limits: SqlLimits) {
    this.#clients = clients;
    this.#limits = limits;
  }

  /** One column of texts, joined. */
  async explained(how: string, question: Question): Promise<string> {
    const { bytes } = await this.run(how, question);
    const chunks: Buffer[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const lines = Reflect.get(Object(answer), "data");
    const isTold = Array.isArray(lines) && lines.every((line) => Array.isArray(line) && line.length === 1);
    if (!isTold) throw new Error("the engine's account of a statement has another form");
    return lines.map(([text]) => String(text)).join("\n");
  }

  async run(how: string, { sql, confinement, signal, format, queryId }: Question): Promise<SqlBody> {
    const { clients, limits } = { clients: this.#clients, limits: this.#limits };
    const client = confinement.people?.mapped === true ? clients.persons : clients.direct;
    const started = performance.now();
    try {
      const { stream, summary } = await client.exec({
        query: how + sql.statement,
        clickhouse_settings: {
          ...settingsOf(limits),
          ...confiningSettings(confinement, clients.database),
          ...Object.fromEntries(
            Object.entries(sql.parameters).map(([name, text]) => [`param_${name}`, text]),
          ),
          default_format: format,
          // Last, though order makes no difference: from here on nothing can be set.
          readonly: "1",
        } as ClickHouseSettings,
        abort_signal: signal,
        ...(queryId === undefined ? {} : { query_id: queryId }),
      });
      return {
        bytes: bounded(stream, limits.resultBytes, (error) => translated(error, { limits, signal, how })),
        rowsRead: Number(summary?.read_rows ?? 0),
        engineMs: elapsedMs(summary?.elapsed_ns) ?? performance.now() - started,
      };
    } catch (error) {
      throw translated(error, { limits, signal, how });
    }
  }
}

function elapsedMs(nanoseconds: string | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

/**
 * As many bytes as a result may have. The engine's own limit is on what it computed: a column of one value, however
 * long, is small there.
 */
async function* bounded(
  stream: AsyncIterable<Buffer>,
  bytesMax: number,
  translate: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw overLimit("resultBytes", bytesMax);
      yield chunk;
    }
  } catch (error) {
    throw translate(error);
  }
}

/**
 * The project, twice: for the views, and for the engine to put on every table itself. Conditions stay in the order of
 * the plan, so that the project's are applied before any expression of the statement is computed.
 */
function confiningSettings({ projectId, people }: Confinement, database: string): ClickHouseSettings {
  // Ids are made by the server; nothing else is ever put between quotes.
  if (!/^[a-z0-9_-]{1,64}$/.test(projectId)) throw new Error("not a project's id");
  const own = `project_id = \\'${projectId}\\'`;
  const filters = tables.map((table) => `'${database}.${table}': '${own}'`).join(", ");
  return {
    query_cache_tag: tagOf(projectId, people?.chains ?? new Map()),
    use_query_cache: 0,
    additional_table_filters: `{${filters}}`,
    query_plan_merge_filters: 0,
    optimize_move_to_prewhere: 0,
    query_plan_optimize_prewhere: 0,
    use_query_condition_cache: 0,
    optimize_trivial_count_query: 0,
    optimize_use_projections: 0,
    optimize_use_implicit_projections: 0,
  } as unknown as ClickHouseSettings;
}

/** What the views read: the project, and where users that are others end (001_sql_views.sql). */
function tagOf(project: string, chains: ReadonlyMap<string, string>): string {
  // transform() takes no empty lists; nobody is called "".
  const from = ["", ...chains.keys()];
  const to = ["", ...chains.values()];
  const tag = JSON.stringify({ project, from, to });
  if (Buffer.byteLength(tag) > tagBytesMax) {
    const facts = { limit: "identity_links", most: String(tagBytesMax) };
    throw new Fault(
      FaultReason.QUERY_TOO_LARGE,
      "too many users of the project are linked to users for SQL",
      facts,
    );
  }
  return tag;
}

function settingsOf(limits: SqlLimits): ClickHouseSettings {
  return {
    max_execution_time: limits.timeMs / 1_000,
    timeout_overflow_mode: "throw",
    max_memory_usage: String(limits.memoryBytes),
    // What doesn't fit into memory is refused; nothing is put onto the engine's disk.
    max_bytes_before_external_group_by: "0",
    max_bytes_before_external_sort: "0",
    max_bytes_ratio_before_external_group_by: 0,
    max_bytes_ratio_before_external_sort: 0,
    max_rows_to_read: String(limits.rowsRead),
    read_overflow_mode: "throw",
    max_result_rows: String(limits.resultRows),
    max_result_bytes: String(limits.resultBytes),
    result_overflow_mode: "throw",
    // A small answer begins when it is whole: what goes wrong is an error then, and no broken answer.
    http_response_buffer_size: "1048576",
    allow_ddl: 0,
    allow_introspection_functions: 0,
    // A property's values may differ in type; grouping and sorting by them is what people write.
    allow_suspicious_types_in_group_by: 1,
    allow_suspicious_types_in_order_by: 1,
    output_format_json_quote_64bit_integers: 0,
    output_format_json_quote_decimals: 0,
    output_format_json_quote_denormals: 1,
    output_format_arrow_compression_method: "none",
    output_format_arrow_string_as_string: 1,
    cancel_http_readonly_queries_on_client_close: 1,
  } as ClickHouseSettings;
}

/** The engine's numbers of errors at a limit. */
const limitOfCode: Readonly<Record<string, keyof SqlLimits>> = {
  "158": "rowsRead",
  "241": "memoryBytes",
  "307": "resultBytes",
  "396": "resultRows",
};

const limitNames: Record<keyof SqlLimits, string> = {
  timeMs: "time",
  memoryBytes: "memory",
  rowsRead: "rows_read",
  resultRows: "result",
  resultBytes: "result",
};

/** Too slow at the present speed, timed out, cancelled. */
const timeCodes = new Set(["159", "160", "394"]);
/** Too many at once, and what an engine says that stops. */
const awayCodes = new Set(["202", "203", "236"]);

interface Circumstances {
  readonly limits: SqlLimits;
  readonly signal: AbortSignal;
  /** What stood before the statement. */
  readonly how: string;
}

function translated(error: unknown, { limits, signal, how }: Circumstances): unknown {
  if (error instanceof Fault) return error;
  if (!(error instanceof ClickHouseError)) {
    if (signal.aborted) return timedOut(limits, error);
    return isAway(error) ? engineUnavailable("clickhouse", error) : error;
  }
  if (timeCodes.has(error.code)) return timedOut(limits, error);
  if (awayCodes.has(error.code)) return engineUnavailable("clickhouse", error);
  const limit = limitOfCode[error.code];
  if (limit === undefined) return refused(error, how);
  return overLimit(limit, limits[limit], error);
}

function overLimit(limit: keyof SqlLimits, most: number, cause?: unknown): Fault {
  const facts = { limit: limitNames[limit], most: String(most) };
  const message = `the statement is over the limit of ${facts.limit} (${facts.most})`;
  return new Fault(FaultReason.QUERY_TOO_LARGE, message, facts, { cause });
}

function refused(error: ClickHouseError, how: string): SqlRefused {
  const [, position] = /failed at position (\d+)/.exec(error.message) ?? [];
  const byte = position === undefined ? undefined : Number(position) - 1 - Buffer.byteLength(how);
  return new SqlRefused(error.type ?? error.code, error.message, byte);
}
