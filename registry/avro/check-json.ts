// Checks JSON properties against an Avro record: the JSON that `resolving.ts` writes is the JSON that is taken here.
// A record has the fields of its schema and no others, under their names or, as an older version had them, under one of
// their aliases; missing ones get their default; a union takes the first branch that fits, plainly, without its name.
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../../platform/json/exact.js";
import { joinJsonPath } from "../../platform/json/path.js";
import { checkStepsMax, type SchemaRefusal, type SchemaResult, tooCostly } from "../compiled-schema.js";
import { plainFit } from "./plain-fit.js";
import type { AvroField, AvroRecord, AvroType, Decimal } from "./type.js";

/** A member that is set once all has been checked, in place of the one that had an alias. */
interface Filled {
  readonly members: Map<string, ExactValue>;
  readonly name: string;
  readonly value: ExactValue;
  readonly alias?: string;
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
      const { name } = field;
      let member = value.get(name);
      let fieldPath = joinJsonPath(path, name);
      if (member === undefined) {
        const alias = aliasIn(value, field, type);
        if (alias === undefined) {
          if (field.fallback === undefined) {
            return refuse(fieldPath, "required", "The field is missing and has no default.");
          }
          this.filled.push({ members: value, name, value: field.fallback.value });
          continue;
        }
        member = value.get(alias) ?? null;
        fieldPath = joinJsonPath(path, alias);
        this.filled.push({ members: value, name, value: member, alias });
      }
      found++;
      const refusal = this.check(field.type, member, fieldPath);
      if (refusal !== undefined) return refusal;
    }
    if (found === value.size) return undefined;
    const names = new Set(type.fields.map((field) => field.name));
    for (const { members, alias } of this.filled) if (members === value && alias) names.add(alias);
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

/** The one alias of a field under which an object has its value, as older versions wrote it. */
const aliasIn = (
  value: ReadonlyMap<string, ExactValue>,
  field: AvroField,
  record: AvroRecord,
): string | undefined => {
  if (field.aliases.length === 0) return undefined;
  const found = field.aliases.filter((alias) => value.has(alias));
  const [alias] = found;
  // A name that is another field's own is that field's.
  if (found.length !== 1 || record.fields.some(({ name }) => name === alias)) return undefined;
  return alias;
};

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

/** Checks text that has passed `checkJsonObject`; what comes back has the defaults of missing fields. */
export function checkAvroJson(record: AvroRecord, text: Uint8Array): SchemaResult {
  const json = Buffer.from(text.buffer, text.byteOffset, text.length).toString();
  const parsed = plainFit(record, json);
  if (parsed !== undefined) return { text, parsed };
  const checker = new Checker();
  const value = parseExact(json);
  const refusal = checker.check(record, value, "");
  if (refusal !== undefined) return { refusal: { ...refusal, path: refusal.path.slice(0, 256) } };
  if (checker.filled.length === 0) return { text };
  for (const { members, name, value: member, alias } of checker.filled) {
    if (alias !== undefined) members.delete(alias);
    members.set(name, member);
  }
  return { text: Buffer.from(stringifyExact(value)) };
}
