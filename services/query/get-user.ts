import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type {
  GetUserRequest,
  GetUserResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Call } from "../../platform/serve/call.js";
import { answerInfo, wholeFrom } from "./answer-info.js";
import { askedProject } from "./caller.js";
import { pageStart, readPage } from "./event-pages.js";
import type { QueryMetricsPorts } from "./query-metrics.js";
import { eventYears } from "./question.js";
import { sql } from "./sql/sql.js";
import { Tenant } from "./sql/tenant.js";
import {
  idsOfPersonSql,
  personOfIdSql,
  personTotalsSql,
  sessionsSql,
  traitsSql,
  visitorIsSql,
} from "./sql/user.js";

const defaultPageSize = 50;
/** Ids that one person may have in an answer. */
const idsMax = 10_000;

/** GetUser: one person by any of their ids. */
export async function getUser(
  ports: QueryMetricsPorts,
  request: GetUserRequest,
  call: Call,
): Promise<MessageInitShape<typeof GetUserResponseSchema>> {
  const { projectId, settings } = await askedProject(call, ports.projects);
  const binding = `GetUser ${projectId} ${request.userId}`;
  const start = pageStart(binding, request.pageToken, eventYears);
  const { signal } = call;
  const tenant = new Tenant(projectId);
  const applied = await ports.progress.applied();
  const { person, ids } = await idsOf(ports, { projectId, tenant, id: request.userId, signal });
  const read = async (statement: Parameters<typeof ports.analytics.read>[0]) =>
    ports.analytics.read(statement, signal);
  const everything = { ...eventYears, types: [], system: true };
  const [gaps, totals, traits, sessions, page] = await Promise.all([
    ports.expiry.gaps({ projectId, tenant, signal }, everything),
    read(personTotalsSql(tenant, ids)),
    read(traitsSql(tenant, ids)),
    read(sessionsSql(tenant, ids)),
    readPage(ports.analytics, tenant, {
      rows: sql`${tenant.from("events")} AND ${visitorIsSql(ids)}`,
      start,
      size: request.pageSize || defaultPageSize,
      binding,
      signal,
    }),
  ]);
  const [events = 0, allEvents = 0, firstMs = 0, lastMs = 0] = (totals.rows[0] ?? []).map(Number);
  if (allEvents === 0 && traits.rows.length === 0 && ids.length === 1) {
    throw new Fault(FaultReason.USER_NOT_FOUND, "nothing is known of a user of that id");
  }
  const parts = [totals, traits, sessions, page];
  return {
    userId: person,
    knownIds: ids,
    traits: Object.fromEntries(traits.rows.map(([name, value]) => [String(name), String(value)])),
    ...(events > 0 ? { firstSeen: timestampFromMs(firstMs), lastSeen: timestampFromMs(lastMs) } : {}),
    events: BigInt(events),
    sessions: BigInt(Number(sessions.rows[0]?.[0] ?? 0)),
    timeline: page.events,
    nextPageToken: page.nextPageToken,
    info: answerInfo({
      applied,
      asOfMs: ports.clock.now(),
      source: "raw",
      timeZone: settings.timeZone,
      ...wholeFrom(gaps),
      engineMs: Math.max(...parts.map(({ engineMs }) => engineMs)),
      rowsRead: parts.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    }),
  };
}

interface Search {
  readonly projectId: string;
  readonly tenant: Tenant;
  readonly id: string;
  readonly signal: AbortSignal;
}

/** The person behind an id, and every id that is said to be theirs, the person's own first. */
async function idsOf(
  { analytics, people }: QueryMetricsPorts,
  { projectId, tenant, id, signal }: Search,
): Promise<{ person: string; ids: string[] }> {
  const known = await people.people(projectId, tenant, signal);
  if (!known.mapped) return { person: id, ids: [id] };
  const said = await analytics.read(personOfIdSql(tenant, known, id), signal);
  const person = String(said.rows[0]?.[0] ?? known.chains.get(id) ?? id);
  const others = await analytics.read(idsOfPersonSql(tenant, known, { person, count: idsMax + 1 }), signal);
  if (others.rows.length > idsMax) {
    const facts = { limit: "known_ids", most: String(idsMax) };
    throw new Fault(FaultReason.QUERY_TOO_LARGE, "the person has too many ids", facts);
  }
  return { person, ids: [...new Set([person, id, ...others.rows.map(([other]) => String(other))])] };
}
