// Reads Avro schemas into the model. The registry has taken the text, so that it is valid; what is not is said anyway.
import { type ExactValue, stringifyExact } from "../../platform/json/exact.js";
import { parseAvro } from "../avro/parse.js";
import type { AvroField, AvroRecord, AvroType } from "../avro/type.js";
import { defaultBytes } from "./default-bytes.js";
import {
  type EnumType,
  type Field,
  type NamedType,
  type RecordType,
  reachableFrom,
  type UnionBranch,
  type UnionType,
  type ValueType,
} from "./model.js";
import { noRemarks, remarksOf } from "./remarks.js";

type Json = Readonly<Record<string, unknown>>;

/** Where in a schema the reader is. */
interface Place {
  readonly namespace: string;
  /** Within the properties, such as "items[].price". */
  readonly path: string;
  /** What an unnamed union would be called here. */
  readonly name: string;
}

/** Thrown to leave a part that no client can be made of. */
export class Unsupported extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const scalar = (api: Extract<ValueType, { kind: "scalar" }>["api"], method: string, ...args: number[]) =>
  ({ kind: "scalar", api, write: { method, args } }) as const;

const primitives: Readonly<Record<string, ValueType>> = {
  boolean: scalar("boolean", "bool"),
  int: scalar("int", "int32"),
  long: scalar("long", "int64"),
  float: scalar("float", "float32"),
  double: scalar("double", "float64"),
  string: scalar("string", "text"),
  bytes: scalar("bytes", "blob"),
};

/** By the type that carries them; what is not here, the specification has ignored. */
const logical: Readonly<Record<string, ValueType>> = {
  "int date": scalar("date", "date"),
  "int time-millis": scalar("timeOfDay", "timeMillis"),
  "long time-micros": scalar("timeOfDay", "timeMicros"),
  "long timestamp-millis": scalar("instant", "timestampMillis"),
  "long timestamp-micros": scalar("instant", "timestampMicros"),
  "long timestamp-nanos": scalar("instant", "timestampNanos"),
  "long local-timestamp-millis": scalar("localDateTime", "localTimestampMillis"),
  "long local-timestamp-micros": scalar("localDateTime", "localTimestampMicros"),
  "long local-timestamp-nanos": scalar("localDateTime", "localTimestampNanos"),
  "string uuid": scalar("uuid", "uuid"),
};

const decimalOf = (json: Json, size?: number): ValueType | undefined => {
  const [precision, scale] = [Number(json["precision"]), Number(json["scale"] ?? 0)];
  const isValid = Number.isInteger(precision) && Number.isInteger(scale) && scale >= 0 && scale <= precision;
  if (json["logicalType"] !== "decimal" || !isValid || precision < 1 || precision > 1_000) return undefined;
  return size === undefined
    ? scalar("decimal", "decimalBytes", precision, scale)
    : scalar("decimal", "decimalFixed", precision, scale, size);
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const simpleName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

const fullName = (json: Json, outer: string): string => {
  const name = String(json["name"]);
  const namespace = typeof json["namespace"] === "string" ? json["namespace"] : outer;
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
};

const namespaceOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(".")));

class AvroReader {
  readonly named: NamedType[] = [];
  readonly #types = new Map<string, ValueType>();

  read(schema: unknown, place: Place): ValueType | undefined {
    if (typeof schema === "string") return this.#reference(schema, place);
    if (Array.isArray(schema)) return this.#union(schema, place);
    if (!isObject(schema)) throw new Unsupported(place.path, "is no Avro type");
    const { type } = schema;
    if (type === undefined || isObject(type) || Array.isArray(type)) return this.read(type, place);
    switch (type) {
      case "record":
      case "error":
        return { kind: "named", type: this.record(schema, place) };
      case "enum":
        return this.#enum(schema, place);
      case "fixed":
        return this.#fixed(schema, place);
      case "array": {
        const inner = { ...place, path: `${place.path}[]`, name: `${place.name}Item` };
        return { kind: "array", items: this.#present(schema["items"], inner) };
      }
      case "map": {
        const inner = { ...place, path: `${place.path}.*`, name: `${place.name}Value` };
        return { kind: "map", values: this.#present(schema["values"], inner) };
      }
      default:
        return this.#primitive(String(type), schema, place);
    }
  }

  record(json: Json, { namespace, path, name: outerName }: Place): RecordType {
    const name = fullName(json, namespace);
    const record: RecordType = {
      kind: "record",
      name: simpleName(name),
      remarks: remarksOf(json),
      fields: [],
    };
    // The root stands apart from the types that it holds.
    if (path !== "") this.named.push(record);
    this.#types.set(name, { kind: "named", type: record });
    const fields = Array.isArray(json["fields"]) ? json["fields"].filter(isObject) : [];
    for (const field of fields) {
      const wire = String(field["name"]);
      record.fields.push(
        this.#field(field, {
          namespace: namespaceOf(name),
          path: path === "" ? wire : `${path}.${wire}`,
          name: outerName === "" ? wire : `${record.name}_${wire}`,
        }),
      );
    }
    return record;
  }

