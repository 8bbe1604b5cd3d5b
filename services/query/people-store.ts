import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../platform/fault.js";
import type { Analytics } from "./ports.js";
import { chainsOf, latestIdentities, nobodyMapped, type People } from "./sql/people.js";
import { bind, sql } from "./sql/sql.js";
import type { Tenant } from "./sql/tenant.js";

/** Links from user to user that one project may have; ids that were said to be a user directly are not counted. */
const linksMax = 10_000;
const projectsMax = 1_000;

/** Knows who is who; what it knows of a project is read again whenever a statement on an id was added. */
export class PeopleStore {
  readonly #analytics: Analytics;
  readonly #known = new Map<string, { readonly version: string; readonly people: People }>();

  constructor(analytics: Analytics) {
    this.#analytics = analytics;
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
