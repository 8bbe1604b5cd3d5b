import type { ClickHouse } from "../../platform/engines/clickhouse.js";
import type { Retention } from "../../platform/retention.js";

/** Each table's rule: rows go by received time, so that an import of old events lives as long as any other. */
export function retentionRules(retention: Retention): { table: string; expression: string }[] {
  const byTime = (days: number): string => `toDateTime(received_time) + toIntervalDay(${days})`;
  const byDate = (days: number): string => `received_date + toIntervalDay(${days})`;
  return [
    { table: "events", expression: byTime(retention.eventsDays) },
    { table: "rollup_minute", expression: byDate(retention.minutesDays) },
    { table: "rollup_quarter", expression: byDate(retention.quartersDays) },
    { table: "rollup_day", expression: byDate(retention.daysDays) },
    { table: "sessions", expression: byTime(retention.quartersDays) },
  ];
}

/** Brings the tables' rules to what is configured; changes nothing where they are so. */
export async function reconcileRetention(
  client: ClickHouse,
  database: string,
  retention: Retention,
): Promise<void> {
  const result = await client.query({
    query: "SELECT name, engine_full FROM system.tables WHERE database = {database:String}",
    query_params: { database },
    format: "JSONEachRow",
  });
  const rows = await result.json<{ name: string; engine_full: string }>();
  const engines = new Map(rows.map(({ name, engine_full }) => [name, engine_full]));
  for (const { table, expression } of retentionRules(retention)) {
    const engine = engines.get(table);
    if (engine === undefined) throw new Error(`the database lacks the table ${table}: run the migrations`);
    if (engine.includes(`TTL ${expression} `) || engine.endsWith(`TTL ${expression}`)) continue;
    await client.command({ query: `ALTER TABLE ${database}.${table} MODIFY TTL ${expression}` });
  }
}
