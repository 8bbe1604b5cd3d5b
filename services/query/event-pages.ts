import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Event } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { Fault } from "../../platform/fault.js";
import { decodePageToken, encodePageToken } from "../../platform/page-token.js";
import type { Analytics, Work } from "./ports.js";
import { isEventTime } from "./question.js";
import { type EventPlace, eventOf } from "./sql/event-rows.js";
import { eventsPageSql } from "./sql/events-page.js";
import type { Sql } from "./sql/sql.js";
import type { Tenant } from "./sql/tenant.js";

/** Where a listing goes on: after this place, in the range that its first page resolved. */
export interface PageStart {
  readonly after?: EventPlace;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Reads the token of a request that is otherwise `binding`; `first` is where its first page begins.
 * @throws Fault PAGE_TOKEN_INVALID
 */
export function pageStart(
  binding: string,
  token: string,
  first: { fromMs: number; toMs: number },
): PageStart {
  const parts = decodePageToken(binding, token, 5);
  if (parts === undefined) return first;
  const [fromMs, toMs, timeMs, rawSequence, rawIndex] = parts.map((part) =>
    /^-?\d{1,16}$/.test(part) ? part : "x",
  );
  const times = [fromMs, toMs, timeMs].map(Number);
  const positions = [rawSequence, rawIndex].map(Number);
  const [from = 0, to = 0, time = 0] = times;
  const [sequence = 0, index = 0] = positions;
  if (!times.every(isEventTime) || !positions.every((at) => at >= 0) || index > 0xffff_ffff) {
    throw new Fault(FaultReason.PAGE_TOKEN_INVALID, "page_token: not one that was given for this request");
  }
  const after = { timeMs: BigInt(time), rawSequence: BigInt(sequence), rawIndex: index };
  return { fromMs: from, toMs: to, after };
}

export interface EventPage extends Omit<Work, "bytesRead"> {
  readonly events: Event[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** One page of events; `rows` is FROM, WHERE and conditions, the range of `start` included. */
export async function readPage(analytics: Analytics, tenant: Tenant, page: PageRead): Promise<EventPage> {
  const { rows, start, size, binding, signal } = page;
  const read = await analytics.read(tenant.statement(eventsPageSql(rows, start.after, size + 1)), signal);
  const events = read.rows.slice(0, size).map(eventOf);
  const last = read.rows.length > size ? events.at(-1) : undefined;
  const place = last === undefined ? [] : [last.timeMs, last.rawSequence, last.rawIndex];
  const key = [start.fromMs, start.toMs, ...place].map(String);
  return {
    events,
    nextPageToken: last === undefined ? "" : encodePageToken(binding, key),
    rowsRead: read.rowsRead,
    engineMs: read.engineMs,
  };
}

export interface PageRead {
  readonly rows: Sql;
  readonly start: PageStart;
  readonly size: number;
  readonly binding: string;
  readonly signal: AbortSignal;
}
