// The schemas that events are checked against, as one project has them. What there is is followed from Postgres within
// a second; what a version says never changes, so it is read and compiled once, when it is first needed.
import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Clock } from "../platform/clock.js";
import { ControlCache } from "../platform/control/cache.js";
import type { ControlFeed } from "../platform/control/feed.js";
import type { Postgres } from "../platform/engines/postgres.js";
import { engineUnavailable, Fault } from "../platform/fault.js";
import { RecentCache } from "../platform/recent-cache.js";
import { compileSchema } from "./compile.js";
import type { CompiledSchema, SchemaRefusal } from "./compiled-schema.js";
import { everything } from "./personal.js";

/** One version of a subject. */
export interface SchemaVersion {
  readonly projectId: string;
  readonly subject: string;
  readonly version: number;
  readonly schemaId: number;
  readonly kind: SchemaKind;
}

/** What a project has registered. */
export interface ProjectSchemas {
  readonly newest: ReadonlyMap<string, SchemaVersion>;
  readonly byId: ReadonlyMap<number, SchemaVersion>;
}

interface Row {
  readonly subject: string;
  readonly version: number;
  readonly schema_id: number;
  readonly kind: number;
}

/** Projects whose list of schemas is kept; what is needed again is read again. */
const PROJECTS_MAX = 1_000;
/** Compiled versions kept, in each of two generations. */
const COMPILED_MAX = 500;

const broken: SchemaRefusal = {
  path: "",
  rule: "schema",
  message: "The registered schema can't be used.",
};

/** Stands in for a stored text that does not compile: its events are kept aside, not lost. */
const refusing = (kind: SchemaKind): CompiledSchema => ({
  kind,
  personal: everything,
  check: () => ({ refusal: broken }),
  decode: () => ({ refusal: broken }),
  resolve: () => ({ refusal: broken }),
});

const keyOf = ({ projectId, schemaId }: SchemaVersion): string => `${projectId}/${schemaId}`;

export class SchemaCache {
  readonly #pool: Postgres;
  readonly #projects: ControlCache<ProjectSchemas>;
  readonly #compiled = new RecentCache<CompiledSchema>(COMPILED_MAX);
  readonly #loading = new Map<string, Promise<CompiledSchema>>();

  constructor({ pool, feed, clock }: { pool: Postgres; feed: ControlFeed; clock: Clock }) {
    this.#pool = pool;
    this.#projects = new ControlCache({
      feed,
      clock,
      entriesMax: PROJECTS_MAX,
      read: async (project) => ({ project, value: await this.#read(project) }),
    });
  }

  /** A project's schemas without waiting, where they are known and fresh. */
  peek(projectId: string): ProjectSchemas | undefined {
    return this.#projects.peek(projectId);
  }

  /** @throws Fault ENGINE_UNAVAILABLE when Postgres is away and nothing young enough is cached. */
  get(projectId: string): Promise<ProjectSchemas> {
    return this.#projects.get(projectId);
  }

  /** The version ready for use, where it has been loaded. */
  compiled(version: SchemaVersion): CompiledSchema | undefined {
    return this.#compiled.get(keyOf(version));
  }

  /** Reads and compiles a version. @throws Fault ENGINE_UNAVAILABLE when Postgres is away. */
  load(version: SchemaVersion): Promise<CompiledSchema> {
    const key = keyOf(version);
    const known = this.#compiled.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const loading = this.#load(version).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #load(version: SchemaVersion): Promise<CompiledSchema> {
    const text = await this.#text(version);
    let compiled: CompiledSchema;
    try {
      compiled = compileSchema(version.kind, text);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      compiled = refusing(version.kind);
    }
    this.#compiled.set(keyOf(version), compiled);
    return compiled;
  }

  async #text({ projectId, schemaId }: SchemaVersion): Promise<string> {
    try {
      const result = await this.#pool.query<{ text: string }>(
        "select text from schemas where project_id = $1 and schema_id = $2",
        [projectId, schemaId],
      );
      return result.rows[0]?.text ?? "";
    } catch (error) {
      throw engineUnavailable("postgres", error);
    }
  }

  async #read(projectId: string): Promise<ProjectSchemas> {
    const result = await this.#pool.query<Row>(
      "select subject, version, schema_id, kind from schemas where project_id = $1 order by version",
      [projectId],
    );
    const newest = new Map<string, SchemaVersion>();
    const byId = new Map<number, SchemaVersion>();
    for (const { subject, version, schema_id: schemaId, kind } of result.rows) {
      const one = { projectId, subject, version, schemaId, kind };
      newest.set(subject, one);
      byId.set(schemaId, one);
    }
    return { newest, byId };
  }
}
