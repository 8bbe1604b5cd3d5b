import { requestInvalid } from "../../../platform/fault.js";
import { type People, type PersonSql, personSql, statementOrder } from "./people.js";
import { bind, type Sql, sequence, sql } from "./sql.js";
import type { Table, Tenant } from "./tenant.js";

/** What the rows `e` of one statement are joined with: who is who, and traits; each once, however often it is read. */
export class StatementJoins {
  readonly #tenant: Tenant;
  readonly #people: People;
  readonly #joins: Sql[] = [];
  readonly #traits = new Map<string, Sql>();
  readonly #cohorts = new Map<string, Sql>();
  #person: PersonSql | undefined;

  constructor(tenant: Tenant, people: People) {
    this.#tenant = tenant;
    this.#people = people;
  }

  /** The person that an event is counted for; empty where nobody is known. */
  person(): Sql {
    if (this.#person === undefined) {
      this.#person = personSql(this.#tenant, this.#people, sql`e.visitor_id`);
      this.#joins.push(this.#person.join);
    }
    return this.#person.person;
  }

  /** FROM the table with every join that what was read so far needs; ends in a WHERE. */
  from(table: Table): Sql {
    return sql`${this.#tenant.from(table, sequence(this.#joins))}`;
  }

  /** A trait of the person as it is now: JSON text, empty where there is none. @throws Fault REQUEST_INVALID */
  trait(name: string): Sql {
    const value = this.#traits.get(name) ?? this.#joinTrait(name);
    this.#traits.set(name, value);
    return value;
  }

  /** Whether the person is in a cohort. @throws Fault COHORT_NOT_FOUND, REQUEST_INVALID */
  cohort(cohortId: string): Sql {
    const known = this.#cohorts.get(cohortId);
    if (known !== undefined) return known;
    const { cohorts } = this.#people;
    if (cohorts === undefined) throw new Error("a statement on cohorts without the project's cohorts");
    const isIn = cohorts.isIn(cohortId, { tenant: this.#tenant, people: this.#people, joins: this });
    this.#cohorts.set(cohortId, isIn);
    return isIn;
  }

  #joinTrait(name: string): Sql {
    const person = this.person();
    const alias = traitAliases[this.#traits.size];
    if (alias === undefined)
      throw requestInvalid("filters", "traits", `at most ${traitAliases.length} traits`);
    const owner = personSql(this.#tenant, this.#people, sql`e.user_id`);
    const rows = this.#tenant.from("traits", owner.join);
    const latest = sql`SELECT ${owner.person} AS person, argMax(e.value, ${statementOrder}) AS value
      ${rows} AND e.name = ${bind.text(name)} GROUP BY person`;
    this.#joins.push(sql`LEFT ANY JOIN (${latest}) AS ${alias} ON ${alias}.person = ${person}`);
    return sql`${alias}.value`;
  }
}

/** One name per trait of a statement. */
const traitAliases: readonly Sql[] = [sql`t0`, sql`t1`, sql`t2`, sql`t3`, sql`t4`, sql`t5`, sql`t6`, sql`t7`];
