import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { SchemaLanguage } from "../rules/language.js";
import { canonicalText } from "./canonical.js";
import { diffAvro } from "./diff.js";
import { readsAvro } from "./reads.js";
import { readsSomeAvro } from "./reads-some.js";
import { type AvroSchema, avroSchemaOf } from "./schema.js";

const inlined = ({ type }: AvroSchema): string => canonicalText(type, { isSorted: false, known: new Set() });

/** Avro 1.12, behind the registry's rules. */
export const avroLanguage: SchemaLanguage<AvroSchema> = {
  kind: SchemaKind.AVRO,
  parse: avroSchemaOf,
  normalized: ({ type, foreign }) => canonicalText(type, { isSorted: true, known: foreign }),
  inlined,
  formatted: (parsed, format) => (format === "resolved" ? inlined(parsed) : undefined),
  reads: readsAvro,
  readsSome: readsSomeAvro,
  diff: diffAvro,
};
