import type { Message } from "@bufbuild/protobuf";
import type { ApiKey, Project, ProjectSettings, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";

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
