// Which keywords each draft knows, and where in them other schemas are.
import type { Draft } from "./dialect.js";

const everyDraft = [
  ...["$ref", "type", "nullable", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ...["multipleOf", "minLength", "maxLength", "pattern", "format", "items", "minItems", "maxItems"],
  ...["uniqueItems", "properties", "patternProperties", "additionalProperties", "required", "minProperties"],
  ...["maxProperties", "dependencies", "allOf", "anyOf", "oneOf", "not"],
];
const tuples = ["additionalItems"];
const content = ["contentEncoding", "contentMediaType"];
const since06 = ["const", "contains", "propertyNames"];
const since07 = ["if", "then", "else", ...content];
const since2019 = [
  ...["minContains", "maxContains", "dependentRequired", "dependentSchemas", "unevaluatedItems"],
  ...["unevaluatedProperties", "contentSchema"],
];

const known: Readonly<Record<Draft, ReadonlySet<string>>> = {
  "draft-04": new Set([...everyDraft, ...tuples]),
  "draft-06": new Set([...everyDraft, ...tuples, ...since06]),
  "draft-07": new Set([...everyDraft, ...tuples, ...since06, ...since07]),
  "2019-09": new Set([...everyDraft, ...tuples, ...since06, ...since07, ...since2019, "$recursiveRef"]),
  "2020-12": new Set([...everyDraft, ...since06, ...since07, ...since2019, "$dynamicRef", "prefixItems"]),
};

/** Keywords that hold one schema (or, for the older `items`, a list). */
export const schemaKeywords: ReadonlySet<string> = new Set([
  ...["items", "additionalItems", "additionalProperties", "not", "contains", "propertyNames", "if", "then"],
  ...["else", "unevaluatedItems", "unevaluatedProperties", "contentSchema"],
]);
/** Keywords that hold a list of schemas. */
export const listKeywords: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
/** Keywords that hold schemas by name. */
export const mapKeywords: ReadonlySet<string> = new Set([
  ...["properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"],
]);
/** Keywords that hold values, not schemas. */
export const dataKeywords: ReadonlySet<string> = new Set([
  ...["const", "enum", "default", "examples", "required", "type", "dependentRequired"],
]);

/** Whether `$ref` makes a draft pass over everything beside it. */
export const isRefAlone = (draft: Draft): boolean => draft.startsWith("draft-");

/** The keywords of a schema that its draft goes by; none of a boolean schema. */
export function keywordsOf(draft: Draft, schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (isRefAlone(draft) && Object.hasOwn(schema, "$ref")) return ["$ref"];
  return Object.keys(schema).filter((name) => known[draft].has(name));
}