  /** A field's default is filled in later, once all types are known. */
  #field(json: Json, place: Place): Field {
    const type = this.read(json["type"], place);
    const [hasDefault, fallback] = [json["default"] !== undefined, json["default"]];
    const isNullable = type?.kind === "nullable";
    return {
      wire: String(json["name"]),
      type: type ?? { kind: "array", items: scalar("json", "nothing") },
      // The field's own remarks come first; a logical type's or a named type's stand with the type.
      remarks: remarksOf(isObject(json["type"]) ? { ...unitOf(json["type"]), ...json } : json),
      isRequired: isNullable ? !(hasDefault && fallback === null) : !hasDefault,
      leftOut: hasDefault && !isNullable ? { kind: "hex", hex: "" } : undefined,
      constant: type === undefined ? "" : undefined,
    };
  }

  /** A type within an array, map or union, where nothing but null is no value. */
  #present(schema: unknown, place: Place): ValueType {
    const type = this.read(schema, place);
    if (type === undefined)
      throw new Unsupported(place.path, "is always null, which no type stands for here");
    return type;
  }

  #reference(name: string, place: Place): ValueType | undefined {
    if (name === "null") return undefined;
    const known =
      primitives[name] ??
      this.#types.get(name.includes(".") || place.namespace === "" ? name : `${place.namespace}.${name}`) ??
      this.#types.get(name);
    if (known === undefined) throw new Unsupported(place.path, `the type ${name.slice(0, 80)} is not known`);
    return known;
  }

  #primitive(type: string, json: Json, place: Place): ValueType | undefined {
    if (type === "bytes") return decimalOf(json) ?? primitives["bytes"];
    return logical[`${type} ${json["logicalType"]}`] ?? this.#reference(type, place);
  }

  #enum(json: Json, { namespace }: Place): ValueType {
    const name = fullName(json, namespace);
    const symbols = json["symbols"] as string[];
    const type: EnumType = { kind: "enum", name: simpleName(name), remarks: remarksOf(json), symbols };
    this.named.push(type);
    const named = { kind: "named", type } as const;
    this.#types.set(name, named);
    return named;
  }

  #fixed(json: Json, { namespace }: Place): ValueType {
    const size = Number(json["size"]);
    const type = fixedOf(json, size);
    this.#types.set(fullName(json, namespace), type);
    return type;
  }

  #union(schemas: readonly unknown[], place: Place): ValueType | undefined {
    const nullIndex = schemas.findIndex(
      (schema) => schema === "null" || (isObject(schema) && schema["type"] === "null"),
    );
    const others = schemas.flatMap((schema, index) => (index === nullIndex ? [] : [{ schema, index }]));
    const [only] = others;
    if (only === undefined) return undefined;
    if (others.length === 1) {
      const value = this.#present(only.schema, place);
      if (nullIndex >= 0) return { kind: "nullable", value, nullIndex, valueIndex: only.index };
      // A union of one branch has its index before every value all the same.
    }
    const type: UnionType = { kind: "union", name: place.name, remarks: noRemarks, branches: [] };
    this.named.push(type);
    for (const { schema, index } of others) {
      type.branches.push(this.#branch({ schema, index }, place));
    }
    const value: ValueType = { kind: "named", type };
    return nullIndex < 0 ? value : { kind: "nullable", value, nullIndex, valueIndex: undefined };
  }

  #branch({ schema, index }: { schema: unknown; index: number }, place: Place): UnionBranch {
    const label = branchLabel(schema);
    const type = this.#present(schema, { ...place, name: `${place.name}_${label}` });
    return { label, index, type };
  }
}

const fixedOf = (json: Json, size: number): ValueType => {
  if (json["logicalType"] === "uuid" && size === 16) return scalar("uuid", "uuidFixed");
  if (json["logicalType"] === "duration" && size === 12) return scalar("duration", "duration");
  return decimalOf(json, size) ?? scalar("bytes", "fixed", size);
};

