import { sessionCapMs, sessionGapMs } from "./session-rule.js";

/**
 * How far beyond what changed a visitor's events are read at first. Whose activity goes on over the edge is computed
 * from all that is stored.
 */
export const sessionMarginMs = sessionCapMs + 2 * sessionGapMs;

/** Types of events that count as a page seen. */
const pageTypes = "('page_view', 'pageview', 'page', '$pageview', 'screen_view', 'screen')";

/**
 * The visitors whose events lie in a stretch of the log, with the first and last effective time that came.
 * Parameters: `from` and `to`, raw sequences per partition, (from, to].
 */
const changed = (database: string): string => `
  SELECT project_id, visitor_id, min(toUnixTimestamp64Milli(time)) AS low, max(toUnixTimestamp64Milli(time)) AS high
  FROM ${database}.events
  WHERE NOT is_system AND visitor_id != '' AND partition < length({from:Array(UInt64)})
    AND raw_sequence > {from:Array(UInt64)}[partition + 1] AND raw_sequence <= {to:Array(UInt64)}[partition + 1]
    AND raw_sequence > {lowest:UInt64} AND raw_sequence <= {highest:UInt64}
  GROUP BY project_id, visitor_id`;

const columns = [
  ...[
    "project_id",
    "visitor_id",
    "producer_id",
    "sequence",
    "event_id",
    "type",
    "page_path",
    "amount",
    "country",
  ],
  ...["device_class", "browser", "os", "referrer_class", "referrer_source", "utm_source", "utm_medium"],
  ...["utm_campaign", "received_time"],
]
  .map((column) => `e.${column} AS ${column}`)
  .join(", ");
const visitor = "PARTITION BY project_id, visitor_id";
const inOrder = "ORDER BY at, producer_id, sequence, event_id";

/**
 * Puts the sessions that changed into sessions_next, under a new version. `isWhole`: only those whose activity reaches
 * over the edge of what is read at first, from all their events.
 */
export function computeStatement(database: string, { isWhole }: { isWhole: boolean }): string {
  const margin = isWhole ? "toInt64(100000000000000)" : `toInt64(${sessionMarginMs})`;
  const edge = isWhole
    ? `(e.project_id, e.visitor_id) IN (SELECT project_id, visitor_id FROM ${database}.sessions_next WHERE events = 0)`
    : "1";
  const isCut = isWhole
    ? "0"
    : `since < low - ${margin} + ${sessionGapMs} OR till > high + ${margin} - ${sessionGapMs}`;
  return `INSERT INTO ${database}.sessions_next
  WITH activities AS (
    SELECT *, min(at) OVER activity AS since, max(at) OVER activity AS till
    FROM (
      SELECT *, sum(at - before > ${sessionGapMs}) OVER (${visitor} ${inOrder} ROWS UNBOUNDED PRECEDING) AS run
      FROM (
        SELECT ${columns}, c.low AS low, c.high AS high, toUnixTimestamp64Milli(e.time) AS at,
          lagInFrame(at, 1, at - ${sessionGapMs} - 1) OVER (${visitor} ${inOrder} ROWS UNBOUNDED PRECEDING) AS before
        FROM ${database}.events AS e
        INNER JOIN (${changed(database)}) AS c
          ON e.project_id = c.project_id AND e.visitor_id = c.visitor_id
        WHERE NOT e.is_system AND ${edge}
          AND toUnixTimestamp64Milli(e.time) BETWEEN c.low - ${margin} AND c.high + ${margin}
      )
    )
    WINDOW activity AS (PARTITION BY project_id, visitor_id, run)
  )
  SELECT project_id, visitor_id,
    lower(hex(sipHash128(project_id, visitor_id, min(at), first_event_id))) AS session_id,
    fromUnixTimestamp64Milli(min(at), 'UTC') AS start_time,
    fromUnixTimestamp64Milli(max(at), 'UTC') AS end_time,
    if(is_cut, 0, count()) AS events,
    countIf(type IN ${pageTypes}) AS page_views,
    sum(a.amount) AS amount,
    argMin(event_id, place) AS first_event_id,
    argMinIf(page_path, place, page_path != '') AS entry_page,
    argMaxIf(page_path, place, page_path != '') AS exit_page,
    argMin(a.country, place), argMin(a.device_class, place), argMin(a.browser, place), argMin(a.os, place),
    argMin(a.referrer_class, place), argMin(a.referrer_source, place),
    argMin(a.utm_source, place), argMin(a.utm_medium, place), argMin(a.utm_campaign, place),
    max(a.received_time) AS received_time,
    {version:UInt64} AS version
  FROM (SELECT *, tuple(at, producer_id, sequence, event_id) AS place,
      ${isCut} AS is_cut
    FROM activities) AS a
  WHERE NOT is_cut OR (since <= high AND till >= low)
  GROUP BY project_id, visitor_id, run, is_cut, intDiv(at - since, ${sessionCapMs})`;
}

/** Puts what was computed into the sessions, and takes away those that are no more, in one insert. */
export function replaceStatement(database: string): string {
  return `INSERT INTO ${database}.sessions
  SELECT * FROM ${database}.sessions_next WHERE events > 0
  UNION ALL
  SELECT s.* REPLACE (0 AS events, {version:UInt64} AS version)
  FROM (SELECT * FROM ${database}.sessions
    WHERE (project_id, visitor_id) IN (SELECT project_id, visitor_id FROM ${database}.sessions_next WHERE events > 0)
    ORDER BY version DESC LIMIT 1 BY project_id, visitor_id, session_id) AS s
  INNER JOIN (SELECT project_id, visitor_id, start_time, end_time, session_id FROM ${database}.sessions_next
    WHERE events > 0) AS n ON s.project_id = n.project_id AND s.visitor_id = n.visitor_id
  WHERE s.events > 0 AND s.start_time BETWEEN n.start_time AND n.end_time AND s.session_id != n.session_id`;
}
