// The schemas that events are checked against, as one project has them. What there is is followed from Postgres within
// a second; what a guid stands for never changes, so it is read and compiled once, when it is first needed. Ids do
// change their meaning: what was imported under one may be erased, and another schema imported under it.
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
  /** Of what the id stands for; in lower case. */
  readonly guid: string;
  /** When it was registered, where it refers to others, which may have been erased and made anew; else empty. */
  readonly since: string;
}

/** What a project has registered for its event types: the subjects of its default context. */
export interface ProjectSchemas {
  /** The newest live version of each subject. */
  readonly newest: ReadonlyMap<string, SchemaVersion>;
  /** The last version of each subject that has soft-deleted ones only: it still says what is personal. */
  readonly deleted: ReadonlyMap<string, SchemaVersion>;
  /** Whether there is neither a version, nor a note on what is personal. */
  readonly isEmpty: boolean;
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

const refusalOf = (message: string): SchemaRefusal => ({ path: "", rule: "schema", message });

const broken = refusalOf("The registered schema can't be used.");
const gone = refusalOf("The registered schema is gone, or has just been replaced.");

/** Stands in for a schema that can't be used: its events are kept aside, not lost. */
const refusing = (kind: SchemaKind, refusal: SchemaRefusal): CompiledSchema => ({
  kind,
  personal: everything,
  check: () => ({ refusal }),
  decode: () => ({ refusal }),
  resolve: () => ({ refusal }),
});

const keyOf = ({ projectId, guid, since }: SchemaVersion): string => `${projectId}/${guid}/${since}`;

interface Loaded {
  readonly compiled: CompiledSchema;
  readonly textBytes: number;
}

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

  /** A project's schemas read anew, where an id is not among them; undefined where that was done just now or failed. */
  readAgain(projectId: string): Promise<ProjectSchemas | undefined> {
    return this.#projects.readAgain(projectId);
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
    let loaded: Loaded | undefined;
    try {
      loaded = await this.#compile(version);
    } catch (error) {
      if (!(error instanceof Fault) || error.reason === FaultReason.ENGINE_UNAVAILABLE) throw error;
      if (error.reason !== FaultReason.SCHEMA_REFERENCE_NOT_FOUND)
        loaded = { compiled: refusing(version.kind, broken), textBytes: 0 };
    }
    // Not kept: it may be registered again, with the same guid.
    if (loaded === undefined) return refusing(version.kind, gone);
    const { compiled, textBytes } = loaded;
    this.#compiled.set(keyOf(version), compiled, textBytes * (heapBytesPerTextByte[version.kind] ?? 0));
    return compiled;
  }

  /** Undefined where the schema is not there any more. */
  async #compile(version: SchemaVersion): Promise<Loaded | undefined> {
    const view = new PostgresView(this.#pool, version.projectId);
    const found = await view.byId(defaultContext, version.schemaId, version.subject);
    if (found === undefined || found.guid !== version.guid) return undefined;
    const { text, ruleSet, references, metadata } = found;
    const { closure } = await resolveReferences(view, defaultContext, references, "all");
    const texts = [text, ...closure.map((it) => it.text)];
    const textBytes = texts.reduce((sum, it) => sum + Buffer.byteLength(it), 0);
    const compiled = compileSchema(version.kind, text, { ruleSet, references: closure, metadata });
    return { compiled, textBytes };
  }
}
