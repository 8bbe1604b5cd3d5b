import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";

export type ClickHouse = ClickHouseClient;

export interface ClickHouseOptions {
  readonly url: string;
  readonly database: string;
  /** Shown in the server's process list. */
  readonly name: string;
  readonly connectionsMax?: number;
  readonly requestTimeoutMs?: number;
}

/**
 * Opens ClickHouse. Inserts are synchronous (async_insert is on by default in newer servers and would decide batches
 * by itself), and pass their token on to the rollups.
 */
export function openClickHouse(options: ClickHouseOptions): ClickHouse {
  return createClient({
    url: options.url,
    database: options.database,
    application: options.name,
    max_open_connections: options.connectionsMax ?? 8,
    request_timeout: options.requestTimeoutMs ?? 60_000,
    // What goes wrong is thrown; who called logs it.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
    clickhouse_settings: {
      async_insert: 0,
      deduplicate_blocks_in_dependent_materialized_views: 1,
      date_time_output_format: "iso",
      // Properties keep what was sent: {"a.b": 1} is not {"a": {"b": 1}} (an event with both could not be stored), and
      // a text that looks like a date stays that text. Writers and readers must agree on these.
      json_type_escape_dots_in_keys: 1,
      input_format_try_infer_dates: 0,
      input_format_try_infer_datetimes: 0,
      // "a/b" comes back as it was sent, not as "a\\/b".
      output_format_json_escape_forward_slashes: 0,
    },
  });
}
