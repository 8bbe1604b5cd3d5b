import { asksForPersons, type MetricsQuestion, systemTypes } from "../question.js";
import { instant } from "./metrics.js";
import { bind, type Sql, sql } from "./sql.js";
import type { Statement, Tenant } from "./tenant.js";

/** A row: which data, the log's partition, its highest raw sequence there, and how many events, as texts. */
export type VersionRow = readonly [data: number, partition: number, rawSequence: string, events: string];

const quarterMs = 15 * 60_000;

/**
 * What a question's answer depends on, in a few rows: where they are the same, the answer is. Every event that comes
 * into the range raises the highest raw sequence of its partition; who is who and traits count where they are asked
 * for. Read from the rollup of quarter hours, or, for system events, which it lacks, from the events.
 */
export function versionSql(tenant: Tenant, question: MetricsQuestion): Statement {
  const parts = [
    systemTypes.has(question.type) ? systemVersion(tenant, question) : rangeVersion(tenant, question),
  ];
  if (asksForPersons(question)) {
    parts.push(
      sql`SELECT 1 AS data, ${positions} ${tenant.from("identities")} GROUP BY partition`,
      sql`SELECT 2 AS data, ${positions} ${tenant.from("traits")} GROUP BY partition`,
    );
  }
  const [first, ...others] = parts;
  const all = others.reduce<Sql>((union, part) => sql`${union} UNION ALL ${part}`, sql`${first ?? sql``}`);
  return tenant.statement(
    sql`SELECT data, partition, highest, counted FROM (${all}) ORDER BY data, partition`,
  );
}

/** Merges may drop statements that are there twice: only their highest place counts. */
const positions = sql`e.partition AS partition, toString(max(e.raw_sequence)) AS highest, '' AS counted`;

function rangeVersion(tenant: Tenant, { type, range }: MetricsQuestion): Sql {
  const from = instant(Math.floor(range.fromMs / quarterMs) * quarterMs);
  const ofType = type === "" ? sql`1` : sql`e.type = ${bind.text(type)}`;
  return sql`SELECT 0 AS data, e.partition AS partition, toString(max(e.raw_sequence)) AS highest,
      toString(sum(e.events)) AS counted
    ${tenant.from("rollup_quarter")} AND e.bucket >= ${from} AND e.bucket < ${instant(range.toMs)} AND ${ofType}
    GROUP BY partition`;
}

function systemVersion(tenant: Tenant, { type, range }: MetricsQuestion): Sql {
  return sql`SELECT 0 AS data, e.partition AS partition, toString(max(e.raw_sequence)) AS highest,
      toString(count()) AS counted
    ${tenant.from("events")} AND e.time >= ${instant(range.fromMs)} AND e.time < ${instant(range.toMs)}
      AND e.type = ${bind.text(type)}
    GROUP BY partition`;
}
