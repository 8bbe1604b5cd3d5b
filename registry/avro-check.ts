// Checks JSON properties against an Avro record: the JSON that `avro-decode.ts` writes is the JSON that is taken here.
// A record has the fields of its schema and no others; missing ones get their default; a union takes the first branch
// that fits, plainly, without the branch's name.
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../platform/json/exact.js";
import { joinJsonPath } from "../platform/json/path.js";
import { jsonLimits } from "../platform/json/rules.js";
import type { AvroRecord, AvroType, Decimal } from "./avro-type.js";
import { checkStepsMax, type SchemaRefusal, type SchemaResult, tooCostly } from "./compiled-schema.js";

interface Filled {
  readonly members: Map<string, ExactValue>;
  readonly name: string;
  readonly value: ExactValue;
}

const refuse = (path: string, rule: string, message: string): SchemaRefusal => ({ path, rule, message });

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** The whole number that a JSON number stands for, if it is one. */
const wholeNumber = (value: ExactValue): bigint | undefined => {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  if (!(value instanceof ExactNumber)) return undefined;
  if (/^-?\d+$/.test(value.text)) return BigInt(value.text);
  const double = Number(value.text);
  return Number.isInteger(double) && Math.abs(double) < 2 ** 64 ? BigInt(double) : undefined;
};

const isNumber = (value: ExactValue): boolean => typeof value === "number" || value instanceof ExactNumber;

const fitsDecimal = (value: ExactValue, { scale, precision }: Decimal): boolean => {
  const text = value instanceof ExactNumber ? value.text : String(value);
  const [, whole = "", fraction = ""] = /^-?0*(\d*?)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (!/^-?\d+(\.\d+)?$/.test(text)) return false;
  return fraction.length <= scale && whole.length <= precision - scale;
};

/** Every character is a byte. */
const isLatin1 = (value: ExactValue): value is string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all bytes are meant.
  typeof value === "string" && /^[\u0000-\u00ff]*$/.test(value);

class Checker {
  filled: Filled[] = [];
  #steps = 0;

  check(type: AvroType, value: ExactValue, path: string): SchemaRefusal | undefined {
    if (++this.#steps > checkStepsMax) return tooCostly;
    switch (type.kind) {
      case "record":
        return this.#record(type, value, path);
      case "array":
        return this.#array(type.items, value, path);
      case "map":
        return this.#map(type.values, value, path);
      case "union":
        return this.#union(type.branches, value, path);
      default:
        return fits(type, value) ? undefined : refuse(path, type.kind, `The value is no ${nameOf(type)}.`);
    }
  }

  #record(type: AvroRecord, value: ExactValue, path: string): SchemaRefusal | undefined {
    if (!(value instanceof Map)) return refuse(path, "record", "The value is no object.");
    let found = 0;
    for (const field of type.fields) {
      const fieldPath = joinJsonPath(path, field.name);
      const member = value.get(field.name);
      if (member === undefined) {
        if (field.fallback === undefined) {
          return refuse(fieldPath, "required", "The field is missing and has no default.");
        }
        this.filled.push({ members: value, name: field.name, value: defaultOf(field.type, field.fallback) });
        continue;
      }
      found++;
      const refusal = this.check(field.type, member, fieldPath);
      if (refusal !== undefined) return refusal;
    }
    if (found === value.size) return undefined;
    const names = new Set(type.fields.map((field) => field.name));
    const unknown = [...value.keys()].find((name) => !names.has(name)) ?? "";
    return refuse(joinJsonPath(path, unknown), "unknown_field", "The record has no field of that name.");
  }

