import type { SchemaIdentity } from "./fingerprint.js";
import type {
  Caller,
  ChangeRecord,
  Mode,
  RegistryConfig,
  SchemaContent,
  SubjectNotes,
  VersionRecord,
} from "./records.js";
import type { SchemaListing, Show, Slice, SubjectListing, VersionChoice, VersionName } from "./registry.js";
import type { Scope, SubjectName } from "./subject-name.js";

/** What is told of a version without reading its schema. */
export interface VersionHeader {
  readonly version: number;
  readonly schemaId: number;
  readonly guid: string;
  /** The same for two schemas that differ in metadata and rules alone. */
  readonly body: string;
  readonly deleted: boolean;
  readonly hasReferences: boolean;
  /** Whether it has metadata or rules. */
  readonly hasMore: boolean;
  /** Empty where it was not derived. */
  readonly schemaVer: string;
  readonly registerTime: Date;
  readonly keyId: string;
  readonly rolledBackTo: number;
  /** When its schema got its id. */
  readonly createTime: Date;
}

/** A scope's own configuration and mode. */
export interface Settings {
  readonly config?: RegistryConfig;
  readonly mode?: Mode;
}

/** What decides in a scope, narrowest first. */
export interface ScopeSettings {
  readonly own: Settings;
  readonly context: Settings;
  readonly global: Settings;
}

export interface KnownSchema {
  /** The id that the schema has in its context; 0: none. */
  readonly schemaId: number;
  /** The greatest id that was given in the context. */
  readonly lastId: number;
}

/** What is known of a subject beside the contents of its schemas, all at one moment. */
export interface SubjectRows {
  readonly settings: ScopeSettings;
  /** All versions from the first, soft-deleted ones too. */
  readonly headers: readonly VersionHeader[];
  /** Of the guid that was asked for. */
  readonly known: KnownSchema;
  /** Settings and headers as one text: as long as it is the same, so are they. */
  readonly seen: string;
}

/** A version that somebody refers to or is referred to. */
export interface VersionKey extends SubjectName {
  readonly version: number;
}

/** A schema of which a live or soft-deleted version exists, with one of those. */
export interface FoundSchema extends SchemaContent {
  readonly subject: string;
  readonly version: number;
  readonly deleted: boolean;
}

/**
 * One project's registry, read as it is now. Names that Postgres can't hold name nothing.
 *
 * Each method throws Fault ENGINE_UNAVAILABLE where the store does not answer.
 */
export interface RegistryView {
  settings(scope: Scope): Promise<ScopeSettings>;
  /**
   * Also what is known in its context of the schema of a guid. The text of the newest live version, or of all, comes
   * along where it is short, for `records`.
   */
  subject(name: SubjectName, guid?: string, texts?: "newest" | "all"): Promise<SubjectRows>;
  /** All versions of a subject from the first, soft-deleted ones too. */
  headers(name: SubjectName): Promise<VersionHeader[]>;
  version(name: SubjectName, version: VersionChoice, show: Show): Promise<VersionRecord | undefined>;
  /** Versions with their schemas, in the order of the headers; those that were erased since are left out. */
  records(name: SubjectName, headers: readonly VersionHeader[]): Promise<VersionRecord[]>;
  /** Those of the numbers that exist, soft-deleted or not, from the first. */
  versions(name: SubjectName, numbers: readonly number[]): Promise<VersionRecord[]>;
  /** Contexts other than `not` in which the subject has a live version, sorted. */
  contextsOf(subject: string, not: string): Promise<string[]>;
  known(context: string, guid: string): Promise<KnownSchema>;
  /** The schema of an id where a version holds it; a version of `subject`, if given, before the others. */
  byId(context: string, schemaId: number, subject?: string): Promise<FoundSchema | undefined>;
  /** The schema of a guid in every context where a version holds it, by context. */
  byGuid(guid: string): Promise<FoundSchema[]>;
  /** Schemas that refer to a version and are held by a version of another subject than `except`; live ones first. */
  referrers(
    name: VersionKey,
    except?: SubjectName,
  ): Promise<{ context: string; schemaId: number; isLive: boolean }[]>;
  versionsOfId(context: string, schemaId: number, show: Show, slice: Slice): Promise<VersionName[]>;
  listSubjects(listing: SubjectListing): Promise<string[]>;
  listSchemas(listing: SchemaListing): Promise<VersionRecord[]>;
  listContexts(prefix: string, slice: Slice): Promise<string[]>;
  /** Whether a scope (".__GLOBAL": everything) holds a live version. */
  hasLive(scope: Scope): Promise<boolean>;
  notes(name: SubjectName): Promise<SubjectNotes | undefined>;
  changes(range: { after: bigint; subject?: SubjectName; limit: number }): Promise<ChangeRecord[]>;
}

