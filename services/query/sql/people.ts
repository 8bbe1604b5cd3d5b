import type { StatementJoins } from "./joins.js";
import { bind, nothing, type OwnRows, type Sql, sql } from "./sql.js";
import type { Tenant } from "./tenant.js";

/** Who is who in a project, as far as a statement must know. */
export interface People {
  /** False where no id was ever said to be another's: events' own visitor ids are the persons then. */
  readonly mapped: boolean;
  /** Where a statement's user was in turn said to be another: id to the person at the end. */
  readonly chains: ReadonlyMap<string, string>;
  /** Set where the question asks who is in a cohort. */
  readonly cohorts?: Cohorts;
}

/** Who is in the cohorts of a project. */
export interface Cohorts {
  /** Another one where the definition of any is another. */
  readonly version: string;
  /**
   * Whether the person of a statement's rows is in a cohort.
   *
   * @throws Fault COHORT_NOT_FOUND, REQUEST_INVALID
   */
  isIn(cohortId: string, statement: CohortStatement): Sql;
}

/** A statement in which persons are looked up in cohorts. */
export interface CohortStatement {
  readonly tenant: Tenant;
  readonly people: People;
  readonly joins: StatementJoins;
}

export const nobodyMapped: People = { mapped: false, chains: new Map() };

/** The place of a statement on an id among those on the same id: the last one counts. */
export const statementOrder: Sql = sql`(e.time, e.partition, e.raw_sequence, e.raw_index)`;

/** The latest statement on each id: columns id and user_id. */
export function latestIdentities(tenant: Tenant): Sql {
  const own: OwnRows = tenant.from("identities");
  return sql`SELECT e.id AS id, argMax(e.user_id, ${statementOrder}) AS user_id ${own} GROUP BY id`;
}

/** An expression for the person behind an id, and the join it needs. */
export interface PersonSql {
  readonly person: Sql;
  readonly join: Sql;
}

/** The person behind the id that `id` reads from the rows `e`; the id itself where nothing is said of it. */
export function personSql(tenant: Tenant, people: People, id: Sql): PersonSql {
  if (!people.mapped) return { person: id, join: nothing };
  const join = sql`LEFT ANY JOIN (${latestIdentities(tenant)}) AS who ON who.id = ${id}`;
  const user = followed(people, sql`who.user_id`);
  return { person: sql`if(who.user_id = '', ${id}, ${user})`, join };
}

/** The person at the end of the chain that a user starts, if any. */
export function followed(people: People, user: Sql): Sql {
  if (people.chains.size === 0) return user;
  const from = bind.texts([...people.chains.keys()]);
  const to = bind.texts([...people.chains.values()]);
  return sql`transform(${user}, ${from}, ${to}, ${user})`;
}

/**
 * Follows links to their ends: of each id that leads to another the person it ends at. Ids that lead in a circle are
 * one person, who goes by the least of them.
 */
export function chainsOf(links: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const ends = new Map<string, string>();
  for (const start of links.keys()) {
    const seen: string[] = [];
    let id = start;
    while (links.has(id) && !ends.has(id) && !seen.includes(id)) {
      seen.push(id);
      id = links.get(id) ?? id;
    }
    const circle = seen.indexOf(id);
    const [least = id] = circle < 0 ? [id] : seen.slice(circle).sort();
    const end = ends.get(id) ?? least;
    for (const each of seen) ends.set(each, end);
  }
  return ends;
}
