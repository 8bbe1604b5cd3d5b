import type { SchemaIdentity } from "../fingerprint.js";
import type { ScopeSettings, Settings, VersionHeader } from "../ports.js";
import type {
  ChangeKind,
  ChangeRecord,
  Mode,
  RegistryConfig,
  RuleSet,
  SchemaMetadata,
  SchemaReference,
  VersionRecord,
} from "../records.js";
import { globalContext, type Scope, type SubjectName, subjectText } from "../subject-name.js";

/** A version with its schema, as `VERSION_FROM` reads it. */
export interface VersionRow {
  readonly context: string;
  readonly subject: string;
  readonly version: number;
  readonly schema_id: number;
  readonly deleted: boolean;
  readonly register_time: Date;
  readonly key_id: string;
  readonly schema_ver: string;
  readonly rolled_back_to: number;
  readonly guid: string;
  readonly kind: number;
  readonly text: string | null;
  readonly refs: SchemaReference[];
  readonly metadata: SchemaMetadata | null;
  readonly rule_set: RuleSet | null;
  readonly create_time: Date;
}

export const VERSION_COLUMNS = `v.context, v.subject, v.version, v.schema_id, v.deleted, v.register_time, v.key_id,
  v.schema_ver, v.rolled_back_to, s.guid, s.kind, s.text, s.refs, s.metadata, s.rule_set, s.create_time`;

/** Versions with their schemas; the project is $1. */
export const VERSION_FROM = `from registry_versions v
  join registry_schemas s
    on s.project_id = $1 and s.context = v.context and s.schema_id = v.schema_id
  where v.project_id = $1`;

export function versionOfRow(row: VersionRow): VersionRecord {
  return {
    context: row.context,
    subject: subjectText(row),
    version: row.version,
    schemaId: row.schema_id,
    deleted: row.deleted,
    registerTime: row.register_time,
    keyId: row.key_id,
    schemaVer: row.schema_ver,
    rolledBackTo: row.rolled_back_to,
    guid: row.guid,
    kind: row.kind,
    text: row.text ?? "",
    references: row.refs,
    ...(row.metadata === null ? {} : { metadata: row.metadata }),
    ...(row.rule_set === null ? {} : { ruleSet: row.rule_set }),
    createTime: row.create_time,
  };
}

/** A scope's own configuration and mode. */
export interface SettingsRow extends Scope {
  readonly config: RegistryConfig | null;
  readonly mode: Mode | null;
}

/** What decides in a scope, of the rows of it, its context and everything. */
export function settingsOfRows(rows: readonly SettingsRow[], { context, subject }: Scope): ScopeSettings {
  const of = (where: Scope): Settings => {
    const row = rows.find((it) => it.context === where.context && it.subject === where.subject);
    return {
      ...(row?.config ? { config: row.config } : {}),
      ...(row?.mode ? { mode: row.mode } : {}),
    };
  };
  return {
    own: of({ context, subject }),
    context: of({ context, subject: "" }),
    global: of({ context: globalContext, subject: "" }),
  };
}

/** A version without its schema, as `VERSION_FROM` reads it. */
export interface HeaderRow {
  readonly version: number;
  readonly schema_id: number;
  readonly guid: string;
  readonly body: string;
  readonly deleted: boolean;
  readonly has_references: boolean;
  readonly has_more: boolean;
  readonly schema_ver: string;
  readonly register_time: Date;
  readonly key_id: string;
  readonly rolled_back_to: number;
  readonly create_time: Date;
}

export const HEADER_COLUMNS = `v.version, v.schema_id, s.guid, s.body, v.deleted, v.schema_ver, v.register_time,
  v.key_id, v.rolled_back_to, s.create_time, s.refs::text <> '[]' as has_references,
  s.metadata is not null or s.rule_set is not null as has_more`;

export const headerOfRow = (row: HeaderRow): VersionHeader => ({
  version: row.version,
  schemaId: row.schema_id,
  guid: row.guid,
  body: row.body,
  deleted: row.deleted,
  hasReferences: row.has_references,
  hasMore: row.has_more,
  schemaVer: row.schema_ver,
  registerTime: row.register_time,
  keyId: row.key_id,
  rolledBackTo: row.rolled_back_to,
  createTime: row.create_time,
});

/** A schema of `registry_schemas s`. */
export type ContentRow = Pick<
  VersionRow,
  "schema_id" | "guid" | "kind" | "text" | "refs" | "metadata" | "rule_set"
>;

export const CONTENT_COLUMNS = "s.schema_id, s.guid, s.kind, s.text, s.refs, s.metadata, s.rule_set";

export const contentOfRow = (row: ContentRow): SchemaIdentity => ({
  kind: row.kind,
  text: row.text ?? "",
  references: row.refs,
  metadata: row.metadata ?? undefined,
  ruleSet: row.rule_set ?? undefined,
});

/** A version of a subject, put together. */
export function recordOf(
  name: SubjectName,
  header: Omit<VersionHeader, "body" | "hasReferences" | "hasMore">,
  { kind, text, references, metadata, ruleSet }: SchemaIdentity,
): VersionRecord {
  const { version, schemaId, deleted, registerTime, keyId, schemaVer, rolledBackTo, guid, createTime } =
    header;
  return {
    context: name.context,
    subject: subjectText(name),
    ...{ version, schemaId, deleted, registerTime, keyId, schemaVer, rolledBackTo, guid, kind, text },
    references,
    ...(metadata === undefined ? {} : { metadata }),
    ...(ruleSet === undefined ? {} : { ruleSet }),
    createTime,
  };
}

export interface ChangeRow {
  readonly number: string;
  readonly kind: ChangeKind;
  readonly context: string;
  readonly subject: string;
  readonly version: number;
  readonly schema_id: number;
  readonly key_id: string;
  readonly time: Date;
  readonly detail: string;
}

export function changeOfRow(row: ChangeRow): ChangeRecord {
  return {
    number: BigInt(row.number),
    kind: row.kind,
    context: row.context,
    subject: row.subject === "" ? "" : subjectText(row),
    version: row.version,
    schemaId: row.schema_id,
    keyId: row.key_id,
    time: row.time,
    detail: row.detail,
  };
}
