// The registry's use cases, which both of its faces stand on.
import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Fault } from "../platform/fault.js";
import type {
  Caller,
  ChangeRecord,
  ConfigChange,
  Mode,
  RegistryConfig,
  SchemaContent,
  SchemaInput,
  SchemaReference,
  SubjectNotes,
  VersionRecord,
} from "./records.js";
import type { Difference, Outcome, Policy } from "./rules/language.js";
import type { Finding, Level } from "./rules/levels.js";

/** Which versions or subjects count: those that are live, also the soft-deleted ones, or these alone. */
export type Show = "live" | "all" | "deleted";

/** A part of a list; by default all of it, as far as `listMax` goes. */
export interface Slice {
  readonly offset?: number;
  readonly limit?: number;
}

/** Entries of a list in one answer, at most. */
export const listMax = 100_000;
/** Schemas with their texts in one answer, at most. */
export const schemasMax = 1_000;

/** A version's number, counting from 1, or the newest one that is live. */
export type VersionChoice = number | "latest";

export interface NormalizeOption {
  /** Missing: as the subject is configured. */
  readonly normalize?: boolean | undefined;
}

export interface RegisterOptions extends NormalizeOption {
  /** No compatibility is asked for. */
  readonly force?: boolean;
}

export interface Registration {
  readonly schema: VersionRecord;
  /** False where the subject had it already. */
  readonly isNew: boolean;
}

export interface CheckOptions extends NormalizeOption {
  /** One version to compare with, whatever the level says; missing: those that registering compares with. */
  readonly against?: VersionChoice | undefined;
  /** Neither its SchemaVer, which takes comparing with every version of a revision, nor `jsonChanges` are found. */
  readonly withoutSchemaVer?: boolean;
  /** As if the subject had this level; missing: its own. */
  readonly level?: Level | undefined;
}

/** What registering would answer. */
export interface CheckAnswer {
  readonly outcome: Outcome;
  /** Whether it could be registered as far as compatibility goes: the level is NONE, or the outcome is "compatible". */
  readonly isCompatible: boolean;
  readonly findings: readonly Finding[];
  readonly level: Level;
  readonly policy: Policy;
  /** The versions it was compared with, newest first. */
  readonly compared: readonly VersionRecord[];
  /** With the version that -1 stood for. */
  readonly references: readonly SchemaReference[];
  readonly kind: SchemaKind;
  /** The text that would be stored. */
  readonly text: string;
  readonly guid: string;
  /** The id and version that it would get, or that it has. */
  readonly schemaId: number;
  readonly version: number;
  readonly isRegistered: boolean;
  /** What else registering would be refused for: the mode, or the version or id that is asked for. */
  readonly refusal?: Fault;
  /** Changes since the newest version that can keep JSON of older senders aside, whatever the outcome. */
  readonly jsonChanges?: readonly Difference[];
  /** SchemaVer as derived from the difference to the newest version; empty where it can't be. */
  readonly schemaVer: string;
}

export interface SubjectListing extends Slice {
  /** Begins of qualified names: ":*:" every context, ":.ctx:" one, "" or missing the default one alone. */
  readonly prefix?: string;
  readonly show?: Show;
  /** Those behind this subject, as it is shown. */
  readonly after?: string;
}

export interface SchemaListing extends SubjectListing {
  readonly latestOnly?: boolean;
}

export interface IdChoice {
  readonly schemaId: number;
  /** Chooses the context: its own one where it is qualified; else the first context in which it has the id. */
  readonly subject?: string | undefined;
  /** The context where no subject is given; missing: the default one. */
  readonly context?: string | undefined;
}

/** A schema by its id, with the version it was found by. */
export interface SchemaById extends SchemaContent {
  /** The subject asked for, else the first one that has it, and its version there; soft-deleted ones count last. */
  readonly subject: string;
  readonly version: number;
  readonly deleted: boolean;
}

export interface VersionName {
  readonly subject: string;
  readonly version: number;
}

export interface EffectiveConfig extends RegistryConfig {
  readonly level: Level;
  readonly policy: Policy;
}

export interface ModeOptions {
  /** IMPORT also where there are subjects. */
  readonly force?: boolean;
}

export interface SubjectDetails {
  readonly subject: string;
  readonly notes: SubjectNotes;
  readonly config: EffectiveConfig;
  readonly mode: Mode;
  /** Live versions, from the first. */
  readonly versions: readonly number[];
  /** The newest live one. */
  readonly latest?: VersionRecord;
}

/**
 * Schemas of one project: what a caller's project does not hold is not found, whoever else has it.
 *
 * Subjects are given as they are written, with or without a context. Names are checked (SUBJECT_INVALID). Every method
 * throws Fault ENGINE_UNAVAILABLE where Postgres does not answer; other refusals are named where they arise. What was
 * answered to a writer is seen by every instance from then on.
 */
export interface Registry extends SchemaUse, SettingsUse, HistoryUse {}

