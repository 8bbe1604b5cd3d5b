import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { PropertyScope } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Analytics } from "./ports.js";
import { type Cohorts, chainsOf, latestIdentities, nobodyMapped, type People } from "./sql/people.js";
import { bind, sql } from "./sql/sql.js";
import type { Tenant } from "./sql/tenant.js";

/** Links from user to user that one project may have; ids that were said to be a user directly are not counted. */
const linksMax = 10_000;
const projectsMax = 1_000;

/** The present of a question: what "the last so many days" end at, and the zone of times that name none. */
export interface Present {
  readonly nowMs: number;
  readonly timeZone: string;
}

export type CohortSource = (projectId: string, present: Present) => Promise<Cohorts>;

/** The scope by its name or number, also in conditions that are texts of JSON themselves. */
const cohortScope = new RegExp(String.raw`PROPERTY_SCOPE_COHORT|scope[\\"]*:${PropertyScope.COHORT}\b`);

/** Whether a question, as JSON, may name a property of scope COHORT. That a value looks like it does no harm. */
function mentionsCohort(canonical: unknown): boolean {
  return cohortScope.test(JSON.stringify(canonical));
}

const noCohorts: CohortSource = () => Promise.reject(new Error("opened without cohorts"));

/** Knows who is who; what it knows of a project is read again whenever a statement on an id was added. */
export class PeopleStore {
  readonly #analytics: Analytics;
  readonly #cohorts: CohortSource;
  readonly #known = new Map<string, { readonly version: string; readonly people: People }>();

  constructor(analytics: Analytics, cohorts: CohortSource = noCohorts) {
    this.#analytics = analytics;
    this.#cohorts = cohorts;
  }

  /**
   * The project's cohorts as they are defined now, for a question that asks for them; undefined for others.
   *
   * @param canonical the question, as JSON
   * @throws Fault ENGINE_UNAVAILABLE
   */
  async cohorts(projectId: string, canonical: unknown, present: Present): Promise<Cohorts | undefined> {
    return mentionsCohort(canonical) ? this.#cohorts(projectId, present) : undefined;
  }

  /** @throws Fault QUERY_TOO_LARGE where more than 10,000 users are linked to users. */
  async people(projectId: string, tenant: Tenant, signal: AbortSignal): Promise<People> {
    const version = await this.#version(tenant, signal);
    if (version === "[]") return nobodyMapped;
    const known = this.#known.get(projectId);
    if (known?.version === version) return known.people;
    const people = { mapped: true, chains: await this.#chains(tenant, signal) };
    this.#known.delete(projectId);
    this.#known.set(projectId, { version, people });
    const [oldest] = this.#known.keys();
    if (this.#known.size > projectsMax && oldest !== undefined) this.#known.delete(oldest);
    return people;
  }

  /** Rises with every statement: the log's positions only grow. */
  async #version(tenant: Tenant, signal: AbortSignal): Promise<string> {
    const positions = sql`SELECT e.partition AS partition, toString(max(e.raw_sequence)), max(e.raw_index)
      ${tenant.from("identities")} GROUP BY partition ORDER BY partition`;
    const { rows } = await this.#analytics.read(tenant.statement(positions), signal);
    return JSON.stringify(rows);
  }

  async #chains(tenant: Tenant, signal: AbortSignal): Promise<People["chains"]> {
    const latest = latestIdentities(tenant);
    const links = sql`SELECT id, user_id FROM (${latest}) WHERE id IN (SELECT user_id FROM (${latest}))
      LIMIT ${bind.uint64(linksMax + 1)}`;
    const { rows } = await this.#analytics.read(tenant.statement(links), signal);
    if (rows.length > linksMax) {
      const facts = { limit: "identity_links", most: String(linksMax) };
      throw new Fault(
        FaultReason.QUERY_TOO_LARGE,
        "too many users of the project are linked to users",
        facts,
      );
    }
    return chainsOf(new Map(rows.map(([id, userId]) => [String(id), String(userId)])));
  }
}
