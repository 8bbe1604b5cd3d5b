import { type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import {
  type ListEventsRequest,
  ListEventsRequestSchema,
  type ListEventsResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import type { Call } from "../../platform/serve/call.js";
import { answerInfo, wholeFrom } from "./answer-info.js";
import { askedProject } from "./caller.js";
import { pageStart, readPage } from "./event-pages.js";
import { badPattern } from "./patterns.js";
import { BadPattern } from "./ports.js";
import type { QueryMetricsPorts } from "./query-metrics.js";
import { asksForProperties, rangeOf, systemTypes } from "./question.js";
import { filtersSql } from "./sql/filter.js";
import { instant } from "./sql/instant.js";
import { StatementJoins } from "./sql/joins.js";
import { nobodyMapped } from "./sql/people.js";
import { PropertyReader } from "./sql/property.js";
import { allOf, bind, type Sql, sql } from "./sql/sql.js";
import { Tenant } from "./sql/tenant.js";

const defaultPageSize = 100;

/** ListEvents: stored events, newest effective time first; pages neither repeat nor skip what the first one saw. */
export async function listEvents(
  ports: QueryMetricsPorts,
  request: ListEventsRequest,
  call: Call,
): Promise<MessageInitShape<typeof ListEventsResponseSchema>> {
  const { projectId, settings } = await askedProject(call, ports.projects);
  const range = rangeOf(request.range, ports.clock.now());
  const binding = bindingOf(projectId, request);
  const start = pageStart(binding, request.pageToken, range);
  const tenant = new Tenant(projectId);
  const { signal } = call;
  const usesTraits = request.filters.some(({ property }) => property?.scope === PropertyScope.USER);
  const present = { nowMs: ports.clock.now(), timeZone: settings.timeZone };
  const cohorts = await ports.people.cohorts(projectId, request.filters, present);
  const looksAtPersons = usesTraits || cohorts !== undefined;
  const persons = looksAtPersons ? await ports.people.people(projectId, tenant, signal) : nobodyMapped;
  const people = cohorts === undefined ? persons : { ...persons, cohorts };
  const applied = await ports.progress.applied();
  const system = request.type === "" || systemTypes.has(request.type);
  const gaps = await ports.expiry.gaps(
    { projectId, tenant, signal },
    { ...start, types: request.type === "" ? [] : [request.type], system },
  );
  const { filters, type } = request;
  const asksForKinds = asksForProperties({ property: undefined, filters, breakdown: [] });
  const registered = asksForKinds ? await ports.kinds.kindsOf(projectId, type) : undefined;
  const { timeZone } = settings;
  const typing = registered === undefined ? undefined : { kinds: registered.kinds, timeZone };
  const reader = new PropertyReader(new StatementJoins(tenant, people), typing);
  const conditions = allOf([
    sql`e.time >= ${instant(start.fromMs)} AND e.time < ${instant(start.toMs)}`,
    ...ownConditions(request),
    filtersSql(request.filters, reader),
  ]);
  const rows = sql`${reader.from("events")} AND ${conditions}`;
  const size = request.pageSize || defaultPageSize;
  try {
    const { events, nextPageToken, ...work } = await readPage(ports.analytics, tenant, {
      rows,
      start,
      size,
      binding,
      signal,
    });
    const asOfMs = ports.clock.now();
    const info = {
      applied,
      asOfMs,
      source: "raw" as const,
      range: { ...range, ...start },
      ...wholeFrom(gaps),
      ...work,
    };
    return { events, nextPageToken, info: answerInfo({ ...info, timeZone: settings.timeZone }) };
  } catch (error) {
    throw error instanceof BadPattern
      ? await badPattern([{ field: "filters", filters: request.filters }], ports.analytics, signal)
      : error;
  }
}

function ownConditions({ type, eventId, userId }: ListEventsRequest): Sql[] {
  const conditions: Sql[] = [];
  if (type !== "") conditions.push(sql`e.type = ${bind.text(type)}`);
  if (eventId !== "") conditions.push(sql`e.event_id = ${bind.text(eventId)}`);
  if (userId !== "") {
    const id = bind.text(userId);
    // A user id is the visitor's as well: that column has an index.
    conditions.push(sql`((e.visitor_id = ${id} AND e.user_id = ${id}) OR e.anonymous_id = ${id})`);
  }
  return conditions;
}

/** What a token is good for: the same question of the same project; pages may differ in size. */
function bindingOf(projectId: string, request: ListEventsRequest): string {
  const question = { ...request, pageToken: "", pageSize: 0 };
  return `ListEvents ${projectId} ${toJsonString(ListEventsRequestSchema, question)}`;
}
