import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { ClickHouseError, type ClickHouseSettings } from "@clickhouse/client";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import { engineUnavailable, Fault } from "../../../platform/fault.js";
import type { Limits } from "../limits.js";
import { type Analytics, BadPattern, type Bytes, type Rows } from "../ports.js";
import type { SqlValue } from "../sql/sql.js";
import type { Statement } from "../sql/tenant.js";

/** The engine's own numbers of errors. */
const code = {
  tooManyGroups: "158",
  timeout: "159",
  memory: "241",
  tooManyBytes: "307",
  slow: "160",
  cancelled: "394",
  tooManyRowsOrBytes: "396",
  badPattern: "427",
  cannotReadAllData: "33",
} as const;

const limitOfCode: Readonly<Record<string, keyof Limits>> = {
  [code.tooManyGroups]: "groups",
  [code.memory]: "memoryBytes",
  [code.tooManyBytes]: "resultBytes",
  [code.tooManyRowsOrBytes]: "resultRows",
};

const limitNames: Record<keyof Limits, string> = {
  timeMs: "time",
  memoryBytes: "memory",
  groups: "groups",
  resultRows: "result",
  resultBytes: "result",
};

/** Reads by ClickHouse's HTTP interface. */
export function clickhouseAnalytics(client: ClickHouse, limits: Limits): Analytics {
  const settings = settingsOf(limits);
  return {
    async read({ text, parameters, queryId }, signal) {
      try {
        return await readable({ text, parameters, settings, signal, ...idOf(queryId) }, (run) =>
          rowsOf(client, run),
        );
      } catch (error) {
        throw translated(error, limits, signal);
      }
    },
    async readBinary({ text, parameters, queryId }, signal) {
      try {
        return await readable({ text, parameters, settings, signal, ...idOf(queryId) }, (run) =>
          bytesOf(client, run),
        );
      } catch (error) {
        throw translated(error, limits, signal);
      }
    },
    async compiles(pattern, signal) {
      const text = "SELECT match('', {pattern:String})";
      try {
        await rowsOf(client, { text, parameters: { pattern }, settings, signal });
        return true;
      } catch (error) {
        if (isPatternError(error)) return false;
        throw translated(error, limits, signal);
      }
    },
  };
}

interface Run extends Omit<Statement, "projectId"> {
  readonly settings: ClickHouseSettings;
  readonly signal: AbortSignal;
}

function idOf(queryId: string | undefined): Pick<Statement, "queryId"> {
  return queryId === undefined ? {} : { queryId };
}

/**
 * Between the expiry of a part's last row and its removal the engine (26.7) can't read subcolumns of JSON by PREWHERE
 * from what is left of the part; without PREWHERE it can.
 */
async function readable<Found>(run: Run, read: (run: Run) => Promise<Found>): Promise<Found> {
  try {
    return await read(run);
  } catch (error) {
    if (!(error instanceof ClickHouseError) || error.code !== code.cannotReadAllData) throw error;
    return read({ ...run, settings: { ...run.settings, optimize_move_to_prewhere: 0 } });
  }
}

async function rowsOf(
  client: ClickHouse,
  { text, parameters, settings, signal, queryId }: Run,
): Promise<Rows> {
  const started = performance.now();
  const result = await client.query({
    query: text,
    query_params: { ...parameters },
    clickhouse_settings: settings,
    format: "JSONCompact",
    abort_signal: signal,
    ...(queryId === undefined ? {} : { query_id: queryId }),
    // Long lists don't fit into an address.
    use_multipart_params_auto: true,
  });
  const { data, statistics } = await result.json<readonly unknown[]>();
  const elapsedMs = performance.now() - started;
  return {
    rows: data,
    rowsRead: statistics?.rows_read ?? 0,
    bytesRead: statistics?.bytes_read ?? 0,
    engineMs: statistics === undefined ? elapsedMs : statistics.elapsed * 1_000,
  };
}

