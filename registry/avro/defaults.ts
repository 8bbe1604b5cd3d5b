// Defaults of fields: checked deeply, and made into the values that they are in an event's properties.
import { ExactNumber, type ExactValue, parseExact, stringifyExact } from "../../platform/json/exact.js";
import type { Budget } from "../rules/budget.js";
import { decimalText, doubleText } from "./number-text.js";
import { AvroSchemaError } from "./schema-error.js";
import { type AvroField, type AvroRecord, type AvroType, type FieldDefault, nameOfType } from "./type.js";

/** A field that says a default, which is yet to be checked and set. */
export interface DefaultedField {
  readonly field: { -readonly [K in keyof AvroField]: AvroField[K] };
  readonly json: ExactValue;
}

/**
 * What becomes of a default that does not fit its type: the schema is refused, it stays as it stands, or the field goes
 * without.
 */
export type UnfitDefaults = "refused" | "kept" | "dropped";

/** A default within defaults grows; as text it has at most so many characters. */
const TEXT_MAX = 64 * 1024;

/** Why a value does not have the type. Not thrown, since the branches of unions are tried by the thousand. */
class Unfit {
  readonly message: string;
  readonly at: string;

  constructor(message: string, at: string) {
    this.message = message;
    this.at = at;
  }
}

const numberText = (value: ExactValue): string | undefined => {
  if (value instanceof ExactNumber) return value.text;
  return typeof value === "number" ? String(value) : undefined;
};

const wholeIn = (value: ExactValue, bits: number): string | undefined => {
  const text = numberText(value);
  if (text === undefined || !/^-?\d+$/.test(text)) return undefined;
  const whole = BigInt(text);
  return whole === BigInt.asIntN(bits, whole) ? whole.toString() : undefined;
};

/** Every character is a byte. */
const latin1Of = (value: ExactValue): Buffer | undefined => {
  if (typeof value !== "string") return undefined;
  for (let at = 0; at < value.length; at++) if (value.charCodeAt(at) > 0xff) return undefined;
  return Buffer.from(value, "latin1");
};

class Filler {
  readonly #fields: Map<AvroField, DefaultedField>;
  readonly #budget: Budget;
  readonly #unfit: UnfitDefaults;
  readonly #filling = new Set<AvroField>();

  constructor(fields: readonly DefaultedField[], unfit: UnfitDefaults, budget: Budget) {
    this.#fields = new Map(fields.map((one) => [one.field, one]));
    this.#budget = budget;
    this.#unfit = unfit;
  }

  /** A field's default, made when it is first asked for. */
  fallback(field: AvroField): FieldDefault | undefined {
    const given = this.#fields.get(field);
    if (given === undefined || field.fallback !== undefined) return field.fallback;
    const at = `${field.at}/default`;
    if (this.#filling.has(field)) throw new AvroSchemaError("a default needs itself", at);
    this.#filling.add(field);
    try {
      const fit = this.text(field.type, given.json, "");
      if (fit instanceof Unfit && this.#unfit === "refused") {
        throw new AvroSchemaError(`the default of the field "${field.name}" ${fit.message}`, at + fit.at);
      }
      if (fit instanceof Unfit && this.#unfit === "dropped") {
        this.#fields.delete(field);
        return undefined;
      }
      const text = fit instanceof Unfit ? stringifyExact(given.json) : fit;
      if (text.length > TEXT_MAX) throw new AvroSchemaError("a default is too large", at);
      given.field.fallback = { json: given.json, text, value: parseExact(text) };
      return given.field.fallback;
    } finally {
      this.#filling.delete(field);
    }
  }

  /** The value that a default stands for, as JSON text. */
  text(type: AvroType, json: ExactValue, at: string): string | Unfit {
    this.#budget.spend();
    switch (type.kind) {
      case "union":
        return this.#union(type.branches, json, at);
      case "record":
        return this.#record(type, json, at);
      case "array": {
        if (!Array.isArray(json)) return new Unfit("is no array", at);
        const texts: string[] = [];
        for (const [index, item] of json.entries()) {
          const text = this.text(type.items, item, `${at}/${index}`);
          if (text instanceof Unfit) return text;
          texts.push(text);
        }
        return `[${texts.join()}]`;
      }
      case "map": {
        if (!(json instanceof Map)) return new Unfit("is no object", at);
        const texts: string[] = [];
        for (const [name, member] of json) {
          const text = this.text(type.values, member, `${at}/${name}`);
          if (text instanceof Unfit) return text;
          texts.push(`${JSON.stringify(name)}:${text}`);
        }
        return `{${texts.join()}}`;
      }
      default:
        return scalarText(type, json) ?? new Unfit(`is no value of the type ${nameOfType(type)}`, at);
    }
  }

  /** The first branch that fits. "null" in quotes, which many schemas have, is null where no text is allowed. */
  #union(branches: readonly AvroType[], json: ExactValue, at: string): string | Unfit {
    for (const branch of branches) {
      const text = this.text(branch, json, at);
      if (typeof text === "string") return text;
    }
    if (json === "null" && branches.some(({ kind }) => kind === "null")) return "null";
    return new Unfit("fits no branch of the union", at);
  }