/** Schemas, versions, subjects, contexts. */
export interface SchemaUse {
  /**
   * Gives the version that holds the schema, or makes it the next one (registry.md 1.6). Of calls at the same time
   * each sees the ones before it.
   * @throws Incompatible (Fault SCHEMA_INCOMPATIBLE), Fault SCHEMA_INVALID, SCHEMA_TOO_LARGE,
   * SCHEMA_REFERENCE_NOT_FOUND, SCHEMA_VERSION_NOT_NEXT, REGISTRY_MODE_FORBIDS, SCHEMA_ID_TAKEN, RULE_SET_INVALID,
   * SCHEMA_VER_WRONG, PROJECT_NOT_FOUND
   */
  register(
    caller: Caller,
    subject: string,
    input: SchemaInput,
    options?: RegisterOptions,
  ): Promise<Registration>;
  /**
   * Says what registering would, by the same way, and changes nothing. A schema that is registered already is compared
   * as well.
   * @throws Fault SCHEMA_INVALID, SCHEMA_TOO_LARGE, SCHEMA_REFERENCE_NOT_FOUND; with `against` also
   * SUBJECT_NOT_FOUND and SCHEMA_VERSION_NOT_FOUND, except that "latest" of an unknown subject is compatible
   */
  check(caller: Caller, subject: string, input: SchemaInput, options?: CheckOptions): Promise<CheckAnswer>;
  /**
   * The version of the subject that holds the schema.
   * @throws Fault SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND, SCHEMA_INVALID, SCHEMA_REFERENCE_NOT_FOUND
   */
  lookup(
    caller: Caller,
    subject: string,
    input: SchemaInput,
    options?: NormalizeOption & { readonly show?: Show },
  ): Promise<VersionRecord>;
  /** Aliases and other contexts are followed. @throws Fault SUBJECT_NOT_FOUND, SCHEMA_VERSION_NOT_FOUND */
  getVersion(
    caller: Caller,
    subject: string,
    version: VersionChoice,
    options?: { readonly show?: Show },
  ): Promise<VersionRecord>;
  /** Soft-deleted versions count. @throws Fault SCHEMA_NOT_FOUND */
  getById(caller: Caller, choice: IdChoice): Promise<SchemaById>;
  /** @throws Fault SCHEMA_NOT_FOUND */
  getByGuid(caller: Caller, guid: string): Promise<SchemaById>;
  /**
   * The text of a schema that was found in another form: "serialized" gives a Protobuf schema as the base64 of its
   * FileDescriptorProto, "resolved" an Avro one with what it refers to in place. Undefined where there is no such form.
   */
  formatted(caller: Caller, content: SchemaContent, format: string): Promise<string | undefined>;
  /** Where the schema has an id; by context. @throws Fault SCHEMA_NOT_FOUND */
  idsOfGuid(caller: Caller, guid: string): Promise<readonly { context: string; schemaId: number }[]>;
  /** The greatest id given in a context; 0 for none. */
  greatestId(caller: Caller, context?: string): Promise<number>;
  /** Versions with the id, by subject and version. @throws Fault SCHEMA_NOT_FOUND where no version has it at all */
  versionsOfId(
    caller: Caller,
    choice: IdChoice,
    options?: Slice & { readonly show?: Show },
  ): Promise<readonly VersionName[]>;
  /** The newest live version whose metadata has all of these properties. @throws Fault SUBJECT_NOT_FOUND,
   * SCHEMA_VERSION_NOT_FOUND */
  latestWithProperties(
    caller: Caller,
    subject: string,
    properties: Readonly<Record<string, string>>,
    options?: { readonly show?: Show },
  ): Promise<VersionRecord>;
  /** As they are shown, by context and name. */
  listSubjects(caller: Caller, listing?: SubjectListing): Promise<readonly string[]>;
  /** From the first; aliases are followed. @throws Fault SUBJECT_NOT_FOUND where there is none to show */
  listVersions(
    caller: Caller,
    subject: string,
    options?: Slice & { readonly show?: Show },
  ): Promise<readonly number[]>;
  /** Versions of a subject after a number, from the first. @throws Fault SUBJECT_NOT_FOUND where it has none to show */
  readVersions(
    caller: Caller,
    subject: string,
    options: { readonly show: Show; readonly after: number; readonly limit: number },
  ): Promise<readonly VersionRecord[]>;
  /** By context, subject and version; at most `schemasMax`, and no more than fit into some megabytes. */
  listSchemas(caller: Caller, listing?: SchemaListing): Promise<readonly VersionRecord[]>;
  /** Ids of schemas that refer to the version, ascending; of live versions unless `show` says otherwise.
   * @throws Fault SUBJECT_NOT_FOUND, SCHEMA_VERSION_NOT_FOUND */
  referencedBy(
    caller: Caller,
    subject: string,
    version: VersionChoice,
    options?: Slice & { readonly show?: Show },
  ): Promise<readonly number[]>;
  /**
   * Hides a version, or with `permanent` removes one that is hidden. Gives its number.
   * @throws Fault SUBJECT_NOT_FOUND, SCHEMA_VERSION_NOT_FOUND, SCHEMA_VERSION_SOFT_DELETED,
   * SCHEMA_VERSION_NOT_SOFT_DELETED, SCHEMA_REFERENCED, REGISTRY_MODE_FORBIDS
   */
  deleteVersion(
    caller: Caller,
    subject: string,
    version: VersionChoice,
    options?: { readonly permanent?: boolean },
  ): Promise<number>;
  /**
   * Hides every version, or with `permanent` removes all of a subject that is hidden. Gives the versions.
   * @throws Fault SUBJECT_NOT_FOUND, SUBJECT_SOFT_DELETED, SUBJECT_NOT_SOFT_DELETED, SCHEMA_REFERENCED,
   * REGISTRY_MODE_FORBIDS
   */
  deleteSubject(
    caller: Caller,
    subject: string,
    options?: { readonly permanent?: boolean },
  ): Promise<readonly number[]>;
  /** ".", and every other one that holds a subject or was given an id. */
  listContexts(caller: Caller, options?: Slice & { readonly prefix?: string }): Promise<readonly string[]>;
  /** @throws Fault CONTEXT_NOT_EMPTY; one that there is not is deleted already */
  deleteContext(caller: Caller, context: string): Promise<void>;
  /**
   * Makes a version the newest again, as a new version of the same schema. Soft-deleted ones can be brought back.
   * With `force` whatever the level says. The newest live one is given back as it is.
   * @throws Incompatible, Fault SUBJECT_NOT_FOUND, SCHEMA_VERSION_NOT_FOUND, REGISTRY_MODE_FORBIDS
   */
  rollBack(
    caller: Caller,
    subject: string,
    version: number,
    options?: { readonly force?: boolean },
  ): Promise<Registration>;
  /**
   * What changed from one version to another. Nothing is said where they are in different languages.
   * @throws Fault SUBJECT_NOT_FOUND, SCHEMA_VERSION_NOT_FOUND
   */
  diff(
    caller: Caller,
    subject: string,
    versions: { readonly from: VersionChoice; readonly to: VersionChoice },
  ): Promise<DiffAnswer>;
}

