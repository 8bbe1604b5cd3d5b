// Fields that a schema says are personal: `"pii": "<class>"` at an Avro field, `"x-pii": "<class>"` (or `"pii"`) in a
// JSON Schema, where the class is any text but "none", or true. What is kept aside is looked at by people, so their
// values are masked there.
import { checkJsonObject } from "../platform/json/check.js";
import { type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import type { AvroType } from "./avro-type.js";

/** The way to a field: names, and "*" for every item or member. */
export type FieldPath = readonly string[];

/** What stands in for a personal value. */
export const maskText = "***";

/** Schemas may contain themselves: no way is followed further than properties may be nested. */
const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;

export const isPersonal = (annotation: unknown): boolean =>
  annotation === true || (typeof annotation === "string" && annotation !== "" && annotation !== "none");

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
  readonly paths: FieldPath[] = [];
  readonly #root: Json;
  #steps = 0;

  constructor(root: Json) {
    this.#root = root;
  }

  visit(schema: unknown, path: FieldPath): void {
    if (!isObject(schema) || path.length > DEPTH_MAX || ++this.#steps > STEPS_MAX) return;
    if (isPersonal(schema["x-pii"] ?? schema["pii"])) {
      this.paths.push(path);
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
export function personalInJsonSchema(schema: Json): readonly FieldPath[] {
  const walk = new JsonSchemaWalk(schema);
  try {
    walk.visit(schema, []);
  } catch (error) {
    // References that go round: all there is is personal, rather than none of it.
    if (!(error instanceof RangeError)) throw error;
    return [["*"]];
  }
  return walk.paths;
}

/** The personal fields of an Avro record. */
export function personalInAvro(type: AvroType, path: FieldPath = []): readonly FieldPath[] {
  if (path.length > DEPTH_MAX) return [];
  if (type.kind === "array") return personalInAvro(type.items, [...path, "*"]);
  if (type.kind === "map") return personalInAvro(type.values, [...path, "*"]);
  if (type.kind === "union") return type.branches.flatMap((branch) => personalInAvro(branch, path));
  if (type.kind !== "record") return [];
  return type.fields.flatMap((field) => {
    const fieldPath = [...path, field.name];
    if (field.isPersonal) return [fieldPath];
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

const masked = (value: ExactValue, path: FieldPath): ExactValue => {
  const [step, ...rest] = path;
  if (step === undefined) return maskText;
  if (Array.isArray(value)) return step === "*" ? value.map((item) => masked(item, rest)) : value;
  if (!(value instanceof Map)) return value;
  for (const [name, member] of value)
    if (step === "*" || step === name) value.set(name, masked(member, rest));
  return value;
};

/** Properties' text without its personal values; where it can't be read, nothing of it can be shown. */
export function maskPersonal(text: string, paths: readonly FieldPath[]): string {
  if (paths.length === 0) return text;
  if (checkJsonObject(Buffer.from(text)) !== undefined) return JSON.stringify(maskText);
  let value = parseExact(text);
  for (const path of paths) value = masked(value, path);
  return stringifyExact(value);
}
