import { toBinary } from "@bufbuild/protobuf";
import {
  type ListQuarantinedRequest,
  type ListQuarantinedResponse,
  QuarantinedSchema,
} from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { rowsThatFit } from "../../platform/page-bytes.js";
import { decodePageToken, encodePageToken } from "../../platform/page-token.js";
import { type Answer, pageLimit } from "./answer.js";
import type { Caller } from "./caller.js";
import type { KeptEvent, QuarantineQuery, QuarantineStore } from "./ports.js";
import { queryOf } from "./quarantine-query.js";

/**
 * ListQuarantined: newest first; a page is cut where it grows too large for a message. The total may have moved on
 * since the page before.
 */
export async function listQuarantined(
  store: QuarantineStore,
  caller: Caller,
  request: ListQuarantinedRequest,
): Promise<Answer<ListQuarantinedResponse>> {
  const asked = queryOf(caller, request.filter);
  const query = { ...asked, isOutsideAlarms: !namesEvents(asked) };
  const listing = `ListQuarantined ${JSON.stringify(query)}`;
  const after = decodePageToken(listing, request.pageToken, 2);
  const limit = pageLimit(request.pageSize);
  const [found, total, alarms] = await Promise.all([
    store.list(query, { after, limit: limit + 1 }),
    store.count(query),
    after === undefined ? store.alarms(query.projectId, Date.now()) : [],
  ]);
  const fitting = rowsThatFit(found, ({ quarantined }) => toBinary(QuarantinedSchema, quarantined).length);
  const page = found.slice(0, Math.min(limit, fitting));
  const last = page.at(-1);
  return {
    events: page.map(({ quarantined }) => quarantined),
    nextPageToken:
      found.length > page.length && last !== undefined ? encodePageToken(listing, sortKeyOf(last)) : "",
    total: BigInt(total),
    alarms,
  };
}

/** Whether the events of an alarm are meant too. */
function namesEvents({ alarmId, eventId, quarantineIds }: QuarantineQuery): boolean {
  return alarmId !== undefined || eventId !== undefined || quarantineIds.length > 0;
}

/** Where an event stands in a listing. */
export function sortKeyOf({ receivedMs, quarantined }: KeptEvent): [string, string] {
  return [String(receivedMs), quarantined.quarantineId];
}
