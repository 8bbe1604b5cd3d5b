import type { ClickHouse } from "../../platform/engines/clickhouse.js";
import { engineUnavailable } from "../../platform/fault.js";
import type { StoredEvent, StoredEvents } from "../check-events.js";

/** For an event, in this order. */
type Row = [
  eventId: string,
  receivedMs: string | number,
  properties: string,
  keyId: string,
  library: string,
  libraryVersion: string,
  schemaVersion: number,
  isEncoded: boolean,
];

/** Longer than this nobody waits for a check. */
const SECONDS_MAX = 60;

/** The events in ClickHouse. */
export function openStoredEvents(clickhouse: ClickHouse): StoredEvents {
  return {
    async *newest({ projectId, type, limit, signal }) {
      try {
        const result = await clickhouse.query({
          query: `SELECT event_id, toUnixTimestamp64Milli(received_time), toJSONString(properties), key_id, library,
              library_version, schema_version, is_encoded
            FROM events WHERE project_id = {project:String} AND type = {type:String}
            ORDER BY time DESC LIMIT {limit:UInt32}`,
          query_params: { project: projectId, type, limit },
          format: "JSONCompactEachRow",
          clickhouse_settings: { max_execution_time: SECONDS_MAX },
          abort_signal: signal,
        });
        for await (const rows of result.stream<Row>()) yield rows.map((row) => eventOf(row.json()));
      } catch (error) {
        if (signal.aborted) return;
        throw engineUnavailable("clickhouse", error);
      }
    },
  };
}

function eventOf(row: Row): StoredEvent {
  const [eventId, receivedMs, properties, keyId, library, libraryVersion, schemaVersion, isEncoded] = row;
  return {
    eventId,
    receivedMs: Number(receivedMs),
    properties,
    keyId,
    library,
    libraryVersion,
    schemaVersion,
    isEncoded,
  };
}
