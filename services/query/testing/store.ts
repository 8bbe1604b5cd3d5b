import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import type { TestEvent } from "./event-set.js";

/** Inserts events the way that blocks come in, so that rollups, identities and traits follow. */
export async function insertEvents(
  client: ClickHouse,
  database: string,
  events: readonly TestEvent[],
): Promise<void> {
  await client.insert({ table: `${database}.events_in`, values: events, format: "JSONEachRow" });
}
