import type { FieldKinds } from "../../registry/field-kinds/field-kind.js";
import type { SchemaCache } from "../../registry/schema-cache.js";

/** What the newest schema of an event type says of its properties. */
export interface RegisteredKinds {
  /** The schema that says so: where it is another one, so may be the answer. */
  readonly schema: string;
  readonly kinds: FieldKinds;
}

export interface KindSource {
  /**
   * Undefined where nothing is registered for the type. A change of the schema is seen within a second.
   *
   * @throws Fault ENGINE_UNAVAILABLE when Postgres is away and nothing young enough is cached: an answer that reads
   * properties as if nothing were registered would be another answer.
   */
  kindsOf(projectId: string, type: string): Promise<RegisteredKinds | undefined>;
}

/** The kinds by the registry's schemas. */
export function registeredKinds(schemas: Pick<SchemaCache, "get" | "load">): KindSource {
  return {
    async kindsOf(projectId, type) {
      if (type === "") return undefined;
      const version = (await schemas.get(projectId)).newest.get(type);
      if (version === undefined) return undefined;
      const kinds = (await schemas.load(version)).fieldKinds?.();
      return kinds === undefined ? undefined : { schema: `${version.version}/${version.guid}`, kinds };
    },
  };
}