  #array(items: AvroType, value: ExactValue, path: string): SchemaRefusal | undefined {
    if (!Array.isArray(value)) return refuse(path, "array", "The value is no array.");
    for (const [index, item] of value.entries()) {
      const refusal = this.check(items, item, joinJsonPath(path, index));
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #map(values: AvroType, value: ExactValue, path: string): SchemaRefusal | undefined {
    if (!(value instanceof Map)) return refuse(path, "map", "The value is no object.");
    for (const [name, member] of value) {
      const refusal = this.check(values, member, joinJsonPath(path, name));
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #union(branches: readonly AvroType[], value: ExactValue, path: string): SchemaRefusal | undefined {
    let refusal: SchemaRefusal | undefined;
    let tried = 0;
    for (const branch of branches) {
      const filledBefore = this.filled.length;
      const refused = this.check(branch, value, path);
      if (refused === undefined || refused === tooCostly) return refused;
      this.filled.length = filledBefore;
      if (branch.kind === "null") continue;
      refusal = refused;
      tried++;
    }
    if (tried === 1 && refusal !== undefined) return refusal;
    return refuse(path, "union", "The value fits no branch of the union.");
  }
}

type Scalar = Exclude<AvroType, { kind: "record" | "array" | "map" | "union" }>;

const fits = (type: Scalar, value: ExactValue): boolean => {
  switch (type.kind) {
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "int": {
      const whole = wholeNumber(value);
      return whole !== undefined && whole === BigInt.asIntN(32, whole);
    }
    case "long": {
      const whole = wholeNumber(value);
      return whole !== undefined && whole >= LONG_MIN && whole <= LONG_MAX;
    }
    case "float":
    case "double":
      return isNumber(value);
    case "string":
      return typeof value === "string";
    case "enum":
      return typeof value === "string" && type.symbols.includes(value);
    case "bytes":
      return type.decimal === undefined ? isLatin1(value) : fitsDecimal(value, type.decimal);
    case "fixed":
      return fitsFixed(type, value);
  }
};

const fitsFixed = (type: Extract<AvroType, { kind: "fixed" }>, value: ExactValue): boolean => {
  if (type.decimal !== undefined) return fitsDecimal(value, type.decimal);
  if (type.logical === "uuid" && type.size === 16) {
    return typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  }
  if (type.logical === "duration" && type.size === 12) {
    const parts =
      value instanceof Map ? ["months", "days", "milliseconds"].map((name) => value.get(name)) : [];
    const isPart = (part: ExactValue | undefined): boolean =>
      typeof part === "number" && Number.isInteger(part) && part >= 0 && part < 2 ** 32;
    return value instanceof Map && value.size === 3 && parts.every(isPart);
  }
  return isLatin1(value) && value.length === type.size;
};

const nameOf = (type: Scalar): string => {
  if (type.kind === "enum") return "symbol of the enum";
  return "decimal" in type && type.decimal !== undefined ? "decimal of that precision and scale" : type.kind;
};

/** A default as a value: bytes and fixed that are decimals stand in a schema as the bytes of the number. */
const defaultOf = (type: AvroType, fallback: unknown, depth = 0): ExactValue => {
  if (depth > jsonLimits.depth) throw new Error("a default needs itself");
  const value = parseExact(JSON.stringify(fallback));
  const plain = type.kind === "union" ? (type.branches[0] ?? type) : type;
  if (
    (plain.kind === "bytes" || plain.kind === "fixed") &&
    plain.decimal !== undefined &&
    typeof value === "string"
  ) {
    const bytes = Buffer.from(value, "latin1");
    const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex") || "0"}`));
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(plain.decimal.scale + 1, "0");
    const point = digits.length - plain.decimal.scale;
    const text = `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}`;
    return new ExactNumber(plain.decimal.scale === 0 ? text : `${text}.${digits.slice(point)}`);
  }
  if (plain.kind !== "record" || !(value instanceof Map)) return value;
  // A record's own missing fields have their defaults in turn.
  for (const field of plain.fields) {
    if (!value.has(field.name) && field.fallback !== undefined)
      value.set(field.name, defaultOf(field.type, field.fallback, depth + 1));
  }
  return value;
};

/** Every default of a schema, so that one that can't be made is found when the schema is compiled. @throws Error */
export function requireDefaults(type: AvroType, seen = new Set<AvroType>()): void {
  if (seen.has(type)) return;
  seen.add(type);
  if (type.kind === "array") requireDefaults(type.items, seen);
  else if (type.kind === "map") requireDefaults(type.values, seen);
  else if (type.kind === "union") for (const branch of type.branches) requireDefaults(branch, seen);
  else if (type.kind === "record") {
    for (const field of type.fields) {
      if (field.fallback !== undefined) defaultOf(field.type, field.fallback);
      requireDefaults(field.type, seen);
    }
  }
}

/** Checks text that has passed `checkJsonObject`; what comes back has the defaults of missing fields. */
export function checkAvroJson(record: AvroRecord, text: Uint8Array): SchemaResult {
  const checker = new Checker();
  const value = parseExact(Buffer.from(text.buffer, text.byteOffset, text.length).toString());
  const refusal = checker.check(record, value, "");
  if (refusal !== undefined) return { refusal: { ...refusal, path: refusal.path.slice(0, 256) } };
  if (checker.filled.length === 0) return { text };
  for (const { members, name, value: fallback } of checker.filled) members.set(name, fallback);
  return { text: Buffer.from(stringifyExact(value)) };
}
