import { followed, latestIdentities, type People, statementOrder } from "./people.js";
import { bind, type Sql, sql } from "./sql.js";
import type { Statement, Tenant } from "./tenant.js";

/** The person that an id was last said to be; no row where nothing was said of it. */
export function personOfIdSql(tenant: Tenant, people: People, id: string): Statement {
  const latest = sql`SELECT e.id AS id, argMax(e.user_id, ${statementOrder}) AS user_id
    ${tenant.from("identities")} AND e.id = ${bind.text(id)} GROUP BY id`;
  return tenant.statement(sql`SELECT ${followed(people, sql`user_id`)} FROM (${latest})`);
}

/** The ids that are said to be a person, in order. */
export function idsOfPersonSql(
  tenant: Tenant,
  people: People,
  { person, count }: { readonly person: string; readonly count: number },
): Statement {
  const is = sql`${followed(people, sql`user_id`)} = ${bind.text(person)}`;
  return tenant.statement(
    sql`SELECT id FROM (${latestIdentities(tenant)}) WHERE ${is} ORDER BY id LIMIT ${bind.uint64(count)}`,
  );
}

/** Whether an event is one of these visitors'. */
export function visitorIsSql(ids: readonly string[]): Sql {
  return sql`e.visitor_id IN ${bind.texts(ids)}`;
}

/** One row: own events, all events, first and last own event (ms since 1970). */
export function personTotalsSql(tenant: Tenant, ids: readonly string[]): Statement {
  const ms = sql`toUnixTimestamp64Milli(e.time)`;
  return tenant.statement(sql`SELECT countIf(NOT e.is_system), count(),
      minIf(${ms}, NOT e.is_system), maxIf(${ms}, NOT e.is_system)
    ${tenant.from("events")} AND ${visitorIsSql(ids)}`);
}

/** Names and JSON texts of traits as they are now. */
export function traitsSql(tenant: Tenant, ids: readonly string[]): Statement {
  return tenant.statement(sql`SELECT e.name AS trait, argMax(e.value, ${statementOrder})
    ${tenant.from("traits")} AND e.user_id IN ${bind.texts(ids)} GROUP BY trait ORDER BY trait`);
}

/** One row: the number of sessions, in the state that was computed last. */
export function sessionsSql(tenant: Tenant, ids: readonly string[]): Statement {
  const sessions = sql`SELECT e.visitor_id AS visitor, e.session_id AS session
    ${tenant.from("sessions")} AND ${visitorIsSql(ids)}
    GROUP BY visitor, session HAVING argMax(e.events, e.version) > 0`;
  return tenant.statement(sql`SELECT count() FROM (${sessions})`);
}
