import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { SchemaLanguage } from "../rules/language.js";
import { compactJson } from "./canonical-text.js";
import { diffJson } from "./diff.js";
import { type JsonSchema, jsonSchemaOf } from "./parsed-schema.js";
import { readsJson } from "./reads.js";

/** JSON Schema from draft-04 to 2020-12, behind the registry's rules. */
export const jsonSchemaLanguage: SchemaLanguage<JsonSchema> = {
  kind: SchemaKind.JSON_SCHEMA,
  parse: jsonSchemaOf,
  normalized: ({ canonical }) => compactJson(canonical, true),
  reads: readsJson,
  diff: diffJson,
};
