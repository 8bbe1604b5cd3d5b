import { Bound, nothing, type OwnRows, Sql, type SqlPart, type SqlValue } from "./sql.js";

/** The tables that can be read, each with a column project_id. */
export type Table =
  | "events"
  | "rollup_minute"
  | "rollup_quarter"
  | "rollup_day"
  | "identities"
  | "traits"
  | "sessions";

/** A statement as the engine takes it. Only `Tenant.statement` makes one. */
export interface Statement {
  /** Whose rows it reads. */
  readonly projectId: string;
  /** By which the engine names its work on it, where somebody asks how far it is; else the engine's own. */
  readonly queryId?: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, SqlValue>>;
}

/**
 * One project's view of the tables. A statement can only be built by a tenant, and tables can only be named through
 * it, so that no statement lacks the condition on the project.
 */
export class Tenant {
  readonly projectId: string;
  readonly #project: Bound;

  constructor(projectId: string) {
    if (projectId === "") throw new Error("a tenant without a project");
    this.projectId = projectId;
    this.#project = new Bound("String", projectId);
  }

  /**
   * FROM this table, its own rows alone, as `e`; `joins` come between. Ends in a WHERE that further conditions are
   * joined to by AND.
   */
  from(table: Table, joins: Sql = nothing): OwnRows {
    return { kind: "own rows", owner: this, table, joins, project: this.#project };
  }

  /** @throws Error where the text names a table by itself, or reads rows that are not this tenant's: a bug. */
  statement(body: Sql): Statement {
    const writer = new StatementWriter(this);
    writer.write(body);
    return writer.finish();
  }
}

/** FROM or JOIN before anything but our own rows, which read `(own)` here, or another parenthesis. */
const namesTable = /\b(?:from|join)\b(?!\s*\()/i;

class StatementWriter {
  readonly #tenant: Tenant;
  readonly #names = new Map<Bound, string>();
  #text = "";
  /** The same text without the names of tables that the tenant vouches for. */
  #foreign = "";
  #sources = 0;

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  write(part: SqlPart): void {
    if (part instanceof Bound) this.#append(`{${this.#nameOf(part)}:${part.type}}`);
    else if (part instanceof Sql) this.#fragment(part);
    else this.#ownRows(part);
  }

  finish(): Statement {
    if (this.#sources === 0) throw new Error("a statement that reads no rows of a tenant");
    if (namesTable.test(this.#foreign)) throw new Error(`a table is named in: ${this.#foreign}`);
    const parameters = Object.fromEntries([...this.#names].map(([{ value }, name]) => [name, value]));
    const { projectId } = this.#tenant;
    return { projectId, text: this.#text.replace(/\s+/g, " ").trim(), parameters };
  }

  #fragment({ texts, parts }: Sql): void {
    texts.forEach((text, index) => {
      this.#append(text);
      const part = parts[index];
      if (part !== undefined) this.write(part);
    });
  }

  #ownRows({ owner, table, joins, project }: OwnRows): void {
    if (owner !== this.#tenant) throw new Error("rows of another tenant");
    this.#sources++;
    this.#append(`FROM ${table} AS e `, "FROM (own) AS e ");
    this.write(joins);
    this.#append(" WHERE e.project_id = ");
    this.write(project);
  }

  #append(text: string, foreign = text): void {
    this.#text += text;
    this.#foreign += foreign;
  }

  #nameOf(bound: Bound): string {
    const name = this.#names.get(bound) ?? `p${this.#names.size}`;
    this.#names.set(bound, name);
    return name;
  }
}
