import { ClickHouseError, type ClickHouseSettings } from "@clickhouse/client";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import { engineUnavailable, Fault } from "../../../platform/fault.js";
import type { Limits } from "../limits.js";
import { type Analytics, BadPattern, type Rows } from "../ports.js";
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
    async read({ text, parameters }, signal) {
      try {
        return await readable(client, { text, parameters, settings, signal });
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

interface Run extends Statement {
  readonly settings: ClickHouseSettings;
  readonly signal: AbortSignal;
}

/**
 * Between the expiry of a part's last row and its removal the engine (26.7) can't read subcolumns of JSON by PREWHERE
 * from what is left of the part; without PREWHERE it can.
 */
async function readable(client: ClickHouse, run: Run): Promise<Rows> {
  try {
    return await rowsOf(client, run);
  } catch (error) {
    if (!(error instanceof ClickHouseError) || error.code !== code.cannotReadAllData) throw error;
    return rowsOf(client, { ...run, settings: { ...run.settings, optimize_move_to_prewhere: 0 } });
  }
}

async function rowsOf(client: ClickHouse, { text, parameters, settings, signal }: Run): Promise<Rows> {
  const started = performance.now();
  const result = await client.query({
    query: text,
    query_params: { ...parameters },
    clickhouse_settings: settings,
    format: "JSONCompact",
    abort_signal: signal,
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
