import type { Schema, SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";

/** A schema to be registered; its text compiles. */
export interface NewSchema {
  readonly projectId: string;
  readonly subject: string;
  readonly kind: SchemaKind;
  readonly text: string;
}

/** Which version of a subject; 0 is the newest. */
export interface VersionName {
  readonly projectId: string;
  readonly subject: string;
  readonly version: number;
}

/**
 * The schemas of all projects. What it answers for one project is never another's. Every instance follows a new
 * version within 1 s, through the table control_changes.
 *
 * Each method throws Fault ENGINE_UNAVAILABLE where the store does not answer.
 */
export interface SchemaStore {
  /**
   * Adds the next version, unless kind and text are those of the newest one, which is then given back. Of calls at the
   * same time each sees the ones before it.
   * @throws Fault PROJECT_NOT_FOUND
   */
  register(schema: NewSchema): Promise<Schema>;
  findVersion(name: VersionName): Promise<Schema | undefined>;
  findById(projectId: string, schemaId: number): Promise<Schema | undefined>;
  /** The newest version of each subject after `after`, by subject. */
  listNewest(projectId: string, after: string | undefined, limit: number): Promise<Schema[]>;
  /** Every subject, sorted. */
  listSubjects(projectId: string): Promise<string[]>;
  /** The versions of a subject, from the first; none where there is no such subject. */
  listVersions(projectId: string, subject: string): Promise<number[]>;
}
