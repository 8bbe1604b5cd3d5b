// The schemas that events are checked against, as one project has them. What there is is followed from Postgres within
// a second; what a version says never changes, so it is read and compiled once, when it is first needed.
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Clock } from "../platform/clock.js";
import { ControlCache } from "../platform/control/cache.js";
import type { ControlFeed } from "../platform/control/feed.js";
import type { Postgres } from "../platform/engines/postgres.js";
import { Fault } from "../platform/fault.js";
import { compileSchema } from "./compile.js";
import type { CompiledSchema, SchemaRefusal } from "./compiled-schema.js";
import { PostgresView } from "./engines/postgres-view.js";
import { projectsMax, SchemaLists } from "./engines/schema-lists.js";
import { everything, type PersonalField } from "./personal.js";
import { resolveReferences } from "./resolve-references.js";
import { SourceCache } from "./source-cache.js";
import { defaultContext } from "./subject-name.js";

/** One version of a subject. */
export interface SchemaVersion {
  readonly projectId: string;
  readonly subject: string;
  readonly version: number;
  readonly schemaId: number;
  readonly kind: SchemaKind;
}

/** What a project has registered for its event types: the subjects of its default context. */
export interface ProjectSchemas {
  /** The newest live version of each subject. */
  readonly newest: ReadonlyMap<string, SchemaVersion>;
  /** The version of a subject that has the id; soft-deleted ones still say what their events mean. */
  find(subject: string, schemaId: number): SchemaVersion | undefined;
  /** A version of whatever subject that has the id, or had it before it was deleted for good. */
  anyOf(schemaId: number): SchemaVersion | undefined;
  /** The fields of a subject that people said are personal, beside what its schema says. */
  personal(subject: string): readonly PersonalField[];
}

/** What the compiled versions in each of two generations may take of the heap, by the bytes of their texts. */
const compiledBytesMax = 24 * 1024 * 1024;
/** As measured for schemas of ten and of a thousand fields. */
const heapBytesPerTextByte: Readonly<Record<number, number>> = {
  [SchemaKind.AVRO]: 25,
  [SchemaKind.JSON_SCHEMA]: 45,
  [SchemaKind.PROTOBUF]: 65,
};

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
  readonly #lists: SchemaLists;
  readonly #projects: ControlCache<ProjectSchemas>;
  readonly #compiled = new SourceCache<CompiledSchema>(compiledBytesMax);
  readonly #loading = new Map<string, Promise<CompiledSchema>>();

  constructor({ pool, feed, clock }: { pool: Postgres; feed: ControlFeed; clock: Clock }) {
    this.#pool = pool;
    this.#lists = new SchemaLists(pool);
    this.#projects = new ControlCache({
      feed,
      clock,
      entriesMax: projectsMax,
      read: async (project) => ({ project, value: await this.#lists.read(project) }),
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
    let loaded: { compiled: CompiledSchema; textBytes: number };
    try {
      loaded = await this.#compile(version);
    } catch (error) {
      if (!(error instanceof Fault) || error.reason === FaultReason.ENGINE_UNAVAILABLE) throw error;
      loaded = { compiled: refusing(version.kind), textBytes: 0 };
    }
    const { compiled, textBytes } = loaded;
    this.#compiled.set(keyOf(version), compiled, textBytes * (heapBytesPerTextByte[version.kind] ?? 0));
    return compiled;
  }

  async #compile(version: SchemaVersion): Promise<{ compiled: CompiledSchema; textBytes: number }> {
    const view = new PostgresView(this.#pool, version.projectId);
    const found = await view.byId(defaultContext, version.schemaId, version.subject);
    const { text = "", ruleSet, references = [] } = found ?? {};
    const { closure } = await resolveReferences(view, defaultContext, references, "all");
    const texts = [text, ...closure.map((it) => it.text)];
    const textBytes = texts.reduce((sum, it) => sum + Buffer.byteLength(it), 0);
    return { compiled: compileSchema(version.kind, text, ruleSet, closure), textBytes };
  }
}
