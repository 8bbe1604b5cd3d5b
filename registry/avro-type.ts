// An Avro schema as a tree of types, its names resolved. avsc decides whether the text is a schema at all; the tree is
// what our own reading and checking walk over, since both need limits, exact numbers and paths.
import avsc from "avsc";
import { personalClassOf } from "./personal.js";

/** A type of Avro 1.12. */
export type AvroType =
  | { readonly kind: "null" | "boolean" | "int" | "float" | "double" | "string" }
  | { readonly kind: "long" }
  | { readonly kind: "bytes"; readonly decimal: Decimal | undefined }
  | {
      readonly kind: "fixed";
      readonly size: number;
      readonly decimal: Decimal | undefined;
      readonly logical: string;
    }
  | { readonly kind: "enum"; readonly symbols: readonly string[] }
  | { readonly kind: "array"; readonly items: AvroType }
  | { readonly kind: "map"; readonly values: AvroType }
  | { readonly kind: "union"; readonly branches: readonly AvroType[] }
  | AvroRecord;

export interface AvroRecord {
  readonly kind: "record";
  /** Filled after the record has its name: a record may contain itself. */
  readonly fields: AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  /** As the schema's JSON has it; undefined where there is none. */
  readonly fallback: unknown;
  /** The class of personal data that the schema says it is; empty for none. */
  readonly personalClass: string;
}

/** The scale of a decimal, and the most digits it has. */
export interface Decimal {
  readonly scale: number;
  readonly precision: number;
}

type Json = Readonly<Record<string, unknown>>;

const primitives = new Set(["null", "boolean", "int", "long", "float", "double", "string", "bytes"]);

class Builder {
  readonly #named = new Map<string, AvroType>();

  build(schema: unknown, namespace: string): AvroType {
    if (typeof schema === "string") return this.#reference(schema, namespace, {});
    if (Array.isArray(schema)) {
      return { kind: "union", branches: schema.map((branch) => this.build(branch, namespace)) };
    }
    const json = schema as Json;
    const type = json["type"];
    if (typeof type !== "string") return this.build(type, namespace);
    switch (type) {
      case "array":
        return { kind: "array", items: this.build(json["items"], namespace) };
      case "map":
        return { kind: "map", values: this.build(json["values"], namespace) };
      case "record":
      case "error":
        return this.#record(json, namespace);
      case "enum": {
        const symbols = json["symbols"] as string[];
        return this.#name(json, namespace, { kind: "enum", symbols });
      }
      case "fixed": {
        const logical = String(json["logicalType"] ?? "");
        const fixed = {
          kind: "fixed",
          size: Number(json["size"]),
          decimal: decimalOf(json),
          logical,
        } as const;
        return this.#name(json, namespace, fixed);
      }
      default:
        return this.#reference(type, namespace, json);
    }
  }

  #reference(name: string, namespace: string, json: Json): AvroType {
    if (name === "bytes") return { kind: "bytes", decimal: decimalOf(json) };
    if (primitives.has(name)) return { kind: name as "null" };
    const found = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (found === undefined) throw new Error(`the type ${name.slice(0, 80)} is not known`);
    return found;
  }

  #record(json: Json, namespace: string): AvroType {
    const record: AvroRecord = this.#name(json, namespace, { kind: "record", fields: [] });
    const inner = namespaceOf(json, namespace);
    for (const field of json["fields"] as Json[]) {
      const type = this.build(field["type"], inner);
      record.fields.push({
        name: String(field["name"]),
        type,
        fallback: field["default"],
        personalClass: personalClassOf(field["pii"] ?? field["x-pii"]),
      });
    }
    return record;
  }

  #name<T extends AvroType>(json: Json, namespace: string, type: T): T {
    const name = json["name"];
    if (typeof name !== "string") return type;
    const given = json["namespace"];
    this.#named.set(fullName(name, typeof given === "string" ? given : namespace), type);
    return type;
  }
}

const fullName = (name: string, namespace: string): string =>
  name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;

const namespaceOf = (json: Json, outer: string): string => {
  const name = String(json["name"] ?? "");
  if (name.includes(".")) return name.slice(0, name.lastIndexOf("."));
  return typeof json["namespace"] === "string" ? json["namespace"] : outer;
};

const decimalOf = (json: Json): Decimal | undefined => {
  if (json["logicalType"] !== "decimal") return undefined;
  const [scale, precision] = [Number(json["scale"] ?? 0), Number(json["precision"])];
  // As the specification has it: a logical type that is not valid is ignored.
  if (!(Number.isInteger(scale) && Number.isInteger(precision))) return undefined;
  return scale >= 0 && precision > 0 && scale <= precision && precision <= 1_000
    ? { scale, precision }
    : undefined;
};

/**
 * The record that a schema describes.
 * @throws Error that says what is wrong with it.
 */
export function avroRecordOf(schema: unknown): AvroRecord {
  // Wrapped unions: they take every union that the specification allows.
  avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
  const type = new Builder().build(schema, "");
  if (type.kind !== "record") throw new Error("an Avro schema for events must be a record");
  return type;
}