/** A schema that gets an id. */
export interface NewSchema {
  readonly context: string;
  readonly schemaId: number;
  readonly guid: string;
  readonly body: string;
  readonly content: SchemaIdentity;
  /** Where each reference leads. */
  readonly leadsTo: readonly VersionKey[];
  /** Whether the guid has another id in the context. */
  readonly isTwin: boolean;
}

export interface NewVersion extends VersionKey {
  readonly schemaId: number;
  readonly keyId: string;
  readonly schemaVer: string;
  readonly rolledBackTo: number;
}

/** A schema that is to be the next version of a subject, as was planned outside of a lock. */
export interface PlannedVersion extends SubjectName {
  /** `SubjectRows.seen` of what the plan was made on. */
  readonly seen: string;
  readonly guid: string;
  readonly body: string;
  /** Without references. */
  readonly content: SchemaIdentity;
  readonly version: number;
  readonly schemaVer: string;
}

export type NewChange = Pick<ChangeRecord, "kind" | "version" | "schemaId" | "detail"> & SubjectName;

/** One project's registry while its caller holds the lock of a context: nobody else changes it. */
export interface RegistryWriter extends RegistryView {
  /**
   * Adds a schema, also where the id has been erased, which is then as before, and a version that holds it. It stands
   * in the history as REGISTERED.
   */
  addRegistered(schema: NewSchema, version: Omit<NewVersion, "schemaId">): Promise<VersionRecord>;
  addVersion(version: NewVersion): Promise<void>;
  hide(name: SubjectName, versions: readonly number[]): Promise<void>;
  /** Removes versions, and the texts of schemas that no version holds any more. */
  erase(name: SubjectName, versions: readonly number[]): Promise<void>;
  /** Undefined removes; what is not given stays. */
  setSettings(
    scope: Scope,
    settings: { config?: RegistryConfig | undefined; mode?: Mode | undefined },
  ): Promise<void>;
  /** Removes configuration and mode of a subject. */
  dropSettings(name: SubjectName): Promise<void>;
  /** Removes modes of the subjects of a context. Gives how many. */
  dropModes(context: string): Promise<number>;
  setNotes(name: SubjectName, notes: SubjectNotes): Promise<void>;
  /** Removes all of a context without versions. False: there was nothing of it. */
  dropContext(context: string): Promise<boolean>;
  /** Stands in the history once everything is committed. */
  note(change: NewChange): void;
}

/** The registries of all projects. */
export interface RegistryStore {
  view(projectId: string): RegistryView;
  /**
   * Registers what was planned, under the lock of its context, which is held for hardly more than the commit: under the
   * id that its schema has there, or the next one. Undefined, and nothing done, where the subject has changed since it
   * was read. It stands in the history as REGISTERED.
   * @throws Fault PROJECT_NOT_FOUND, ENGINE_UNAVAILABLE, OVERLOADED
   */
  register(caller: Caller, planned: PlannedVersion): Promise<VersionRecord | undefined>;
  /**
   * Runs `work` while it alone changes `context` and nobody changes `contexts`; all or nothing. What it noted stands
   * in the history, and every instance hears of it within a second.
   * @throws Fault PROJECT_NOT_FOUND, ENGINE_UNAVAILABLE
   */
  write<T>(
    caller: Caller,
    locks: { readonly context: string; readonly contexts?: readonly string[] },
    work: (writer: RegistryWriter) => Promise<T>,
  ): Promise<T>;
}
