import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { projectNotFound } from "../../platform/control/projects.js";
import { inTransaction, type Postgres } from "../../platform/engines/postgres.js";
import { answered } from "../../platform/engines/postgres-errors.js";
import { Fault } from "../../platform/fault.js";
import type {
  NewChange,
  NewSchema,
  NewVersion,
  PlannedVersion,
  RegistryStore,
  RegistryWriter,
} from "../ports.js";
import type { Caller, RegistryConfig, SubjectNotes, VersionRecord } from "../records.js";
import { defaultContext, type Scope, type SubjectName } from "../subject-name.js";
import { ContentCache } from "./content-cache.js";
import { PostgresView } from "./postgres-view.js";
import { contentOfRow, recordOf } from "./schema-rows.js";

/** The registries in the tables `registry_*`. */
export function openRegistryStore(pool: Postgres): RegistryStore {
  const turns = new Turns();
  const contents = new ContentCache();
  return {
    view: (projectId) => new PostgresView(pool, projectId, contents),
    register: (caller, planned) =>
      turns.take(`${caller.projectId} ${planned.context}`, () =>
        new PostgresWriter(pool, caller, contents).register(planned),
      ),
    write: (caller, { context, contexts = [] }, work) =>
      turns.take(`${caller.projectId} ${context}`, () =>
        answered(() =>
          inTransaction(pool, async (client) => {
            await lock(client, caller.projectId, { context, contexts });
            const writer = new PostgresWriter(client, caller, contents);
            const result = await work(writer);
            await writer.writeHistory();
            return result;
          }),
        ),
      ),
  };
}

/**
 * Opens all connections of a pool and has each read what is read most, so that its plans and the tables' descriptions
 * are there before the first caller is. Best effort, for two seconds: what can't be opened now is opened when it is
 * needed.
 */
export async function warmUp(pool: Postgres): Promise<void> {
  const opening = Array.from({ length: pool.options.max ?? 0 }, () => pool.connect());
  const warming = opening.map(async (one) => {
    const client = await one;
    // Of no project: nothing is found.
    const view = new PostgresView(client, "");
    try {
      for (let time = 0; time < WARMING_READS; time++) {
        await view.byId(defaultContext, 1);
        await view.subject({ context: defaultContext, subject: "" }, NO_GUID);
      }
      client.release();
    } catch {
      client.release(true);
    }
  });
  await Promise.race([Promise.allSettled(warming), sleep(WARMING_MS_MAX, undefined, { ref: false })]);
}

const WARMING_MS_MAX = 2_000;
/** After five plans for the values at hand Postgres makes one for all. */
const WARMING_READS = 6;
const NO_GUID = "00000000-0000-0000-0000-000000000000";

/** Writers of one context that may wait for each other in this process. */
const WAITING_MAX = 1_000;

/**
 * One writer of a context at a time: those that wait for its lock hold no connection meanwhile, so that others find
 * one.
 */
class Turns {
  readonly #last = new Map<string, { ended: Promise<unknown>; waiting: number }>();

  /** @throws Fault OVERLOADED where too many wait already */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const waiting = (before?.waiting ?? 0) + 1;
    if (waiting > WAITING_MAX) {
      const facts = { retry_after_ms: "1000" };
      throw new Fault(FaultReason.OVERLOADED, "too many wait to change this context; try again", facts);
    }
    const turn = before === undefined ? work() : before.ended.then(work);
    const ended = turn.then(
      () => undefined,
      () => undefined,
    );
    const mine = { ended, waiting };
    this.#last.set(key, mine);
    try {
      return await turn;
    } finally {
      const last = this.#last.get(key);
      if (last === mine) this.#last.delete(key);
      else if (last !== undefined) last.waiting--;
    }
  }
}

/**
 * Locks the rows of contexts, which makes their writers wait for each other and nobody else. In the order of their
 * names, so that two writers never wait for one another.
 */
async function lock(
  client: pg.PoolClient,
  projectId: string,
  { context, contexts }: { context: string; contexts: readonly string[] },
): Promise<void> {
  const all = [...new Set([context, ...contexts])].sort();
  for (const one of all) {
    const how = one === context ? "for no key update" : "for share";
    const statement = `select 1 from registry_contexts where project_id = $1 and context = $2 ${how}`;
    const found = await client.query(statement, [projectId, one]);
    if (found.rows.length > 0) continue;
    await client
      .query("insert into registry_contexts (project_id, context) values ($1, $2) on conflict do nothing", [
        projectId,
        one,
      ])
      .catch(orProjectNotFound(projectId));
    await client.query(statement, [projectId, one]);
  }
}

