import { createHash } from "node:crypto";
import type pg from "pg";
import { answered } from "../../platform/engines/postgres-errors.js";
import type {
  FoundSchema,
  KnownSchema,
  RegistryView,
  ScopeSettings,
  SubjectRows,
  VersionHeader,
  VersionKey,
} from "../ports.js";
import type { ChangeRecord, SubjectNotes, VersionRecord } from "../records.js";
import {
  listMax,
  type SchemaListing,
  type Show,
  type Slice,
  type SubjectListing,
  schemasMax,
  type VersionChoice,
  type VersionName,
} from "../registry.js";
import { globalContext, parseScope, type Scope, type SubjectName, subjectText } from "../subject-name.js";
import { ContentCache, type ContentKey } from "./content-cache.js";
import {
  type ChangeRow,
  CONTENT_COLUMNS,
  type ContentRow,
  changeOfRow,
  contentOfRow,
  HEADER_COLUMNS,
  type HeaderRow,
  headerOfRow,
  recordOf,
  type SettingsRow,
  settingsOfRows,
  VERSION_COLUMNS,
  VERSION_FROM,
  type VersionRow,
  versionOfRow,
} from "./schema-rows.js";

/** The greatest number that Postgres takes for an int; what is above names nothing. */
const INT_MAX = 2_147_483_647;
/** Texts of one listing, together. */
const LISTED_BYTES_MAX = 32 * 1024 * 1024;

/** The condition on `deleted` of a table or alias. */
const shown = (show: Show, table: string): string =>
  show === "all" ? "true" : show === "deleted" ? `${table}.deleted` : `not ${table}.deleted`;

const limitOf = ({ offset = 0, limit }: Slice, max: number): [number, number] => [
  Math.min(Math.max(0, offset), INT_MAX),
  limit === undefined || limit < 0 ? max : Math.min(limit, max),
];

const isId = (number: number): boolean => Number.isInteger(number) && number > 0 && number <= INT_MAX;

/** What a listing's prefix asks for: one context, or undefined for all; and how its subjects begin. */
function prefixOf(prefix = ""): { context: string | undefined; begin: string } {
  if (prefix === ":*:") return { context: undefined, begin: "" };
  if (prefix.startsWith(":*:")) return { context: undefined, begin: prefix.slice(3) };
  const { context, subject } = parseScope(prefix);
  return { context, begin: subject };
}

/** The key after which a listing goes on. */
function afterOf({ after }: SubjectListing): [string | null, string | null] {
  if (after === undefined) return [null, null];
  const { context, subject } = parseScope(after);
  return [context, subject];
}

interface SubjectRow extends HeaderRow {
  /** In the first row alone: JSON of `SettingsRow[]`. */
  readonly settings: string | null;
  readonly last_id: number | null;
  readonly known_id: number | null;
  /** Where it comes along and is all there is of the schema; else null. */
  readonly short_text: string | null;
  readonly kind: number;
}

/** Texts that come along with a subject, the newest first. */
const ALONG_BYTES = 16_384;

/**
 * All that is known of a subject, in one statement and thus at one moment. The function `registry_seen` (migration 003)
 * makes the same JSON of the settings.
 */
const SUBJECT = `with known as (select
    (select json_agg(json_build_object('context', context, 'subject', subject, 'config', config, 'mode', mode)
       order by context, subject)
     from registry_settings where project_id = $1
       and ((context = $2 and subject in ('', $3)) or (context = $4 and subject = '')))::text as settings,
    (select last_id from registry_contexts where project_id = $1 and context = $2) as last_id,
    (select schema_id from registry_schemas
     where project_id = $1 and context = $2 and guid = $5 and not is_twin) as known_id)
  select ${HEADER_COLUMNS}, known.last_id, known.known_id, s.kind,
    case when row_number() over (order by v.version) = 1 then known.settings end as settings,
    case when ($6 or v.version = max(v.version) filter (where not v.deleted) over ())
      and sum(octet_length(s.text)) over (order by v.version desc) <= ${ALONG_BYTES}
      and s.refs::text = '[]' and s.metadata is null and s.rule_set is null then s.text end as short_text
  from known
  left join (registry_versions v
    join registry_schemas s on s.project_id = $1 and s.context = v.context and s.schema_id = v.schema_id)
  on v.project_id = $1 and v.context = $2 and v.subject = $3 order by v.version`;

