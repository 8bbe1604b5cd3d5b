import { instant } from "./instant.js";
import { type Sql, sql } from "./sql.js";
import type { Statement, Tenant } from "./tenant.js";
import { hasSystemType, ofTypes } from "./types.js";

/** The data that an answer is made of. */
export interface AskedData {
  /** Events of these types; empty: of all but the system's. */
  readonly types: readonly string[];
  /** Events of [fromMs, toMs) by effective time. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether it depends on who is who, or on traits. */
  readonly persons: boolean;
}

/** A row: which data, the log's partition, its highest raw sequence there, and how many events, as texts. */
export type VersionRow = readonly [data: number, partition: number, rawSequence: string, events: string];

const quarterMs = 15 * 60_000;

/**
 * What an answer depends on, in a few rows: where they are the same, the answer is. Every event that comes into the
 * range raises the highest raw sequence of its partition; who is who and traits count where they are asked for. Read
 * from the rollup of quarter hours, or, for system events, which it lacks, from the events.
 */
export function versionSql(tenant: Tenant, data: AskedData): Statement {
  const parts = [hasSystemType(data.types) ? systemVersion(tenant, data) : rangeVersion(tenant, data)];
  if (data.persons) {
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

function rangeVersion(tenant: Tenant, { types, fromMs, toMs }: AskedData): Sql {
  const from = instant(Math.floor(fromMs / quarterMs) * quarterMs);
  return sql`SELECT 0 AS data, e.partition AS partition, toString(max(e.raw_sequence)) AS highest,
      toString(sum(e.events)) AS counted
    ${tenant.from("rollup_quarter")} AND e.bucket >= ${from} AND e.bucket < ${instant(toMs)} AND ${ofTypes(types)}
    GROUP BY partition`;
}

function systemVersion(tenant: Tenant, { types, fromMs, toMs }: AskedData): Sql {
  return sql`SELECT 0 AS data, e.partition AS partition, toString(max(e.raw_sequence)) AS highest,
      toString(count()) AS counted
    ${tenant.from("events")} AND e.time >= ${instant(fromMs)} AND e.time < ${instant(toMs)}
      AND ${ofTypes(types)}
    GROUP BY partition`;
}