export interface DiffAnswer {
  readonly from: VersionRecord;
  readonly to: VersionRecord;
  readonly differences: readonly Difference[];
}

/** Configuration, modes, notes. A scope is a subject, ":.ctx:", ":.__GLOBAL:", or "" for the default context. */
export interface SettingsUse {
  /** What the scope itself has. @throws Fault REGISTRY_CONFIG_NOT_FOUND, except for "" */
  getConfig(caller: Caller, scope: string): Promise<RegistryConfig>;
  /** What holds in the scope, each key from the narrowest scope that has it. */
  getEffectiveConfig(caller: Caller, scope: string): Promise<EffectiveConfig>;
  /** Gives what the scope has from now on. @throws Fault REGISTRY_MODE_FORBIDS, RULE_SET_INVALID, SUBJECT_INVALID */
  setConfig(caller: Caller, scope: string, change: ConfigChange): Promise<RegistryConfig>;
  /** Gives what it was. @throws Fault SUBJECT_NOT_FOUND where it had none, except for ""; REGISTRY_MODE_FORBIDS */
  deleteConfig(caller: Caller, scope: string): Promise<RegistryConfig>;
  /** What the scope itself has. @throws Fault REGISTRY_MODE_NOT_FOUND, except for "" */
  getMode(caller: Caller, scope: string): Promise<Mode>;
  getEffectiveMode(caller: Caller, scope: string): Promise<Mode>;
  /** null clears. @throws Fault REGISTRY_MODE_FORBIDS for IMPORT where there are live subjects, FORWARD in a scope that
   * is not ":.__GLOBAL:" */
  setMode(caller: Caller, scope: string, mode: Mode | null, options?: ModeOptions): Promise<void>;
  /** Gives what it was; undefined where only subjects of the scope had one. With `recursive` also of its subjects.
   * @throws Fault SUBJECT_NOT_FOUND where nothing was set, except for "" */
  deleteMode(
    caller: Caller,
    scope: string,
    options?: { readonly recursive?: boolean },
  ): Promise<Mode | undefined>;
  /** @throws Fault SUBJECT_NOT_FOUND */
  getSubject(caller: Caller, subject: string): Promise<SubjectDetails>;
  /** Replaces what is given, and keeps the rest. @throws Fault SUBJECT_NOT_FOUND */
  setNotes(caller: Caller, subject: string, notes: Partial<SubjectNotes>): Promise<SubjectNotes>;
}

/** What changed, by whom and when. */
export interface HistoryUse {
  /** Oldest first: at most `limit` changes after number `after`, of one subject or of all. */
  listChanges(
    caller: Caller,
    options: { readonly after?: bigint; readonly subject?: string; readonly limit?: number },
  ): Promise<readonly ChangeRecord[]>;
  /** All changes after `after`, then each as it happens, until the signal fires. */
  watchChanges(
    caller: Caller,
    options: { readonly after?: bigint; readonly subject?: string; readonly signal: AbortSignal },
  ): AsyncIterable<readonly ChangeRecord[]>;
}
