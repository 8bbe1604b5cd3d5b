// Fields that a schema says are personal: `"pii": "<class>"` at an Avro field, `"x-pii": "<class>"` (or `"pii"`) in a
// JSON Schema, where the class is any text but "none", or true. What is kept aside is looked at by people, so their
// values are masked there.
import { checkJsonObject } from "../platform/json/check.js";
import { type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import type { AvroType } from "./avro/type.js";

/** The way to a field: names, and "*" for every item or member. */
export type FieldPath = readonly string[];

/** A field that a schema says is personal. */
export interface PersonalField {
  readonly path: FieldPath;
  /** What kind of personal data it is, such as "email". */
  readonly class: string;
}

/** The class of what is personal without saying of what kind. */
export const anyClass = "personal";

/** What stands in for a personal value. */
export const maskText = "***";

/** Schemas may contain themselves: no way is followed further than properties may be nested. */
const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;

/** The class that an annotation names; empty where it says that nothing is personal. */
export const personalClassOf = (annotation: unknown): string => {
  if (annotation === true) return anyClass;
  return typeof annotation === "string" && annotation !== "none" ? annotation : "";
};

/** Fields of two sources, each path once: what a schema says itself goes before what is noted beside it. */
export function joinPersonal(
  own: readonly PersonalField[],
  noted: readonly PersonalField[],
): readonly PersonalField[] {
  if (noted.length === 0) return own;
  const paths = new Set(own.map(({ path }) => JSON.stringify(path)));
  return [...own, ...noted.filter(({ path }) => !paths.has(JSON.stringify(path)))];
}

/** All there is. */
export const everything: readonly PersonalField[] = [{ path: ["*"], class: anyClass }];

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Keywords whose schemas are about the same value. */
const inPlace = ["allOf", "anyOf", "oneOf", "if", "then", "else", "not"];
/** Keywords whose schemas are about every item or member. */
const everyOne = [
  "items",
  "prefixItems",
  "additionalItems",
  "contains",
  "additionalProperties",
  "unevaluatedItems",
];

class JsonSchemaWalk {
  readonly fields: PersonalField[] = [];
  readonly #root: Json;
  #steps = 0;

  constructor(root: Json) {
    this.#root = root;
  }

  visit(schema: unknown, path: FieldPath): void {
    if (!isObject(schema) || path.length > DEPTH_MAX || ++this.#steps > STEPS_MAX) return;
    const personal = personalClassOf(schema["x-pii"] ?? schema["pii"]);
    if (personal !== "") {
      this.fields.push({ path, class: personal });
      return;
    }
    const target = typeof schema["$ref"] === "string" ? this.#resolve(schema["$ref"]) : undefined;
    // A reference costs a step of the way, so that one to itself ends.
    if (target !== undefined && path.length + this.#steps < STEPS_MAX) this.visit(target, path);
    for (const keyword of inPlace) for (const one of listOf(schema[keyword])) this.visit(one, path);
    for (const keyword of everyOne)
      for (const one of listOf(schema[keyword])) this.visit(one, [...path, "*"]);
    for (const one of Object.values(
      isObject(schema["patternProperties"]) ? schema["patternProperties"] : {},
    )) {
      this.visit(one, [...path, "*"]);
    }
    if (!isObject(schema["properties"])) return;
    for (const [name, one] of Object.entries(schema["properties"])) this.visit(one, [...path, name]);
  }

  #resolve(reference: string): unknown {
    if (!reference.startsWith("#/")) return undefined;
    let found: unknown = this.#root;
    for (const step of reference.slice(2).split("/")) {
      if (!isObject(found)) return undefined;
      found = found[step.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return found;
  }
}

/** The personal fields of a JSON Schema. */
export function personalInJsonSchema(schema: Json): readonly PersonalField[] {
  const walk = new JsonSchemaWalk(schema);
  try {
    walk.visit(schema, []);
  } catch (error) {
    // References that go round: all there is is personal, rather than none of it.
    if (!(error instanceof RangeError)) throw error;
    return everything;
  }
  return walk.fields;
}

/** The personal fields of an Avro record. */
export function personalInAvro(type: AvroType, path: FieldPath = []): readonly PersonalField[] {
  if (path.length > DEPTH_MAX) return [];
  if (type.kind === "array") return personalInAvro(type.items, [...path, "*"]);
  if (type.kind === "map") return personalInAvro(type.values, [...path, "*"]);
  if (type.kind === "union") return type.branches.flatMap((branch) => personalInAvro(branch, path));
  if (type.kind !== "record") return [];
  return type.fields.flatMap((field) => {
    const fieldPath = [...path, field.name];
    if (field.personalClass !== "") return [{ path: fieldPath, class: field.personalClass }];
    // A record within itself: what is personal in it was found on the way here.
    return holds(field.type, type) ? [] : personalInAvro(field.type, fieldPath);
  });
}

const holds = (type: AvroType, record: AvroType, depth = 0): boolean => {
  if (type === record) return true;
  if (depth > 8) return false;
  if (type.kind === "array") return holds(type.items, record, depth + 1);
  if (type.kind === "map") return holds(type.values, record, depth + 1);
  return type.kind === "union" && type.branches.some((branch) => holds(branch, record, depth + 1));
};

/** A value in place of another; undefined takes it out of its object, and leaves null in an array. */
type Replacement = (value: ExactValue) => ExactValue | undefined;

/** Replaces what the path leads to; objects and arrays on the way are changed where they are. */
export const replaceAt = (
  value: ExactValue,
  path: FieldPath,
  replace: Replacement,
): ExactValue | undefined => {
  const [step, ...rest] = path;
  if (step === undefined) return replace(value);
  if (Array.isArray(value)) {
    return step === "*" ? value.map((item) => replaceAt(item, rest, replace) ?? null) : value;
  }
  if (!(value instanceof Map)) return value;
  for (const [name, member] of value) {
    if (step !== "*" && step !== name) continue;
    const replaced = replaceAt(member, rest, replace);
    if (replaced === undefined) value.delete(name);
    else value.set(name, replaced);
  }
  return value;
};

/** Properties' text without its personal values; where it can't be read, nothing of it can be shown. */
export function maskPersonal(text: string, fields: readonly PersonalField[]): string {
  if (fields.length === 0) return text;
  if (checkJsonObject(Buffer.from(text)) !== undefined) return JSON.stringify(maskText);
  let value = parseExact(text);
  for (const { path } of fields) value = replaceAt(value, path, () => maskText) ?? maskText;
  return stringifyExact(value);
}
