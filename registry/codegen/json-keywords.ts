// What the reader of JSON Schemas knows of their keywords.
import type { Api, NullableType, ValueType } from "./model.js";

export type Json = Readonly<Record<string, unknown>>;

export const scalar = (api: Api, method: string): ValueType => ({
  kind: "scalar",
  api,
  write: { method, args: [] },
});

export const anyJson = scalar("json", "json");

export const nullable = (value: ValueType): NullableType =>
  value.kind === "nullable" ? value : { kind: "nullable", value, nullIndex: 0, valueIndex: undefined };

export const hasHalfSurrogate = (text: string): boolean => /\p{Cs}/u.test(text);

/** Formats that have a type of their own. */
export const formats: Readonly<Record<string, ValueType>> = {
  "date-time": scalar("instant", "dateTime"),
  date: scalar("date", "date"),
  uuid: scalar("uuid", "uuid"),
};

/** Keywords whose bounds stand in the docs. */
const bounds = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "contentEncoding",
  "contentMediaType",
] as const;

type Join = (one: unknown, other: unknown) => unknown;

const highest: Join = (one, other) => (Number(one) >= Number(other) ? one : other);
const lowest: Join = (one, other) => (Number(one) <= Number(other) ? one : other);

/** What two bounds of one kind come to; of several patterns and the like the docs say the first. */
export const joinedBounds: Readonly<Record<string, Join>> = Object.fromEntries(
  bounds.map((keyword): [string, Join] => {
    if (/^(min|exclusiveMin)/.test(keyword)) return [keyword, highest];
    return [keyword, /^(max|exclusiveMax)/.test(keyword) ? lowest : (one) => one];
  }),
);

/** Keywords that restrict a value by conditions: what the types allow may still be refused by the server. */
export const conditions = [
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "propertyNames",
  "contains",
  "minContains",
  "maxContains",
  "unevaluatedProperties",
  "unevaluatedItems",
];

/** Keywords that would make the types wrong. */
export const refused = ["$dynamicRef", "$recursiveRef"];

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keywords that say nothing of values. */
export const annotations = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "$comment",
  "unit",
  "pii",
  "x-unit",
  "x-pii",
  "x-deprecated",
]);

/** Keywords that say which types a value has. */
const shapes = ["type", "properties", "items", "enum", "const", "$ref", "additionalProperties"];
export const hasShape = (schema: Json): boolean => shapes.some((keyword) => schema[keyword] !== undefined);

/** Alternatives that only restrict, such as which properties have to be there. */
export const isRestriction = (alternatives: readonly unknown[]): boolean =>
  alternatives.every((one) => isObject(one) && !hasShape(one));

export const isNull = (schema: unknown): boolean =>
  isObject(schema) && (schema["type"] === "null" || schema["const"] === null);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The types that a schema allows; none where it does not say. */
export const typesOf = (schema: Json): string[] => {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.map(String);
  // A schema that describes properties is about objects, whatever else it would let pass.
  if (isObject(schema["properties"])) return ["object"];
  return schema["items"] === undefined ? [] : ["array"];
};

export const labelOf = (schema: unknown, index: number): string => {
  if (!isObject(schema)) return `choice_${index + 1}`;
  const { title, $ref: reference, type } = schema;
  if (typeof title === "string" && title !== "") return title;
  if (typeof reference === "string") return reference.slice(reference.lastIndexOf("/") + 1);
  return typeof type === "string" ? type : `choice_${index + 1}`;
};

/** What of a property goes into the docs besides its description. */
export const factsOf = (schema: Json): string[] => {
  const found = bounds.filter(
    (keyword) =>
      schema[keyword] !== undefined &&
      schema[keyword] !== false &&
      !(keyword === "format" && formats[String(schema[keyword])] !== undefined),
  );
  const said = found.map((keyword) => `${keyword} ${JSON.stringify(schema[keyword]).slice(0, 200)}`);
  const fallback = schema["default"];
  return [
    ...(said.length === 0 ? [] : [`Rules: ${said.join(", ")}.`]),
    ...(fallback === undefined ? [] : [`Default: ${JSON.stringify(fallback).slice(0, 200)}.`]),
  ];
};

export const joined = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** What a reference within a schema refers to. */
export const resolvePointer = (root: Json, reference: string): unknown => {
  let found: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
};

/** The items of a list that have types of their own. */
export interface Tuple {
  readonly items: readonly unknown[];
  /** What further items are; undefined: there are none, or nobody says what they are. */
  readonly rest: unknown;
}

/** The items that have types of their own, as 2020-12 and the drafts before say it; none where it is a plain list. */
export const tupleOf = (schema: Json): Tuple => {
  const { prefixItems, items, additionalItems, minItems, maxItems } = schema;
  const isOld = Array.isArray(items);
  if (!isOld && !Array.isArray(prefixItems)) return { items: [], rest: items };
  const all = listOf(isOld ? items : prefixItems);
  const impossible = all.indexOf(false);
  const end = Math.min(all.length, impossible < 0 ? all.length : impossible, Number(maxItems ?? all.length));
  const rest = isOld ? additionalItems : items;
  const isOpen = end === all.length && rest !== false && Number(maxItems ?? Infinity) > end;
  // Without a need for them, items that nobody describes are left out.
  const hasRest = isOpen && (isObject(rest) || Number(minItems ?? 0) > end);
  return { items: all.slice(0, end), rest: hasRest ? (rest ?? true) : undefined };
};