  #record({ fullName, fields }: AvroRecord, json: ExactValue, at: string): string | Unfit {
    if (!(json instanceof Map)) return new Unfit("is no object", at);
    const texts: string[] = [];
    let length = 0;
    for (const field of fields) {
      const given = json.get(field.name);
      const text =
        given === undefined
          ? this.fallback(field)?.text
          : this.text(field.type, given, `${at}/${field.name}`);
      if (text === undefined) return new Unfit(`lacks the field "${field.name}" of ${fullName}`, at);
      if (text instanceof Unfit) return text;
      length += text.length;
      if (length > TEXT_MAX) return new Unfit("is too large", at);
      texts.push(`${JSON.stringify(field.name)}:${text}`);
    }
    return `{${texts.join()}}`;
  }
}

type Scalar = Exclude<AvroType, { kind: "record" | "array" | "map" | "union" }>;

const scalarText = (type: Scalar, json: ExactValue): string | undefined => {
  switch (type.kind) {
    case "null":
      return json === null ? "null" : undefined;
    case "boolean":
      return typeof json === "boolean" ? String(json) : undefined;
    case "int":
      return wholeIn(json, 32);
    case "long":
      return wholeIn(json, 64);
    case "float":
    case "double": {
      const value = Number(numberText(json) ?? Number.NaN);
      return Number.isFinite(value) ? doubleText(value) : undefined;
    }
    case "string":
      return typeof json === "string" ? JSON.stringify(json) : undefined;
    case "enum":
      return typeof json === "string" && type.symbols.includes(json) ? JSON.stringify(json) : undefined;
    case "bytes": {
      const bytes = latin1Of(json);
      return bytes && (type.decimal ? decimalText(bytes, type.decimal.scale) : JSON.stringify(json));
    }
    case "fixed": {
      const bytes = latin1Of(json);
      return bytes?.length === type.size ? fixedText(type, bytes) : undefined;
    }
  }
};

/** A fixed value as it stands in an event's properties: docs/ingestion.md lists the logical types. */
export const fixedText = (type: Extract<AvroType, { kind: "fixed" }>, bytes: Buffer): string | undefined => {
  if (type.decimal !== undefined) return decimalText(bytes, type.decimal.scale);
  if (type.logical === "duration" && type.size === 12) {
    const [months, days] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
    return JSON.stringify({ months, days, milliseconds: bytes.readUInt32LE(8) });
  }
  if (type.logical === "uuid" && type.size === 16) {
    return JSON.stringify(bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
  }
  return JSON.stringify(bytes.toString("latin1"));
};

/**
 * Checks the defaults of a schema and sets them.
 * @throws Error that says which does not fit its type, where such are refused
 * @throws OutOfSteps where trying the branches of unions takes too long
 */
export function fillDefaults(fields: readonly DefaultedField[], unfit: UnfitDefaults, budget: Budget): void {
  const filler = new Filler(fields, unfit, budget);
  for (const { field } of fields) filler.fallback(field);
}
