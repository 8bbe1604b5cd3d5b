import type { Event } from "../../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { eventColumns } from "./event-rows.js";
import { instant } from "./instant.js";
import { bind, sql } from "./sql.js";
import type { Statement, Tenant } from "./tenant.js";

/** The stored event of an id; of several (ids may come again after a day) the last. */
export function storedEventSql(tenant: Tenant, eventId: string): Statement {
  return tenant.statement(sql`SELECT ${eventColumns} ${tenant.from("events")} AND e.event_id = ${bind.text(eventId)}
    ORDER BY e.raw_sequence DESC, e.raw_index DESC LIMIT 1`);
}

/** One row: how many rows of the rollup of minutes count the event, or what came after it in its partition. */
export function rollupHasSql(tenant: Tenant, event: Event): Statement {
  const timeMs = Number(event.timeMs);
  const bucketMs = timeMs - (((timeMs % 60_000) + 60_000) % 60_000);
  return tenant.statement(sql`SELECT count() ${tenant.from("rollup_minute")}
    AND e.type = ${bind.text(event.type)} AND e.bucket = ${instant(bucketMs)}
    AND e.partition = ${bind.uint32(event.partition)}
    AND e.country = ${bind.text(event.country)} AND e.device_class = ${bind.text(event.deviceClass)}
    AND e.raw_sequence >= ${bind.uint64(event.rawSequence)}`);
}