/** What a statement that adds a context is refused for where the project is not there. */
const orProjectNotFound =
  (projectId: string) =>
  (error: unknown): never => {
    const isMissing = error instanceof Error && Reflect.get(error, "code") === "23503";
    throw isMissing ? projectNotFound(projectId) : error;
  };

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/**
 * One statement for the schema, what it refers to, the version and its line of the history: a writer holds its locks
 * for fewer round trips.
 */
const ADD_REGISTERED = `with
  counted as (update registry_contexts set last_id = greatest(last_id, $3)
    where project_id = $1 and context = $2),
  schema as (insert into registry_schemas
      (project_id, context, schema_id, guid, body, kind, text, refs, metadata, rule_set, is_twin)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (project_id, context, schema_id) do update set guid = excluded.guid, body = excluded.body,
      kind = excluded.kind, text = excluded.text, refs = excluded.refs, metadata = excluded.metadata,
      rule_set = excluded.rule_set, is_twin = excluded.is_twin
    returning create_time),
  leads as (insert into registry_references (project_id, context, schema_id, of_context, of_subject, of_version)
    select $1, $2, $3, * from unnest($17::text[], $18::text[], $19::int[]) on conflict do nothing),
  version as (insert into registry_versions
      (project_id, context, subject, version, schema_id, key_id, schema_ver, rolled_back_to)
    values ($1, $2, $12, $13, $3, $14, $15, $16) returning register_time),
  history as (insert into registry_changes (project_id, kind, context, subject, version, schema_id, key_id)
    values ($1, 'REGISTERED', $2, $12, $13, $3, $14))
  select create_time, register_time from schema, version`;

type NewHeader = Parameters<typeof recordOf>[1];

/** Of a schema, with its JSON as it was written. */
interface WrittenContent {
  readonly kind: number;
  readonly text: string;
  readonly references: string;
  readonly metadata: string | null;
  readonly ruleSet: string | null;
}

