import type {
  ChangeKind,
  ChangeRecord,
  RuleSet,
  SchemaMetadata,
  SchemaReference,
  VersionRecord,
} from "../records.js";
import { subjectText } from "../subject-name.js";

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
