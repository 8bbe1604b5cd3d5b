import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { listOf, type Sql, sql } from "./sql.js";

type Kind = "text" | "flag" | "number" | "bigint";

interface Column {
  readonly field: Exclude<keyof Event, "$typeName" | "$unknown">;
  readonly kind: Kind;
  readonly read: Sql;
}

const text = (field: Column["field"], read: Sql): Column => ({ field, kind: "text", read });
const flag = (field: Column["field"], read: Sql): Column => ({ field, kind: "flag", read });
const number = (field: Column["field"], read: Sql): Column => ({ field, kind: "number", read });
/** As text, since JSON's numbers end at 53 bits for most readers. */
const bigint = (field: Column["field"], read: Sql): Column => ({
  ...{ field, kind: "bigint" },
  read: sql`toString(${read})`,
});

/** Every column of the events, as the field of the contract that it came from. */
const columns: readonly Column[] = [
  text("projectId", sql`e.project_id`),
  text("eventId", sql`e.event_id`),
  text("type", sql`e.type`),
  text("userId", sql`e.user_id`),
  text("anonymousId", sql`e.anonymous_id`),
  text("clientSessionId", sql`e.client_session_id`),
  text("producerId", sql`e.producer_id`),
  bigint("sequence", sql`e.sequence`),
  bigint("clientTimeMs", sql`toUnixTimestamp64Milli(e.client_time)`),
  bigint("sentTimeMs", sql`toUnixTimestamp64Milli(e.sent_time)`),
  bigint("receivedTimeMs", sql`toUnixTimestamp64Milli(e.received_time)`),
  bigint("skewMs", sql`e.skew_ms`),
  bigint("timeMs", sql`toUnixTimestamp64Milli(e.time)`),
  text("properties", sql`toJSONString(e.properties)`),
  number("schemaVersion", sql`e.schema_version`),
  number("schemaId", sql`e.schema_id`),
  flag("isEncoded", sql`e.is_encoded`),
  text("ip", sql`e.ip`),
  text("userAgent", sql`e.user_agent`),
  text("pageUrl", sql`e.page_url`),
  text("pageTitle", sql`e.page_title`),
  text("referrer", sql`e.referrer`),
  text("locale", sql`e.locale`),
  text("campaignSource", sql`e.campaign_source`),
  text("campaignMedium", sql`e.campaign_medium`),
  text("campaignName", sql`e.campaign_name`),
  text("campaignTerm", sql`e.campaign_term`),
  text("campaignContent", sql`e.campaign_content`),
  text("library", sql`e.library`),
  text("libraryVersion", sql`e.library_version`),
  flag("eventIdMade", sql`e.event_id_made`),
  text("keyId", sql`e.key_id`),
  number("partition", sql`e.partition`),
  bigint("payloadHash", sql`e.payload_hash`),
  bigint("rawSequence", sql`e.raw_sequence`),
  number("rawIndex", sql`e.raw_index`),
  text("country", sql`e.country`),
  text("region", sql`e.region`),
  text("city", sql`e.city`),
  text("browser", sql`e.browser`),
  text("browserVersion", sql`e.browser_version`),
  text("os", sql`e.os`),
  text("osVersion", sql`e.os_version`),
  text("deviceClass", sql`e.device_class`),
  text("deviceFamily", sql`e.device_family`),
  flag("isBot", sql`e.is_bot`),
  text("referrerClass", sql`e.referrer_class`),
  text("referrerSource", sql`e.referrer_source`),
  text("utmSource", sql`e.utm_source`),
  text("utmMedium", sql`e.utm_medium`),
  text("utmCampaign", sql`e.utm_campaign`),
  text("utmTerm", sql`e.utm_term`),
  text("utmContent", sql`e.utm_content`),
  text("clickIdKind", sql`e.click_id_kind`),
  text("pageHost", sql`e.page_host`),
  text("pagePath", sql`e.page_path`),
  number("localDate", sql`toInt32(e.local_date)`),
  number("localHour", sql`e.local_hour`),
  flag("isSystem", sql`e.is_system`),
  text("visitorId", sql`e.visitor_id`),
  number("amount", sql`e.amount`),
];

/** The columns of a statement whose rows `eventOf` reads. */
export const eventColumns: Sql = listOf(columns.map(({ read }) => read));

/** The event of a row of `eventColumns`. */
export function eventOf(row: readonly unknown[]): Event {
  const fields: Partial<Record<Column["field"], unknown>> = {};
  for (const [index, { field, kind }] of columns.entries()) fields[field] = readAs(kind, row[index]);
  return create(EventSchema, fields as MessageInitShape<typeof EventSchema>);
}

function readAs(kind: Kind, value: unknown): string | number | bigint | boolean {
  switch (kind) {
    case "text":
      return String(value);
    case "flag":
      return value === true || value === 1;
    case "number":
      return Number(value);
    case "bigint":
      return BigInt(String(value));
  }
}

/** Where an event stands in every listing: no two have the same place. */
export interface EventPlace {
  readonly timeMs: bigint;
  readonly rawSequence: bigint;
  readonly rawIndex: number;
}
