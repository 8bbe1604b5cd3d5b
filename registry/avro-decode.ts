// Turns an Avro datum into JSON text, in one pass over its bytes, with every bound kept.
//
// How types come out: long with all its digits; float as the shortest text that gives the same float; bytes and fixed
// as a string of the code points U+0000 to U+00FF, as in Avro's own JSON encoding; a union's value plainly, without its
// branch's name; decimal as a number with all its digits; duration as {"months", "days", "milliseconds"}; uuid as its
// text; dates, times and timestamps as the number they are encoded as, in their unit.
import { isUtf8 } from "node:buffer";
import { checkJsonObject } from "../platform/json/check.js";
import { joinJsonPath } from "../platform/json/path.js";
import { jsonLimits } from "../platform/json/rules.js";
import type { AvroRecord, AvroType, Decimal } from "./avro-type.js";
import { checkStepsMax, type SchemaRefusal, type SchemaResult } from "./compiled-schema.js";

/** Thrown where a datum does not follow its schema. */
class Refused extends Error {
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }
}

/** JSON text of an event, at most; names make it longer than the datum. */
const TEXT_MAX = 256 * 1024;
const DECIMAL_BYTES_MAX = 420;

const truncated = (): Refused => new Refused("avro", "The datum ends before the schema does.");

class Decoder {
  /** Where in the datum's value the decoder is, for refusals. */
  path = "";
  readonly #bytes: Buffer;
  #at = 0;
  #out = "";
  #steps = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  run(record: AvroRecord): string {
    this.#value(record);
    if (this.#at !== this.#bytes.length) throw new Refused("avro", "Bytes are left over behind the datum.");
    return this.#out;
  }

  #value(type: AvroType): void {
    if (++this.#steps > checkStepsMax)
      throw new Refused("max_steps", `The datum has more than ${checkStepsMax} values.`);
    switch (type.kind) {
      case "record":
        this.#record(type);
        break;
      case "array":
        this.#array(type.items);
        break;
      case "map":
        this.#map(type.values);
        break;
      case "union":
        this.#value(this.#choice(type.branches));
        break;
      case "enum":
        this.#write(JSON.stringify(this.#choice(type.symbols)));
        break;
      case "bytes":
        this.#binary(this.#take(this.#length()), type.decimal);
        break;
      case "fixed":
        this.#fixed(type.size, type.logical, type.decimal);
        break;
      default:
        this.#write(this.#primitive(type.kind));
        break;
    }
  }

  #primitive(kind: "null" | "boolean" | "int" | "long" | "float" | "double" | "string"): string {
    switch (kind) {
      case "null":
        return "null";
      case "boolean": {
        const [byte] = this.#take(1);
        if (byte !== 0 && byte !== 1) throw new Refused("boolean", "A boolean is neither 0 nor 1.");
        return byte === 1 ? "true" : "false";
      }
      case "int": {
        const value = this.#long();
        if (value !== BigInt.asIntN(32, value)) throw new Refused("int", "An int has more than 32 bits.");
        return value.toString();
      }
      case "long":
        return this.#long().toString();
      case "float":
        return shortestFloat(finite(this.#take(4).readFloatLE()));
      case "double":
        return String(finite(this.#take(8).readDoubleLE()));
      case "string":
        return JSON.stringify(this.#text());
    }
  }

  #record(type: AvroRecord): void {
    this.#enter();
    const outer = this.path;
    let separator = "{";
    for (const field of type.fields) {
      this.path = joinJsonPath(outer, field.name);
      this.#write(`${separator}${JSON.stringify(field.name)}:`);
      separator = ",";
      this.#value(field.type);
    }
    this.path = outer;
    this.#write(type.fields.length === 0 ? "{}" : "}");
    this.#depth--;
  }

  #array(items: AvroType): void {
    this.#enter();
    const outer = this.path;
    let index = 0;
    this.#write("[");
    for (let count = this.#count(); count > 0; count = this.#count()) {
      for (; count > 0; count--) {
        this.path = joinJsonPath(outer, index);
        if (index++ > 0) this.#write(",");
        this.#value(items);
      }
    }
    this.path = outer;
    this.#write("]");
    this.#depth--;
  }

  #map(values: AvroType): void {
    this.#enter();
    const outer = this.path;
    let separator = "";
    this.#write("{");
    for (let count = this.#count(); count > 0; count = this.#count()) {
      for (; count > 0; count--) {
        const name = this.#text();
        this.path = joinJsonPath(outer, name);
        this.#write(`${separator}${JSON.stringify(name)}:`);
        separator = ",";
        this.#value(values);
      }
    }
    this.path = outer;
    this.#write("}");
    this.#depth--;
  }

  /** The items of the next block; a negative count is followed by the block's size. */
  #count(): number {
    const count = this.#long();
    if (count < 0n) this.#long();
    const items = count < 0n ? -count : count;
    if (items > BigInt(checkStepsMax)) throw new Refused("max_steps", "A block has too many items.");
    return Number(items);
  }

