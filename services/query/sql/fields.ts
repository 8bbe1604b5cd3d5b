import { type Sql, sql } from "./sql.js";

/** A column of the events that questions may name. */
export interface Field {
  /** text: empty means missing. number: never missing, but `zeroIsMissing`. flag: "true" or "false". */
  readonly kind: "text" | "number" | "flag" | "date";
  readonly column: Sql;
  readonly zeroIsMissing?: boolean;
  /** Rollups have it too. */
  readonly inRollups?: boolean;
}

const text = (column: Sql): Field => ({ kind: "text", column });
const inRollups = (column: Sql): Field => ({ kind: "text", column, inRollups: true });
const counted = (column: Sql): Field => ({ kind: "number", column, zeroIsMissing: true });

/** The names of PROPERTY_SCOPE_FIELD. */
export const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["type", inRollups(sql`e.type`)],
  ["country", inRollups(sql`e.country`)],
  ["device_class", inRollups(sql`e.device_class`)],
  ["event_id", text(sql`e.event_id`)],
  ["user_id", text(sql`e.user_id`)],
  ["anonymous_id", text(sql`e.anonymous_id`)],
  ["visitor_id", text(sql`e.visitor_id`)],
  ["client_session_id", text(sql`e.client_session_id`)],
  ["producer_id", text(sql`e.producer_id`)],
  ["sequence", counted(sql`e.sequence`)],
  ["schema_version", counted(sql`e.schema_version`)],
  ["ip", text(sql`e.ip`)],
  ["user_agent", text(sql`e.user_agent`)],
  ["page_url", text(sql`e.page_url`)],
  ["page_title", text(sql`e.page_title`)],
  ["page_host", text(sql`e.page_host`)],
  ["page_path", text(sql`e.page_path`)],
  ["referrer", text(sql`e.referrer`)],
  ["referrer_class", text(sql`e.referrer_class`)],
  ["referrer_source", text(sql`e.referrer_source`)],
  ["locale", text(sql`e.locale`)],
  ["campaign_source", text(sql`e.campaign_source`)],
  ["campaign_medium", text(sql`e.campaign_medium`)],
  ["campaign_name", text(sql`e.campaign_name`)],
  ["campaign_term", text(sql`e.campaign_term`)],
  ["campaign_content", text(sql`e.campaign_content`)],
  ["utm_source", text(sql`e.utm_source`)],
  ["utm_medium", text(sql`e.utm_medium`)],
  ["utm_campaign", text(sql`e.utm_campaign`)],
  ["utm_term", text(sql`e.utm_term`)],
  ["utm_content", text(sql`e.utm_content`)],
  ["click_id_kind", text(sql`e.click_id_kind`)],
  ["library", text(sql`e.library`)],
  ["library_version", text(sql`e.library_version`)],
  ["region", text(sql`e.region`)],
  ["city", text(sql`e.city`)],
  ["browser", text(sql`e.browser`)],
  ["browser_version", text(sql`e.browser_version`)],
  ["os", text(sql`e.os`)],
  ["os_version", text(sql`e.os_version`)],
  ["device_family", text(sql`e.device_family`)],
  ["is_bot", { kind: "flag", column: sql`e.is_bot` }],
  ["is_system", { kind: "flag", column: sql`e.is_system` }],
  ["local_date", { kind: "date", column: sql`e.local_date` }],
  ["local_hour", { kind: "number", column: sql`e.local_hour` }],
  // The amount is 0 where the property is missing: a question about it names the property instead.
]);
