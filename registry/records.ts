// What the registry keeps, as its use cases take and give it.
import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Policy } from "./rules/language.js";
import type { Level } from "./rules/levels.js";

/** Who calls: the project is the registry; the key stands in the history of what it changes. */
export interface Caller {
  readonly projectId: string;
  readonly keyId: string;
}

/** What a schema's text imports or refers to by `name`. */
export interface SchemaReference {
  readonly name: string;
  /** As it was given: without a context it is in the context of the schema that refers. */
  readonly subject: string;
  /** Counts from 1; -1 in a request is the newest version, which is written down as its number. */
  readonly version: number;
}

/** Metadata that is part of a schema's identity, as Confluent has it. */
export interface SchemaMetadata {
  /** Tags by path of a field. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly properties?: Readonly<Record<string, string>>;
  /** Names of properties that are not to be shown. */
  readonly sensitive?: readonly string[];
}

/** One rule of a rule set, kept as it was given; docs/registry.md says which of them are acted on. */
export interface SchemaRule {
  readonly name: string;
  readonly doc?: string;
  /** TRANSFORM or CONDITION. */
  readonly kind?: string;
  /** UPGRADE, DOWNGRADE, UPDOWN; or WRITE, READ, WRITEREAD. */
  readonly mode?: string;
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly params?: Readonly<Record<string, string>>;
  readonly expr?: string;
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly disabled?: boolean;
}

export interface RuleSet {
  readonly migrationRules?: readonly SchemaRule[];
  readonly domainRules?: readonly SchemaRule[];
  readonly encodingRules?: readonly SchemaRule[];
  readonly enableAt?: string;
}

/** A schema under its id; immutable, and the same in every subject of its context. */
export interface SchemaContent {
  /** "." is the default context. */
  readonly context: string;
  /** Counts from 1 in its context. */
  readonly schemaId: number;
  /** MD5 over all that makes its identity, as a UUID; the same in every context and project. */
  readonly guid: string;
  readonly kind: SchemaKind;
  /** The canonical text. */
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly metadata?: SchemaMetadata;
  readonly ruleSet?: RuleSet;
  readonly createTime: Date;
}

/** A version of a subject. */
export interface VersionRecord extends SchemaContent {
  /** As it is shown: with its context unless that is the default one. */
  readonly subject: string;
  /** Counts from 1. */
  readonly version: number;
  /** Whether it is soft-deleted. */
  readonly deleted: boolean;
  /** When it was registered in this subject; `createTime` is when its schema got its id. */
  readonly registerTime: Date;
  /** The key that registered it; empty for what is older than the history. */
  readonly keyId: string;
  /** SchemaVer, such as "1-0-2"; empty where it was not derived. */
  readonly schemaVer: string;
  /** The version that this one brought back; 0 where it is none that rolled back. */
  readonly rolledBackTo: number;
}

/** A schema that is to be registered, checked or looked up. */
export interface SchemaInput {
  readonly kind: SchemaKind;
  /** Empty where the newest version's text is meant, with other metadata or rules. */
  readonly text: string;
  readonly references?: readonly SchemaReference[];
  /** Missing: as the newest version has it. */
  readonly metadata?: SchemaMetadata | undefined;
  readonly ruleSet?: RuleSet | undefined;
  /** The id it must get; in mode IMPORT alone. */
  readonly schemaId?: number;
  /** The number it must get, which must be the next one; -1: none, only the newest version is compared with. */
  readonly version?: number;
  /** The SchemaVer that is claimed for it; refused where the difference says another. */
  readonly schemaVer?: string;
}

/** What a subject, a context or everything is configured to. What is missing is as in the wider scope. */
export interface RegistryConfig {
  readonly level?: Level;
  readonly policy?: Policy;
  /** The text is normalized before it is registered, checked or looked up. */
  readonly normalize?: boolean;
  readonly alias?: string;
  /** Name of a metadata property: only versions with the same value of it are compared. */
  readonly compatibilityGroup?: string;
  readonly validateFields?: boolean;
  /** False: defaults that don't fit their type are let through. */
  readonly validateNewSchemas?: boolean;
  readonly validateRules?: boolean;
  readonly defaultMetadata?: SchemaMetadata;
  readonly overrideMetadata?: SchemaMetadata;
  readonly defaultRuleSet?: RuleSet;
  readonly overrideRuleSet?: RuleSet;
}

/** A change of a configuration: what is missing stays, null clears. */
export type ConfigChange = { readonly [K in keyof RegistryConfig]?: RegistryConfig[K] | null };

export const modes = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT", "FORWARD"] as const;

/** What may be written; docs/registry.md says what each mode lets through. */
export type Mode = (typeof modes)[number];

/** What is said about a field beside its schema. */
export interface FieldNote {
  /** Path of the field, such as "customer.email". */
  readonly path: string;
  /** Class of personal data, such as "email"; empty: none. */
  readonly pii: string;
  readonly unit: string;
  readonly description: string;
  readonly deprecated: boolean;
}

/** What people say about a subject. It is no part of any schema, so that changing it makes no version. */
export interface SubjectNotes {
  readonly owner: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly fields: readonly FieldNote[];
}

export const changeKinds = [
  "REGISTERED",
  "ROLLED_BACK",
  "VERSION_DELETED",
  "VERSION_ERASED",
  "SUBJECT_DELETED",
  "SUBJECT_ERASED",
  "CONFIG_SET",
  "CONFIG_DELETED",
  "MODE_SET",
  "MODE_DELETED",
  "NOTES_SET",
  "CONTEXT_DELETED",
] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** One line of the history. */
export interface ChangeRecord {
  /** Grows with every change of the project, in the order in which they took effect; not without gaps. */
  readonly number: bigint;
  readonly kind: ChangeKind;
  /** With its context unless that is the default one; empty for a change of a whole context. */
  readonly subject: string;
  readonly context: string;
  /** 0 where the change is not of one version. */
  readonly version: number;
  readonly schemaId: number;
  readonly keyId: string;
  readonly time: Date;
  /** What was set, in one line, such as "level BACKWARD". */
  readonly detail: string;
}