/** One statement and one transaction. */
const REGISTER = `select given_id, created, registered
  from registry_register($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;

class PostgresWriter extends PostgresView implements RegistryWriter {
  readonly #keyId: string;
  readonly #changes: NewChange[] = [];

  constructor(client: pg.Pool | pg.PoolClient, { projectId, keyId }: Caller, contents: ContentCache) {
    super(client, projectId, contents);
    this.#keyId = keyId;
  }

  async addRegistered(schema: NewSchema, added: Omit<NewVersion, "schemaId">): Promise<VersionRecord> {
    const { context, schemaId, guid, body, leadsTo, isTwin } = schema;
    const { kind, text } = schema.content;
    const [references, metadata, ruleSet] = [
      json(schema.content.references) ?? "[]",
      json(schema.content.metadata),
      json(schema.content.ruleSet),
    ];
    const rows = await this.query<{ create_time: Date; register_time: Date }>(ADD_REGISTERED, [
      ...[context, schemaId, guid, body, kind, text, references, metadata, ruleSet, isTwin],
      ...[added.subject, added.version, added.keyId, added.schemaVer, added.rolledBackTo],
      leadsTo.map((it) => it.context),
      leadsTo.map((it) => it.subject),
      leadsTo.map((it) => it.version),
    ]);
    const [row] = rows;
    if (row === undefined) throw new Error("what was registered is not there");
    const { create_time: createTime, register_time: registerTime } = row;
    const header = { ...added, schemaId, guid, deleted: false, createTime, registerTime };
    return this.#added(added, header, { kind, text, references, metadata, ruleSet });
  }

  /** See `RegistryStore.register`. On the pool: the statement is its own transaction. */
  async register(planned: PlannedVersion): Promise<VersionRecord | undefined> {
    const { context, subject, seen, guid, body, version, schemaVer } = planned;
    const { kind, text } = planned.content;
    const [metadata, ruleSet] = [json(planned.content.metadata), json(planned.content.ruleSet)];
    const keyId = this.#keyId;
    const rows = await this.query<{ given_id: number; created: Date; registered: Date }>(REGISTER, [
      ...[context, subject, seen, guid, body, kind, text, metadata, ruleSet, version, keyId, schemaVer],
    ]).catch(orProjectNotFound(this.projectId));
    const [row] = rows;
    if (row === undefined) return undefined;
    const { given_id: schemaId, created: createTime, registered: registerTime } = row;
    const times = { createTime, registerTime };
    const header = { version, schemaId, guid, schemaVer, keyId, rolledBackTo: 0, deleted: false, ...times };
    return this.#added(planned, header, { kind, text, references: "[]", metadata, ruleSet });
  }

  /** A version as it will be read: what JSON does not say is not there. */
  #added(name: SubjectName, header: NewHeader, content: WrittenContent): VersionRecord {
    const { references, metadata, ruleSet } = content;
    const { schemaId, guid } = header;
    const read = contentOfRow({
      ...{ schema_id: schemaId, guid, kind: content.kind, text: content.text },
      refs: JSON.parse(references),
      metadata: metadata === null ? null : JSON.parse(metadata),
      rule_set: ruleSet === null ? null : JSON.parse(ruleSet),
    });
    this.contents.set({ projectId: this.projectId, context: name.context, schemaId, guid }, read);
    return recordOf(name, header, read);
  }

  async addVersion(added: NewVersion): Promise<void> {
    const { context, subject, version, schemaId, keyId, schemaVer, rolledBackTo } = added;
    await this.query(
      `insert into registry_versions
         (project_id, context, subject, version, schema_id, key_id, schema_ver, rolled_back_to)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [context, subject, version, schemaId, keyId, schemaVer, rolledBackTo],
    );
  }

  async hide({ context, subject }: SubjectName, versions: readonly number[]): Promise<void> {
    await this.query(
      `update registry_versions set deleted = true
       where project_id = $1 and context = $2 and subject = $3 and version = any($4)`,
      [context, subject, versions],
    );
  }

  async erase({ context, subject }: SubjectName, versions: readonly number[]): Promise<void> {
    const rows = await this.query<{ schema_id: number }>(
      `delete from registry_versions
       where project_id = $1 and context = $2 and subject = $3 and version = any($4) returning schema_id`,
      [context, subject, versions],
    );
    const ids = rows.map((row) => row.schema_id);
    const orphan = `project_id = $1 and context = $2 and schema_id = any($3) and not exists
      (select 1 from registry_versions v where v.project_id = $1 and v.context = $2 and v.schema_id = s.schema_id)`;
    await this.query(`delete from registry_references s where ${orphan}`, [context, ids]);
    await this.query(`update registry_schemas s set text = null where ${orphan}`, [context, ids]);
    await this.query(
      `delete from registry_notes where project_id = $1 and context = $2 and subject = $3 and not exists
         (select 1 from registry_versions v where v.project_id = $1 and v.context = $2 and v.subject = $3)`,
      [context, subject],
    );
  }

  async setSettings(
    { context, subject }: Scope,
    settings: { config?: RegistryConfig | undefined; mode?: string | undefined },
  ): Promise<void> {
    const columns = (["config", "mode"] as const).filter((column) => column in settings);
    if (columns.length === 0) return;
    const values = columns.map((column) =>
      column === "config" ? json(settings.config) : (settings.mode ?? null),
    );
    const places = columns.map((_, index) => `$${index + 4}`);
    await this.query(
      `insert into registry_settings (project_id, context, subject, ${columns.join(", ")})
       values ($1, $2, $3, ${places.join(", ")}) on conflict (project_id, context, subject)
       do update set ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}`,
      [context, subject, ...values],
    );
  }

  async dropSettings({ context, subject }: SubjectName): Promise<void> {
    await this.query(
      "delete from registry_settings where project_id = $1 and context = $2 and subject = $3",
      [context, subject],
    );
  }

  async dropModes(context: string): Promise<number> {
    const rows = await this.query(
      `update registry_settings set mode = null
       where project_id = $1 and context = $2 and subject <> '' and mode is not null returning 1`,
      [context],
    );
    return rows.length;
  }

  async setNotes({ context, subject }: SubjectName, notes: SubjectNotes): Promise<void> {
    await this.query(
      `insert into registry_notes (project_id, context, subject, notes) values ($1, $2, $3, $4)
       on conflict (project_id, context, subject) do update set notes = excluded.notes`,
      [context, subject, json(notes)],
    );
  }

  async dropContext(context: string): Promise<boolean> {
    const rows: unknown[] = [];
    // What was erased keeps its id while the context is there; with the context all is gone.
    for (const table of ["references", "schemas", "settings", "notes"]) {
      const statement = `delete from registry_${table} where project_id = $1 and context = $2 returning 1`;
      rows.push(...(await this.query(statement, [context])));
    }
    // Its row may be that of the lock alone.
    await this.query("delete from registry_contexts where project_id = $1 and context = $2", [context]);
    return rows.length > 0;
  }

  note(change: NewChange): void {
    this.#changes.push(change);
  }

  /** Last of all: from here on the feed's lock is held, until the commit. */
  async writeHistory(): Promise<void> {
    const changes = this.#changes;
    if (changes.length === 0) return;
    await this.query(
      `insert into registry_changes (project_id, kind, context, subject, version, schema_id, key_id, detail)
       select $1, kind, context, subject, version, schema_id, $2, detail
       from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[])
         as given (kind, context, subject, version, schema_id, detail)`,
      [
        this.#keyId,
        changes.map((it) => it.kind),
        changes.map((it) => it.context),
        changes.map((it) => it.subject),
        changes.map((it) => it.version),
        changes.map((it) => it.schemaId),
        changes.map((it) => it.detail.slice(0, 500)),
      ],
    );
  }
}
