import type { Event } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { safeText, textTable } from "./table.js";

/** Stored events, one a line. */
export function eventsTable(events: readonly Event[]): string {
  const rows = events.map((event) => [
    new Date(Number(event.timeMs)).toISOString(),
    safeText(event.type, 40),
    safeText(event.visitorId || event.userId || event.anonymousId, 30),
    event.country,
    safeText(event.properties, 80),
    safeText(event.eventId, 40),
  ]);
  return textTable(["time", "type", "visitor", "country", "properties", "event id"], rows);
}