/**
 * The client sends long parameters in a form for its own formats only, so the form is made here. The server is told to
 * hold the result until it is whole: an error on the way is an error then, not a part of the bytes.
 */
async function bytesOf(
  client: ClickHouse,
  { text, parameters, settings, signal, queryId }: Run,
): Promise<Bytes> {
  const started = performance.now();
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) {
    form.append(`param_${name}`, parameterText(value));
  }
  const body = new Response(form);
  const { stream, summary } = await client.exec({
    query: `${text} FORMAT RowBinary`,
    clickhouse_settings: { ...settings, wait_end_of_query: 1 },
    abort_signal: signal,
    ...(queryId === undefined ? {} : { query_id: queryId }),
    values: Readable.from(Buffer.from(await body.arrayBuffer())),
    http_headers: { "content-type": body.headers.get("content-type") ?? "" },
  });
  const bytes = await buffer(stream);
  const elapsedMs = performance.now() - started;
  return {
    bytes,
    rowsRead: Number(summary?.read_rows ?? 0),
    bytesRead: Number(summary?.read_bytes ?? 0),
    engineMs: summary?.elapsed_ns === undefined ? elapsedMs : Number(summary.elapsed_ns) / 1e6,
  };
}

/** A parameter as the engine reads it: escaped as in its TabSeparated format, lists in brackets with quoted texts. */
function parameterText(value: SqlValue): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => (typeof item === "string" ? `'${parameterText(item)}'` : String(item)));
    return `[${items.join(",")}]`;
  }
  return String(value).replace(/[\\'\t\n\r]/g, (sign) => escapes[sign] ?? sign);
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function settingsOf(limits: Limits): ClickHouseSettings {
  return {
    max_execution_time: limits.timeMs / 1_000,
    timeout_overflow_mode: "throw",
    max_memory_usage: String(limits.memoryBytes),
    max_rows_to_group_by: String(limits.groups),
    group_by_overflow_mode: "throw",
    max_result_rows: String(limits.resultRows),
    max_result_bytes: String(limits.resultBytes),
    result_overflow_mode: "throw",
    // Rows hold Float64 or text. The setting reaches into toJSONString too: properties keep their whole numbers.
    output_format_json_quote_64bit_integers: 0,
    output_format_json_quote_denormals: 1,
    // A caller who is gone no longer waits for the answer.
    cancel_http_readonly_queries_on_client_close: 1,
  };
}

function isPatternError(error: unknown): boolean {
  return error instanceof ClickHouseError && error.code === code.badPattern;
}

function translated(error: unknown, limits: Limits, signal: AbortSignal): unknown {
  if (isPatternError(error))
    return new BadPattern("a regular expression can't be compiled", { cause: error });
  if (!(error instanceof ClickHouseError)) {
    if (signal.aborted) return timedOut(limits, error);
    return isAway(error) ? engineUnavailable("clickhouse", error) : error;
  }
  if (error.code === code.timeout || error.code === code.slow || error.code === code.cancelled) {
    return timedOut(limits, error);
  }
  const limit = limitOfCode[error.code];
  if (limit === undefined) return error;
  const facts = { limit: limitNames[limit], most: String(limits[limit]) };
  const message = `the question is over the limit of ${facts.limit} (${facts.most})`;
  return new Fault(FaultReason.QUERY_TOO_LARGE, message, facts, { cause: error });
}

export function timedOut(limits: Pick<Limits, "timeMs">, cause: unknown): Fault {
  const facts = { limit: "time", most: String(limits.timeMs) };
  return new Fault(FaultReason.QUERY_TIMEOUT, `the question took longer than ${limits.timeMs} ms`, facts, {
    cause,
  });
}

/** Errors of the connection, and answers that no engine gave. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const errno = Reflect.get(error, "code");
  if (typeof errno === "string" && /^(E[A-Z]+|UND_ERR)/.test(errno)) return true;
  return /timeout|socket|closed|hang up|connect/i.test(error.message);
}