/** As the function `registry_seen` (migration 003) makes it of what there is then. */
const seenText = (settings: string, headers: readonly VersionHeader[]): string => {
  const versions = headers.map(
    ({ version, guid, deleted, schemaVer }) => `${version} ${guid} ${deleted ? "t" : "f"} ${schemaVer}`,
  );
  return `${settings}\n${versions.join(",")}`;
};

/** Names of statements by their text: the server parses and plans what has a name once a connection. */
const statementNames = new Map<string, string>();

const statementName = (text: string): string => {
  const known = statementNames.get(text);
  if (known !== undefined) return known;
  const name = createHash("md5").update(text).digest("hex");
  statementNames.set(text, name);
  return name;
};

/** Reads one project's registry, on the pool or on the connection of a transaction. */
export class PostgresView implements RegistryView {
  readonly #client: pg.Pool | pg.PoolClient;
  protected readonly projectId: string;
  protected readonly contents: ContentCache;

  constructor(client: pg.Pool | pg.PoolClient, projectId: string, contents = new ContentCache()) {
    this.#client = client;
    this.projectId = projectId;
    this.contents = contents;
  }

  /** Runs a statement whose $1 is the project. */
  protected async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const query = { name: statementName(text), text, values: [this.projectId, ...values] };
    const result = await answered(() => this.#client.query<Row>(query));
    return result.rows;
  }

