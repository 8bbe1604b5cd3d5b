import type { EventReaders } from "../analysis/event-readers.js";
import { bucketSql } from "../sql/buckets.js";
import { bind, listOf, type Sql, sql } from "../sql/sql.js";
import type { SessionsQuestion } from "./query-sessions.js";
import { visitsSql } from "./visits-sql.js";

/** What a row of the answer is of. */
export type SessionsSet = "total" | "bucket" | "entry" | "exit" | "row";

/** A row: of what, by which text or bucket, then figures; and how many rows of the breakdown there are. */
export type SessionsRow = readonly [
  set: SessionsSet,
  bucketMs: number,
  page: string,
  breakdown: readonly (string | null)[],
  visitors: number,
  visits: number,
  events: number,
  bounces: number,
  seconds: number,
  sets: number,
];

export interface SessionsSql {
  readonly visits: Sql;
  /** Whether an event is a part of visits. */
  readonly selected: Sql;
}

/**
 * All figures in one pass over the visits: of the range, of its buckets, of pages and of the breakdown's values.
 *
 * @throws Fault REQUEST_INVALID that names the field.
 */
export function sessionsSql(readers: EventReaders, question: SessionsQuestion): SessionsSql {
  const { event, page, breakdown, buckets, pageLimit, limit } = question;
  const selected = readers.selects(event, "event");
  const reader = readers.of(event.type);
  const pageText = sql`ifNull(${reader.property(page, "page.name").text}, '')`;
  const values = breakdown.map(
    (property, index) => reader.property(property, `breakdown[${index}].name`).text,
  );
  const columns = [pageText, sql`CAST([${listOf(values)}], 'Array(Nullable(String))')`];
  const visits = visitsSql(readers, { ...question, selected, columns });
  const { start } = bucketSql(buckets, sql`visit[1].1`);
  // Materialized: of a constant the engine can't say which set a row is of.
  const figures = sql`SELECT person, materialize(${start}) AS bucket, visit[1].2 AS entry, visit[-1].2 AS exit,
      visit[1].3 AS series, toUInt64(length(visit)) AS events, (visit[-1].1 - visit[1].1) / 1000 AS seconds
    FROM (${visits})`;
  const sets = sql`(), (bucket), (entry), (exit)${breakdown.length === 0 ? sql`` : sql`, (series)`}`;
  const set = sql`multiIf(grouping(bucket) = 0, 'bucket', grouping(entry) = 0, 'entry', grouping(exit) = 0, 'exit',
      ${breakdown.length === 0 ? sql`0` : sql`grouping(series) = 0`}, 'row', 'total')`;
  const series = breakdown.length === 0 ? sql`CAST([], 'Array(Nullable(String))')` : sql`series`;
  const grouped = sql`SELECT ${set} AS of_what, toFloat64(bucket) AS bucket_ms,
      multiIf(of_what = 'entry', entry, of_what = 'exit', exit, '') AS page, ${series} AS row_values,
      uniqExact(person) AS visitors, count() AS visits, sum(events) AS in_visits, countIf(events = 1) AS bounces,
      sum(seconds) AS all_seconds
    FROM (${figures}) GROUP BY GROUPING SETS (${sets})`;
  const place = sql`row_number() OVER (PARTITION BY of_what ORDER BY visits DESC, page, row_values)`;
  const numbered = sql`SELECT *, ${place} AS place, count() OVER (PARTITION BY of_what) AS sets FROM (${grouped})`;
  const isListed = sql`multiIf(of_what IN ('entry', 'exit'), place <= ${bind.uint64(pageLimit)},
      of_what = 'row', place <= ${bind.uint64(limit)}, 1)`;
  return {
    selected,
    visits: sql`SELECT of_what, bucket_ms, page, row_values, toFloat64(visitors), toFloat64(visits),
        toFloat64(in_visits), toFloat64(bounces), all_seconds, toFloat64(sets)
      FROM (${numbered}) WHERE ${isListed} ORDER BY of_what, place`,
  };
}
