import type { Message } from "@bufbuild/protobuf";
import type { ApiKey, Project, ProjectSettings, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import type { QuarantineAlarm, Quarantined } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import type { Event } from "../../gen/ts/tideline/event/v1/event_pb.js";
import type { EventFault, EventVerdict } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import type { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { QuarantinedEvent } from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import type { CompiledSchema } from "../../registry/compiled-schema.js";
import type { Protection } from "../../registry/protect.js";
import type { ProjectSchemas, SchemaVersion } from "../../registry/schema-cache.js";

/** What one page of a listing asks for: at most `limit` rows after the sort key `after`. */
export interface Page {
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

/** A change of a project: what is not named stays. */
export interface ProjectChange {
  readonly name?: string;
  readonly settings: SettingsChange;
}

/** Some of a project's settings. */
export type SettingsChange = Partial<Omit<ProjectSettings, keyof Message>>;

/** The projects. A change is seen by every instance within 1 s, through the table control_changes. */
export interface ProjectStore {
  /** @throws Fault PROJECT_EXISTS where the name is taken, also by a call at the same time. */
  create(project: { projectId: string; name: string; settings: ProjectSettings }): Promise<Project>;
  find(projectId: string): Promise<Project | undefined>;
  /** By name. */
  list(page: Page): Promise<Project[]>;
  /** Atomic. @throws Fault PROJECT_EXISTS */
  update(projectId: string, change: ProjectChange): Promise<Project | undefined>;
}

/** A key to be stored; of its secret only the hash and the hint. */
export interface NewKey {
  readonly keyId: string;
  readonly projectId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly eventsPerSecond: number;
  readonly burst: number;
  readonly expireTime: Date | undefined;
  readonly secretHash: Uint8Array;
  readonly hint: string;
}

/** A key by its id, within a project; without one (the operator's call) in any. */
export interface KeyName {
  readonly keyId: string;
  readonly projectId: string | undefined;
}

/** The API keys of projects. */
export interface KeyStore {
  create(key: NewKey): Promise<ApiKey>;
  /** Newest first; the sort key is [create time in microseconds, key id]. */
  list(
    projectId: string,
    includeEnded: boolean,
    page: Page,
  ): Promise<{ keys: ApiKey[]; next: string[] | undefined }>;
  /**
   * Stores a successor with the name, scopes, limits and end of a living key and ends that key `overlapMs` from now
   * (or at its own end, if that is sooner), both or neither. Undefined where no such key lives.
   */
  replace(key: KeyName, successor: Successor): Promise<{ created: ApiKey; replaced: ApiKey } | undefined>;
  /** Ends a key now; one that is revoked already stays as it is. Undefined where there is none. */
  revoke(key: KeyName): Promise<ApiKey | undefined>;
}

/** What is new about the key that replaces another. */
export interface Successor {
  readonly keyId: string;
  readonly secretHash: Uint8Array;
  readonly hint: string;
  readonly overlapMs: number;
}

/** Which events kept aside, by what a filter says; undefined conditions don't matter. */
export interface QuarantineQuery {
  readonly projectId: string;
  readonly quarantineIds: readonly string[];
  readonly eventId: string | undefined;
  readonly type: string | undefined;
  readonly reason: FaultReason | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly alarmId: string | undefined;
  /** Without the events of alarms. */
  readonly isOutsideAlarms?: boolean;
}

/** One event as it is listed. */
export interface KeptEvent {
  readonly quarantined: Quarantined;
  /** Where fields of the event are masked: the event as it came, sealed; else empty. */
  readonly sealedEvent: Uint8Array;
  readonly receivedMs: number;
  /** The step that kept it aside. */
  readonly step: string;
  /** The raw sequence under which the log claims its id, although no table has it; 0 where it does not. */
  readonly logSequence: number;
  /** The version of the row: what was settled by it is not settled if the event has been kept aside again since. */
  readonly streamSequence: string;
}

/** What feeding an event again came to. */
export type Refeed =
  | { readonly kind: "taken"; readonly kept: KeptEvent }
  | { readonly kind: "failed"; readonly kept: KeptEvent; readonly fault: EventFault };

/** The listing of the events kept aside. Its truth is the log; each method throws Fault ENGINE_UNAVAILABLE. */
export interface QuarantineStore {
  /**
   * Lists the events of one message of the log. Idempotent: what was applied from this or a later message stays. An
   * event id has one entry, however often it was kept aside.
   */
  apply(events: readonly QuarantinedEvent[], streamSequence: number): Promise<void>;
  /** Newest first; the sort key is [received ms, quarantine id]. */
  list(query: QuarantineQuery, page: Page): Promise<KeptEvent[]>;
  /** Oldest first, after the sort key. */
  oldest(query: QuarantineQuery, page: Page): Promise<KeptEvent[]>;
  count(query: QuarantineQuery): Promise<number>;
  /** The alarms that still have events, newest first. */
  alarms(projectId: string, nowMs: number): Promise<QuarantineAlarm[]>;
  /** Writes down what feeding again came to: what was taken leaves the list, what failed counts one attempt more. */
  settle(projectId: string, refeeds: readonly Refeed[]): Promise<void>;
  discard(query: QuarantineQuery): Promise<number>;
  /** Whether any event, listed or settled, has one of these names. */
  knows(projectId: string, quarantineIds: readonly string[]): Promise<boolean>;
  /** Removes what was settled long ago. */
  prune(): Promise<number>;
}

export interface FedHow {
  readonly isDryRun: boolean;
  readonly replaces: readonly number[];
}

/** The door of the pipeline, where events are fed again. */
export interface Door {
  /**
   * Sends events and gives a verdict for each, in their order. With `isDryRun` they are only judged. `replaces` has, by
   * index, the raw sequence of what an event replaces in the log, or 0.
   * @throws Fault ENGINE_UNAVAILABLE where the door does not answer; then nothing is known, and all may be sent again
   */
  publish(projectId: string, events: readonly Event[], how: FedHow): Promise<EventVerdict[]>;
}

/** What events were and are checked with. Each method throws Fault ENGINE_UNAVAILABLE where Postgres is away. */
export interface Registered {
  /** What a project has registered, as of at most a second ago. */
  schemas(projectId: string): Promise<ProjectSchemas>;
  load(version: SchemaVersion): Promise<CompiledSchema>;
  /** What becomes of a project's personal values. */
  protection(projectId: string): Promise<Protection>;
}
