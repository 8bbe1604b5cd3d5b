// Which properties a schema names, and which of them are whole numbers: what rules on them have to know.
import type { AvroType } from "../avro/type.js";
import { hintDepthMax, type NumberHint } from "./cel-value.js";

/** What rules may speak of. */
export interface DeclaredProperties {
  readonly names: ReadonlySet<string>;
  readonly hint: NumberHint;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Subschemas looked at for one schema: more have no hint. */
const stepsMax = 5_000;

/** The properties of an Avro record. */
export function declaredByAvro(record: AvroType): DeclaredProperties {
  const hint = avroHint(record, 0, { steps: stepsMax });
  return { names: new Set(hint.members?.keys() ?? []), hint };
}

const avroHint = (type: AvroType, depth: number, left: { steps: number }): NumberHint => {
  if (depth > hintDepthMax || left.steps-- <= 0) return {};
  const inner = (one: AvroType): NumberHint => avroHint(one, depth + 1, left);
  switch (type.kind) {
    case "int":
    case "long":
      return { isInteger: true };
    case "array":
      return { items: inner(type.items) };
    case "map":
      return { items: inner(type.values) };
    case "record":
      return { members: new Map(type.fields.map((field) => [field.name, inner(field.type)])) };
    case "union": {
      const others = type.branches.filter(({ kind }) => kind !== "null");
      return others.length === 1 && others[0] !== undefined ? inner(others[0]) : {};
    }
    default:
      return {};
  }
};

/** The properties that a JSON Schema names, in itself or in what it combines and refers to. */
export function declaredByJsonSchema(schema: unknown): DeclaredProperties {
  const walk = new JsonSchemaHints(schema);
  const hint = walk.hint(schema, 0);
  return { names: new Set(hint.members?.keys() ?? []), hint };
}

class JsonSchemaHints {
  readonly #root: unknown;
  #steps = stepsMax;

  constructor(root: unknown) {
    this.#root = root;
  }

  hint(schema: unknown, depth: number): NumberHint {
    if (!isObject(schema) || depth > hintDepthMax || this.#steps-- <= 0) return {};
    const { type, items, additionalProperties, properties } = schema as { [name: string]: unknown };
    const members = new Map<string, NumberHint>();
    for (const part of this.#sameValue(schema)) {
      for (const [name, member] of this.hint(part, depth + 1).members ?? []) members.set(name, member);
    }
    for (const [name, member] of Object.entries(isObject(properties) ? properties : {}))
      members.set(name, this.hint(member, depth + 1));
    const inside = isObject(items)
      ? items
      : isObject(additionalProperties)
        ? additionalProperties
        : undefined;
    const types = (Array.isArray(type) ? type : [type]).filter((one) => one !== "null");
    return {
      ...(types.length === 1 && types[0] === "integer" ? { isInteger: true } : {}),
      ...(members.size > 0 ? { members } : {}),
      ...(inside === undefined ? {} : { items: this.hint(inside, depth + 1) }),
    };
  }

  /** The schemas that are about the same value. */
  #sameValue(schema: Json): unknown[] {
    const combined = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => schema[keyword] ?? []);
    const reference = schema["$ref"];
    return [...combined, schema["if"], schema["then"], schema["else"], this.#resolve(reference)];
  }

  #resolve(reference: unknown): unknown {
    if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
    let found = this.#root;
    for (const step of reference.slice(2).split("/")) {
      if (!isObject(found)) return undefined;
      found = found[step.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return found;
  }
}
