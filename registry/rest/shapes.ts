// What the REST face writes of schemas. Pure.
import type { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { SchemaContent, SchemaReference, VersionRecord } from "../records.js";
import type { SchemaById } from "../registry.js";
import { isQualified } from "../subject-name.js";
import { kindOfType } from "./schema-body.js";

/** How a schema is to be written. */
export interface ShapeOptions {
  /** Instead of the stored text. */
  readonly text?: string | undefined;
  /** Whether references in a named context say it. */
  readonly qualifiesReferences?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const typeOfKind: ReadonlyMap<SchemaKind, string> = new Map(
  [...kindOfType].map(([type, kind]) => [kind, type]),
);

/** A version, as answers to reading, looking up and registering have it. */
export function versionShape(record: VersionRecord, options: ShapeOptions = {}): Json {
  const { subject, version, schemaId, registerTime, deleted } = record;
  const { schema, guid, ...more } = contentShape(record, options);
  return { subject, version, id: schemaId, guid, ...more, schema, ts: registerTime.getTime(), deleted };
}

/** A schema by its id. */
export function idShape(found: SchemaById, options: ShapeOptions & { readonly maxId?: number } = {}): Json {
  const { subject, version, deleted, createTime } = found;
  const { maxId } = options;
  return {
    ...contentShape(found, options),
    ...(maxId === undefined ? {} : { maxId }),
    subject,
    version,
    ts: createTime.getTime(),
    deleted,
  };
}

/**
 * Older clients, which know Avro alone, need its type to be left out, and references where there are none.
 */
function contentShape(content: SchemaContent, options: ShapeOptions): Json {
  const { guid, kind, text, references, metadata, ruleSet, context } = content;
  const type = typeOfKind.get(kind);
  return {
    guid,
    ...(type === "AVRO" ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references: references.map((it) => shown(it, context, options)) }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(ruleSet === undefined ? {} : { ruleSet }),
    schema: options.text ?? text,
  };
}

function shown(
  { name, subject, version }: SchemaReference,
  context: string,
  { qualifiesReferences = false }: ShapeOptions,
): Json {
  const isNamed = qualifiesReferences && context !== "." && !isQualified(subject);
  return { name, subject: isNamed ? `:${context}:${subject}` : subject, version };
}