  #keyOf({ context }: SubjectName, { schemaId, guid }: Pick<VersionHeader, "schemaId" | "guid">): ContentKey {
    return { projectId: this.projectId, context, schemaId, guid };
  }

  async settings(scope: Scope): Promise<ScopeSettings> {
    const { context, subject } = scope;
    const rows = await this.query<SettingsRow & pg.QueryResultRow>(
      `select context, subject, config, mode from registry_settings
       where project_id = $1 and ((context = $2 and subject in ('', $3)) or (context = $4 and subject = ''))`,
      [context, subject, globalContext],
    );
    return settingsOfRows(rows, scope);
  }

  async subject(name: SubjectName, guid?: string, texts: "newest" | "all" = "newest"): Promise<SubjectRows> {
    const rows = await this.query<SubjectRow>(SUBJECT, [
      name.context,
      name.subject,
      globalContext,
      guid ?? null,
      texts === "all",
    ]);
    const [first] = rows;
    // A subject without versions is one row without a version.
    const found = rows.filter(({ version }) => version !== null);
    const headers = found.map(headerOfRow);
    for (const { schema_id: schemaId, guid, kind, short_text: text } of found) {
      if (text !== null)
        this.contents.set(this.#keyOf(name, { schemaId, guid }), { kind, text, references: [] });
    }
    const settings = first?.settings ?? "";
    return {
      settings: settingsOfRows(settings === "" ? [] : (JSON.parse(settings) as SettingsRow[]), name),
      headers,
      known: { schemaId: first?.known_id ?? 0, lastId: first?.last_id ?? 0 },
      seen: seenText(settings, headers),
    };
  }

  async headers({ context, subject }: SubjectName): Promise<VersionHeader[]> {
    const rows = await this.query<HeaderRow>(
      `select ${HEADER_COLUMNS} ${VERSION_FROM} and v.context = $2 and v.subject = $3 order by v.version`,
      [context, subject],
    );
    return rows.map(headerOfRow);
  }

  async records(name: SubjectName, headers: readonly VersionHeader[]): Promise<VersionRecord[]> {
    const keyOf = (header: Pick<VersionHeader, "schemaId" | "guid">): ContentKey => this.#keyOf(name, header);
    const contents = new Map(headers.map((header) => [header.guid, this.contents.get(keyOf(header))]));
    const missing = headers.filter(({ guid }) => contents.get(guid) === undefined);
    if (missing.length > 0) {
      const rows = await this.query<ContentRow>(
        `select ${CONTENT_COLUMNS} from registry_schemas s
         where s.project_id = $1 and s.context = $2 and s.schema_id = any($3) and s.text is not null`,
        [name.context, missing.map(({ schemaId }) => schemaId)],
      );
      for (const row of rows) {
        const content = contentOfRow(row);
        contents.set(row.guid, content);
        this.contents.set(keyOf({ schemaId: row.schema_id, guid: row.guid }), content);
      }
    }
    return headers.flatMap((header) => {
      const content = contents.get(header.guid);
      return content === undefined ? [] : [recordOf(name, header, content)];
    });
  }

  async version(name: SubjectName, version: VersionChoice, show: Show): Promise<VersionRecord | undefined> {
    if (version !== "latest" && !isId(version)) return undefined;
    const isLatest = version === "latest";
    const which = isLatest
      ? "not v.deleted order by v.version desc limit 1"
      : `v.version = $4 and ${shown(show, "v")}`;
    const rows = await this.query<VersionRow>(
      `select ${VERSION_COLUMNS} ${VERSION_FROM} and v.context = $2 and v.subject = $3 and ${which}`,
      [name.context, name.subject, ...(isLatest ? [] : [version])],
    );
    return rows.map(versionOfRow)[0];
  }

  async versions({ context, subject }: SubjectName, numbers: readonly number[]): Promise<VersionRecord[]> {
    if (numbers.length === 0) return [];
    const rows = await this.query<VersionRow>(
      `select ${VERSION_COLUMNS} ${VERSION_FROM} and v.context = $2 and v.subject = $3 and v.version = any($4)
       order by v.version`,
      [context, subject, numbers],
    );
    return rows.map(versionOfRow);
  }

  async contextsOf(subject: string, not: string): Promise<string[]> {
    const rows = await this.query<{ context: string }>(
      `select context from registry_contexts c where project_id = $1 and context <> $3
       and exists (select 1 from registry_versions v where v.project_id = $1 and v.context = c.context
         and v.subject = $2 and not v.deleted)
       order by context limit 100`,
      [subject, not],
    );
    return rows.map(({ context }) => context);
  }

  async known(context: string, guid: string): Promise<KnownSchema> {
    const rows = await this.query<{ last_id: number; schema_id: number | null }>(
      `select c.last_id, (select s.schema_id from registry_schemas s
         where s.project_id = $1 and s.context = $2 and s.guid = $3 and not s.is_twin) as schema_id
       from registry_contexts c where c.project_id = $1 and c.context = $2`,
      [context, guid],
    );
    const [row] = rows;
    return { schemaId: row?.schema_id ?? 0, lastId: row?.last_id ?? 0 };
  }

  async byId(context: string, schemaId: number, subject = ""): Promise<FoundSchema | undefined> {
    if (!isId(schemaId)) return undefined;
    const rows = await this.query<VersionRow>(
      `select ${VERSION_COLUMNS} ${VERSION_FROM} and v.context = $2 and v.schema_id = $3
       order by v.subject = $4 desc, v.deleted, v.subject, v.version desc limit 1`,
      [context, schemaId, subject],
    );
    return rows.map(versionOfRow)[0];
  }

  async byGuid(guid: string): Promise<FoundSchema[]> {
    const rows = await this.query<VersionRow>(
      `select distinct on (v.context, v.schema_id) ${VERSION_COLUMNS} ${VERSION_FROM} and (s.context, s.schema_id) in
         (select context, schema_id from registry_schemas where project_id = $1 and guid = $2)
       order by v.context, v.schema_id, v.deleted, v.subject, v.version desc limit 1000`,
      [guid],
    );
    return rows.map(versionOfRow);
  }

  async referrers(
    { context, subject, version }: VersionKey,
    except?: SubjectName,
  ): Promise<{ context: string; schemaId: number; isLive: boolean }[]> {
    return await this.query(
      `select r.context, r.schema_id as "schemaId", bool_or(not v.deleted) as "isLive"
       from registry_references r
       join registry_versions v on v.project_id = $1 and v.context = r.context and v.schema_id = r.schema_id
       where r.project_id = $1 and r.of_context = $2 and r.of_subject = $3 and r.of_version = $4
         and ($5::text is null or v.context <> $5 or v.subject <> $6)
       group by 1, 2 order by 3 desc, 1, 2 limit ${listMax}`,
      [context, subject, version, except?.context ?? null, except?.subject ?? null],
    );
  }

  async versionsOfId(context: string, schemaId: number, show: Show, slice: Slice): Promise<VersionName[]> {
    if (!isId(schemaId)) return [];
    const rows = await this.query<{ subject: string; version: number }>(
      `select v.subject, v.version from registry_versions v
       where v.project_id = $1 and v.context = $2 and v.schema_id = $3 and ${shown(show, "v")}
       order by v.subject, v.version offset $4 limit $5`,
      [context, schemaId, ...limitOf(slice, listMax)],
    );
    return rows.map(({ subject, version }) => ({ subject: subjectText({ context, subject }), version }));
  }

  async listSubjects(listing: SubjectListing): Promise<string[]> {
    const { context, begin } = prefixOf(listing.prefix);
    const { show = "live" } = listing;
    const having = show === "all" ? "true" : show === "live" ? "bool_or(not deleted)" : "bool_and(deleted)";
    const rows = await this.query<SubjectName & pg.QueryResultRow>(
      `select context, subject from registry_versions
       where project_id = $1 and ($2::text is null or context = $2) and starts_with(subject, $3)
         and ($6::text is null or (context, subject) > ($6, $7))
       group by context, subject having ${having} order by context, subject offset $4 limit $5`,
      [context ?? null, begin, ...limitOf(listing, listMax), ...afterOf(listing)],
    );
    return rows.map(subjectText);
  }

  async listSchemas(listing: SchemaListing): Promise<VersionRecord[]> {
    const { context, begin } = prefixOf(listing.prefix);
    const { show = "live", latestOnly = false } = listing;
    const [offset, limit] = limitOf(listing, schemasMax);
    const rows = await this.query<VersionRow>(
      `select * from (
         select ${VERSION_COLUMNS}, sum(octet_length(s.text)) over (order by v.context, v.subject, v.version) as bytes
         from (select * from registry_versions v
           where project_id = $1 and ($2::text is null or context = $2) and starts_with(subject, $3)
             and ${shown(show, "v")}
             and ($7::text is null or (context, subject) > ($7, $8))
             and (not $6 or version = (select max(n.version) from registry_versions n
               where n.project_id = $1 and n.context = v.context and n.subject = v.subject and ${shown(show, "n")}))
           order by context, subject, version offset $4 limit $5) v
         join registry_schemas s on s.project_id = $1 and s.context = v.context and s.schema_id = v.schema_id) listed
       where bytes <= ${LISTED_BYTES_MAX} order by context, subject, version`,
      [context ?? null, begin, offset, limit, latestOnly, ...afterOf(listing)],
    );
    return rows.map(versionOfRow);
  }

  async listContexts(prefix: string, slice: Slice): Promise<string[]> {
    // No name holds a zero character, and Postgres takes none.
    if (prefix.includes("\0")) return [];
    const rows = await this.query<{ context: string }>(
      `select context from (select '.' as context union select context from registry_contexts c
         where project_id = $1 and (last_id > 0 or exists (select 1 from registry_versions v
           where v.project_id = $1 and v.context = c.context))) known
       where starts_with(context, $2) order by context collate "C" offset $3 limit $4`,
      [prefix, ...limitOf(slice, listMax)],
    );
    return rows.map(({ context }) => context);
  }

  async hasLive({ context, subject }: Scope): Promise<boolean> {
    const rows = await this.query(
      `select 1 from registry_versions where project_id = $1 and ($2 = '${globalContext}' or context = $2)
       and ($3 = '' or subject = $3) and not deleted limit 1`,
      [context, subject],
    );
    return rows.length > 0;
  }

  async notes({ context, subject }: SubjectName): Promise<SubjectNotes | undefined> {
    const rows = await this.query<{ notes: SubjectNotes }>(
      "select notes from registry_notes where project_id = $1 and context = $2 and subject = $3",
      [context, subject],
    );
    return rows[0]?.notes;
  }

  async changes(range: { after: bigint; subject?: SubjectName; limit: number }): Promise<ChangeRecord[]> {
    const { after, subject, limit } = range;
    const ofSubject = subject === undefined ? "" : "and context = $4 and subject = $5";
    const rows = await this.query<ChangeRow>(
      `select number::text, kind, context, subject, version, schema_id, key_id, time, detail from registry_changes
       where project_id = $1 and number > $2 ${ofSubject} order by registry_changes.number limit $3`,
      [String(after), limit, ...(subject === undefined ? [] : [subject.context, subject.subject])],
    );
    return rows.map(changeOfRow);
  }
}