  #choice<T>(choices: readonly T[]): T {
    const index = this.#long();
    const choice = index >= 0n && index < BigInt(choices.length) ? choices[Number(index)] : undefined;
    if (choice === undefined) throw new Refused("avro", "An enum or union has no choice of that index.");
    return choice;
  }

  #fixed(size: number, logical: string, decimal: Decimal | undefined): void {
    const bytes = this.#take(size);
    if (logical === "duration" && size === 12) {
      const [months, days, milliseconds] = [
        bytes.readUInt32LE(0),
        bytes.readUInt32LE(4),
        bytes.readUInt32LE(8),
      ];
      this.#write(JSON.stringify({ months, days, milliseconds }));
    } else if (logical === "uuid" && size === 16) {
      const hex = bytes.toString("hex");
      this.#write(JSON.stringify(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")));
    } else this.#binary(bytes, decimal);
  }

  #binary(bytes: Buffer, decimal: Decimal | undefined): void {
    this.#write(
      decimal === undefined ? JSON.stringify(bytes.toString("latin1")) : decimalText(bytes, decimal),
    );
  }

  #text(): string {
    const bytes = this.#take(this.#length());
    if (!isUtf8(bytes)) throw new Refused("utf8", "A string is not valid UTF-8.");
    return bytes.toString();
  }

  #length(): number {
    const length = this.#long();
    if (length < 0n || length > BigInt(this.#bytes.length)) throw truncated();
    return Number(length);
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw truncated();
    return this.#bytes.subarray(start, this.#at);
  }

  /** A zigzag varint of at most 64 bits. */
  #long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw truncated();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff_ffff_ffffn) break;
        return (value >> 1n) ^ -(value & 1n);
      }
    }
    throw new Refused("long", "A number has more than 64 bits.");
  }

  #enter(): void {
    if (++this.#depth > jsonLimits.depth) {
      throw new Refused(
        "max_depth",
        `Records, arrays and maps are nested deeper than ${jsonLimits.depth} levels.`,
      );
    }
  }

  #write(text: string): void {
    this.#out += text;
    if (this.#out.length > TEXT_MAX)
      throw new Refused("max_bytes", `The properties are over ${TEXT_MAX} bytes as text.`);
  }
}

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new Refused("finite_number", "A number is not finite.");
  return value;
};

const shortestFloat = (value: number): string => {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
};

/** A decimal's unscaled two's complement number, with its point. */
const decimalText = (bytes: Buffer, { scale }: Decimal): string => {
  if (bytes.length > DECIMAL_BYTES_MAX) throw new Refused("decimal", "A decimal has too many bytes.");
  if (bytes.length === 0) return "0";
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** The JSON text of a datum of the record, as checked as any that came as JSON. */
export function decodeAvro(record: AvroRecord, datum: Uint8Array): SchemaResult {
  const decoder = new Decoder(datum);
  try {
    const text = Buffer.from(decoder.run(record));
    const refusal: SchemaRefusal | undefined = checkJsonObject(text);
    return refusal === undefined ? { text } : { refusal };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refusal: { path: decoder.path.slice(0, 256), rule: error.rule, message: error.message } };
  }
}