const unitOf = (json: Json): Json => (json["unit"] === undefined ? {} : { unit: json["unit"] });

const defaultFact = (fallback: ExactValue, isNullable: boolean): string => {
  const text = stringifyExact(fallback).slice(0, 200);
  return isNullable
    ? `The schema's default ${text} is not filled in: it or null has to be stated.`
    : `Left out: ${text}.`;
};

const branchLabel = (schema: unknown): string => {
  if (typeof schema === "string") return simpleName(schema);
  const { name, type, logicalType } = schema as Json;
  return String(typeof name === "string" ? simpleName(name) : (logicalType ?? type));
};

/** What is known of the defaults beneath a record, as far as it has been visited. */
interface Visit {
  /** Within the properties. */
  readonly path: string;
  readonly seen: Set<string>;
}

/** The bytes of each field's default, in the order of the schema's records, and what is said of it. */
const withDefaults = (record: RecordType, type: AvroRecord, { path: outer, seen }: Visit): void => {
  if (seen.has(type.fullName)) return;
  seen.add(type.fullName);
  type.fields.forEach((known, index) => {
    const field = record.fields[index];
    if (field === undefined) return;
    const path = outer === "" ? known.name : `${outer}.${known.name}`;
    record.fields[index] = withDefault(field, known, path);
    visit(field.type, known.type, { path, seen });
  });
};

const withDefault = (field: Field, known: AvroField, path: string): Field => {
  const { fallback } = known;
  // A default of null says the same as null itself. Any other one of a nullable field would have to be told apart
  // from null in languages that can't: such a field is stated.
  if (fallback === undefined || (field.type.kind === "nullable" && fallback.json === null)) return field;
  const fact = defaultFact(fallback.json, field.type.kind === "nullable");
  const remarks = { ...field.remarks, facts: [...field.remarks.facts, fact] };
  if (field.leftOut?.kind !== "hex") return { ...field, remarks };
  const bytes = defaultBytes(known);
  if (bytes === undefined) throw new Unsupported(path, "has a default that is no value of its type");
  return { ...field, remarks, leftOut: { kind: "hex", hex: bytes.toString("hex") } };
};

/** Follows a type and what the registry knows of it side by side. */
const visit = (type: ValueType, known: AvroType, { path, seen }: Visit): void => {
  if (type.kind === "array" && known.kind === "array")
    visit(type.items, known.items, { path: `${path}[]`, seen });
  else if (type.kind === "map" && known.kind === "map")
    visit(type.values, known.values, { path: `${path}.*`, seen });
  else if (type.kind === "nullable" && known.kind === "union") {
    const branch = type.valueIndex === undefined ? known : known.branches[type.valueIndex];
    if (branch !== undefined) visit(type.value, branch, { path, seen });
  } else if (type.kind !== "named") return;
  else if (type.type.kind === "record" && known.kind === "record") {
    withDefaults(type.type, known, { path, seen });
  } else if (type.type.kind === "union" && known.kind === "union") {
    for (const branch of type.type.branches) {
      const knownBranch = known.branches[branch.index];
      if (knownBranch !== undefined) visit(branch.type, knownBranch, { path, seen });
    }
  }
};

/**
 * The record of an Avro schema and the types in it; what it refers to is read before it.
 * @throws Unsupported
 */
export function readAvro(
  text: string,
  references: readonly { readonly name: string; readonly text: string }[] = [],
): { root: RecordType; named: readonly NamedType[] } {
  const schema: unknown = JSON.parse(text);
  if (!isObject(schema) || schema["type"] !== "record") throw new Unsupported("", "is no Avro record");
  const reader = new AvroReader();
  for (const { name, text: referred } of references) {
    reader.read(JSON.parse(referred), { namespace: "", path: name, name });
  }
  const root = reader.record(schema, { namespace: "", path: "", name: "" });
  const sources = references.map((reference) => ({ ...reference, subject: reference.name, version: 0 }));
  // As it was registered: a default that does not fit its type may stand where nothing needs its bytes.
  const { type } = parseAvro({ text, references: sources }, "kept");
  if (type.kind !== "record") throw new Unsupported("", "is no Avro record");
  withDefaults(root, type, { path: "", seen: new Set() });
  const reachable = reachableFrom(root);
  return { root, named: reader.named.filter((type) => reachable.has(type)) };
}
