// What a project has registered, kept lean and brought up to date: the list of ten thousand subjects is read once, and
// after that only the subjects that the history names.
import type { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Postgres } from "../../platform/engines/postgres.js";
import { answered } from "../../platform/engines/postgres-errors.js";
import { type PersonalField, personalInNotes } from "../personal.js";
import type { ProjectSchemas, SchemaVersion } from "../schema-cache.js";

/** Projects whose list is kept; what is needed again is read again. */
export const projectsMax = 1_000;
/** Changed subjects that are read one by one; of more, the whole list is read. */
const CHANGED_MAX = 1_000;

interface Row {
  readonly subject: string;
  readonly version: number;
  readonly schema_id: number;
  readonly deleted: boolean;
  readonly kind: SchemaKind;
  readonly guid: string;
  readonly since: string;
}

interface NotesRow {
  readonly subject: string;
  readonly notes: { readonly fields?: readonly { readonly path: string; readonly pii: string }[] };
}

/** The schemas of one project, as far as a change. */
class SchemaList implements ProjectSchemas {
  readonly newest = new Map<string, SchemaVersion>();
  readonly deleted = new Map<string, SchemaVersion>();
  /** The number of the last change it knows. */
  change: string;
  readonly #projectId: string;
  /** Newest first: what comes in is mostly of the newest. */
  readonly #versions = new Map<string, SchemaVersion[]>();

  readonly #byId = new Map<number, SchemaVersion>();
  readonly #personal = new Map<string, readonly PersonalField[]>();

  constructor(projectId: string, change: string) {
    this.#projectId = projectId;
    this.change = change;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0 && this.#personal.size === 0;
  }

  find(subject: string, schemaId: number): SchemaVersion | undefined {
    return this.#versions.get(subject)?.find((version) => version.schemaId === schemaId);
  }

  anyOf(schemaId: number): SchemaVersion | undefined {
    return this.#byId.get(schemaId);
  }

  personal(subject: string): readonly PersonalField[] {
    return this.#personal.get(subject) ?? nothing;
  }

  forget(subjects: readonly string[]): void {
    for (const subject of subjects) {
      this.#personal.delete(subject);
      this.newest.delete(subject);
      this.deleted.delete(subject);
      this.#versions.delete(subject);
    }
  }

  /** Rows of whole subjects, newest first. */
  add(rows: readonly Row[]): void {
    const projectId = this.#projectId;
    for (const { subject, version, schema_id: schemaId, deleted, kind, guid, since } of rows) {
      const known = this.#versions.get(subject);
      const one = {
        projectId,
        subject: known?.[0]?.subject ?? subject,
        version,
        schemaId,
        kind,
        guid,
        since,
      };
      this.#byId.set(schemaId, one);
      if (known === undefined) this.#versions.set(subject, [one]);
      else known.push(one);
      if (this.newest.has(subject)) continue;
      if (!deleted) {
        this.deleted.delete(subject);
        this.newest.set(one.subject, one);
      } else if (known === undefined) this.deleted.set(one.subject, one);
    }
  }

  /** What people say about the fields of subjects. */
  note(rows: readonly NotesRow[]): void {
    for (const { subject, notes } of rows) {
      const fields = personalInNotes(notes.fields ?? []);
      if (fields.length > 0) this.#personal.set(subject, fields);
    }
  }
}

const nothing: readonly PersonalField[] = [];

const NOTES = `select subject, notes from registry_notes
  where project_id = $1 and context = '.' and notes::text like '%"pii"%'`;

const VERSIONS = `select v.subject, v.version, v.schema_id, v.deleted, s.kind, s.guid::text,
    case when s.refs::text = '[]' then '' else v.register_time::text end as since
  from registry_versions v
  join registry_schemas s on s.project_id = $1 and s.context = '.' and s.schema_id = v.schema_id
  where v.project_id = $1 and v.context = '.'`;

/** The lists of projects. */
export class SchemaLists {
  readonly #pool: Postgres;
  readonly #lists = new Map<string, SchemaList>();

  constructor(pool: Postgres) {
    this.#pool = pool;
  }

  /**
   * The list as it is now; the same one as before, brought up to date. One call at a time for a project.
   * @throws Fault ENGINE_UNAVAILABLE
   */
  async read(projectId: string): Promise<ProjectSchemas> {
    const known = this.#lists.get(projectId);
    this.#lists.delete(projectId);
    const list = (known && (await this.#update(projectId, known))) ?? (await this.#readWhole(projectId));
    this.#lists.set(projectId, list);
    const oldest = this.#lists.keys().next();
    if (this.#lists.size > projectsMax && !oldest.done) this.#lists.delete(oldest.value);
    return list;
  }

  /** Undefined where so much has changed that reading all is cheaper. */
  async #update(projectId: string, list: SchemaList): Promise<SchemaList | undefined> {
    const changes = await this.#query<{ subject: string; number: string }>(
      `select subject, max(number)::text as number from registry_changes
       where project_id = $1 and number > $2 and context = '.' group by subject limit ${CHANGED_MAX + 1}`,
      [projectId, list.change],
    );
    if (changes.length === 0) return list;
    if (changes.length > CHANGED_MAX) return undefined;
    const subjects = changes.map(({ subject }) => subject);
    const rows = await this.#query<Row>(`${VERSIONS} and v.subject = any($2) order by v.version desc`, [
      projectId,
      subjects,
    ]);
    const notes = await this.#query<NotesRow>(`${NOTES} and subject = any($2)`, [projectId, subjects]);
    // The list is in use: it changes at once, without a moment in which something is missing.
    list.forget(subjects);
    list.add(rows);
    list.note(notes);
    for (const { number } of changes) if (BigInt(number) > BigInt(list.change)) list.change = number;
    return list;
  }

  /** The last change is read first: what comes after it is read again. */
  async #readWhole(projectId: string): Promise<SchemaList> {
    const [last] = await this.#query<{ number: string }>(
      "select coalesce(max(number), 0)::text as number from registry_changes where project_id = $1",
      [projectId],
    );
    const list = new SchemaList(projectId, last?.number ?? "0");
    list.add(await this.#query<Row>(`${VERSIONS} order by v.version desc`, [projectId]));
    list.note(await this.#query<NotesRow>(NOTES, [projectId]));
    return list;
  }

  async #query<R extends object>(text: string, values: readonly unknown[]): Promise<R[]> {
    const { rows } = await answered(() => this.#pool.query<R>(text, [...values]));
    return rows;
  }
}
