// Checks JSON text in its bytes, in one pass, without building a value: what is kept as text needs no value, and a
// hostile text costs no more than its length. Grammar: RFC 8259, with the restrictions of I-JSON (RFC 7493) that keep
// every reader downstream in agreement: names unique in an object, text valid Unicode, numbers finite as doubles.
import { isUtf8 } from "node:buffer";
import { jsonPathAt } from "./path.js";
import { type JsonRefusal, type JsonRule, jsonLimits, jsonMessages } from "./rules.js";

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const MINUS = 45;
const DOT = 46;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;

/** Bytes that stand for themselves inside a string: ASCII from space on, without quote and backslash. */
const isPlain = new Uint8Array(256);
for (let byte = 0x20; byte < 0x80; byte++) isPlain[byte] = byte === QUOTE || byte === BACKSLASH ? 0 : 1;

/** A finite double has at most 309 digits before the point: fewer digits without exponent can't overflow. */
const SAFE_DIGITS = 300;

/** An integer of fewer digits fits in 64 bits. */
const WIDE_DIGITS = 19;

/** Whether ClickHouse's JSON type takes an integer: Int64 when negative, else UInt64. It takes no wider one. */
function isIn64Bits(text: string): boolean {
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}

// The names of one text in an open hash table: four numbers a slot, those of earlier texts count as empty. The hash is
// seeded for each process, so that nobody can choose names that meet in one slot.
const SLOTS = 4_096;
const slots = new Int32Array(SLOTS * 4);
const seed = Math.trunc(Math.random() * 0x7f_ff_ff_ff);
const OBJECTS_MAX = 0x3f_ff_ff_ff;
let lastObject = 0;

const kinds = new Uint8Array(jsonLimits.depth + 1);
const objects = new Int32Array(jsonLimits.depth + 1);

/** Not reentrant, and nothing in it waits: one scanner serves the process. */
class Scanner {
  bytes: Uint8Array = new Uint8Array(0);
  end = 0;
  at = 0;
  rule: JsonRule = "json";
  #firstObject = 0;
  #names = 0;
  /** The bytes of names that were written with escapes; such a name's place in the table is -1 - its index. */
  #escaped: Uint8Array[] = [];

  /** True where the bytes between `start` and `end` are one acceptable object. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.rule = "json";
    this.#names = 0;
    if (this.#escaped.length > 0) this.#escaped = [];
    if (lastObject > OBJECTS_MAX) {
      slots.fill(0);
      lastObject = 0;
    }
    this.#firstObject = lastObject + 1;
    if (this.#space() !== OPEN_OBJECT) {
      this.rule = "object";
      return false;
    }
    this.at++;
    return this.#containers() && this.#space() === -1 && this.at === this.end;
  }

  /** Everything after the first brace, up to the one that closes it. */
  #containers(): boolean {
    let depth = 1;
    let isObject = true;
    let isFirst = true;
    kinds[1] = 1;
    objects[1] = ++lastObject;
    for (;;) {
      let byte = this.#space();
      if (isFirst && byte === (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        this.at++;
      } else {
        if (isObject) {
          if (byte !== QUOTE || !this.#name(objects[depth] ?? 0)) return false;
          if (this.#space() !== COLON) return false;
          this.at++;
          byte = this.#space();
        }
        if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          if (depth === jsonLimits.depth) return this.#breaks("max_depth");
          this.at++;
          isObject = byte === OPEN_OBJECT;
          depth++;
          kinds[depth] = isObject ? 1 : 0;
          objects[depth] = isObject ? ++lastObject : 0;
          isFirst = true;
          continue;
        }
        if (!this.#scalar(byte)) return false;
        depth++;
      }
      // A value has ended: a scalar counts as a level of its own here, so that both ways meet.
      for (;;) {
        depth--;
        if (depth === 0) return true;
        isObject = kinds[depth] === 1;
        byte = this.#space();
        if (byte === COMMA) break;
        if (byte !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return false;
        this.at++;
      }
      this.at++;
      isFirst = false;
    }
  }

  #scalar(byte: number): boolean {
    if (byte === QUOTE) {
      this.at++;
      return this.#string();
    }
    if (byte === MINUS || (byte >= 48 && byte <= 57)) return this.#number(byte);
    if (byte === 116) return this.#word(0x65_75_72_74, 4);
    if (byte === 110) return this.#word(0x6c_6c_75_6e, 4);
    return byte === 102 && this.bytes[this.at + 4] === 101 && this.#word(0x73_6c_61_66, 5);
  }

  /** Compares four bytes, little endian, and moves on by `length`. */
  #word(expected: number, length: number): boolean {
    const { bytes, at } = this;
    if (at + length > this.end) return false;
    const found =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    this.at = at + length;
    return found === expected;
  }

  /** Skips white space; the byte that follows, or -1 at the end. */
  #space(): number {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.at = at;
        return byte;
      }
      at++;
    }
    this.at = at;
    return -1;
  }

  /** The rest of a string, after its opening quote and up to after its closing one. */
  #string(): boolean {
    const { bytes, end } = this;
    let at = this.at;
    for (;;) {
      while (at < end && isPlain[bytes[at] as number] === 1) at++;
      if (at >= end) {
        this.at = end;
        return false;
      }
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      this.at = at;
      if (byte === BACKSLASH) {
        if (!this.#escape()) return false;
      } else if (byte < 0x20 || !this.#utf8(byte)) return false;
      at = this.at;
    }
  }

  #escape(): boolean {
    const { bytes, at, end } = this;
    if (at + 1 >= end) return false;
    const byte = bytes[at + 1] as number;
    if (byte !== 117) {
      this.at = at + 2;
      // " \ / b f n r t
      return (
        byte === 34 ||
        byte === 92 ||
        byte === 47 ||
        byte === 98 ||
        byte === 102 ||
        byte === 110 ||
        byte === 114 ||
        byte === 116
      );
    }
    const unit = this.#hex(at + 2);
    if (unit < 0) return false;
    this.at = at + 6;
    if (unit < 0xd8_00 || unit > 0xdf_ff) return true;
    const low =
      unit < 0xdc_00 && bytes[at + 6] === BACKSLASH && bytes[at + 7] === 117 ? this.#hex(at + 8) : 0;
    if (low < 0) return false;
    if (low < 0xdc_00 || low > 0xdf_ff) return this.#breaks("unicode_escape");
    this.at = at + 12;
    return true;
  }

  /** Four hexadecimal digits, or -1. */
  #hex(at: number): number {
    if (at + 4 > this.end) return -1;
    let value = 0;
    for (let index = at; index < at + 4; index++) {
      const byte = this.bytes[index] as number;
      const lower = byte | 32;
      if (byte >= 48 && byte <= 57) value = value * 16 + byte - 48;
      else if (lower >= 97 && lower <= 102) value = value * 16 + lower - 87;
      else return -1;
    }
    return value;
  }

  /** One character of two to four bytes: no overlong form, no surrogate, nothing past U+10FFFF. */
  #utf8(first: number): boolean {
    const { bytes, at, end } = this;
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + length > end) return this.#breaks("utf8");
    const second = bytes[at + 1] as number;
    const from = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const to = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < from || second > to) return this.#breaks("utf8");
    for (let index = at + 2; index < at + length; index++) {
      if (((bytes[index] as number) & 0xc0) !== 0x80) return this.#breaks("utf8");
    }
    this.at = at + length;
    return true;
  }

  #number(first: number): boolean {
    const { bytes, end } = this;
    const start = this.at;
    let at = first === MINUS ? start + 1 : start;
    const digitsAt = at;
    while (at < end && isDigit(bytes[at] as number)) at++;
    const digits = at - digitsAt;
    if (digits === 0 || (digits > 1 && bytes[digitsAt] === 48)) return false;
    const hasFraction = at < end && bytes[at] === DOT;
    if (hasFraction) {
      const fractionAt = ++at;
      while (at < end && isDigit(bytes[at] as number)) at++;
      if (at === fractionAt) return false;
    }
    const hasExponent = at < end && ((bytes[at] as number) | 32) === 101;
    if (hasExponent) {
      at++;
      if (at < end && (bytes[at] === 43 || bytes[at] === MINUS)) at++;
      const exponentAt = at;
      while (at < end && isDigit(bytes[at] as number)) at++;
      if (at === exponentAt) return false;
    }
    this.at = at;
    if (!hasExponent && !hasFraction && digits >= WIDE_DIGITS && !isIn64Bits(latin1(bytes, start, at))) {
      this.at = start;
      return this.#breaks("integer_range");
    }
    if (!hasExponent && digits < SAFE_DIGITS) return true;
    const fits = Number.isFinite(Number(latin1(bytes, start, at)));
    if (!fits) this.at = start;
    return fits || this.#breaks("finite_number");
  }

  /** A name with its quotes; refuses one that `object` has already. */
  #name(object: number): boolean {
    const { bytes, end } = this;
    const quoteAt = this.at;
    const start = quoteAt + 1;
    let at = start;
    let hash = seed ^ Math.imul(object, 0x9e_37_79_b1);
    let byte = 0;
    while (at < end) {
      byte = bytes[at] as number;
      if (isPlain[byte] !== 1) break;
      hash = Math.imul(hash ^ byte, 0x01_00_01_93);
      at++;
    }
    let place = start;
    let length = at - start;
    if (byte !== QUOTE || at >= end) {
      this.at = start;
      if (!this.#string()) return false;
      const name = this.#nameBytes(start, this.at - 1);
      hash = seed ^ Math.imul(object, 0x9e_37_79_b1);
      for (const one of name) hash = Math.imul(hash ^ one, 0x01_00_01_93);
      length = name.length;
      place = -this.#escaped.push(name);
    } else this.at = at + 1;
    if (length <= jsonLimits.nameBytes && this.#names < jsonLimits.names) {
      this.#names++;
      if (this.#remember(object, hash, place, length)) return true;
      this.rule = "unique_names";
    } else this.rule = length > jsonLimits.nameBytes ? "max_name_bytes" : "max_names";
    this.at = quoteAt;
    return false;
  }

  /** The bytes of a name that is not plain, with its escapes resolved. */
  #nameBytes(start: number, end: number): Uint8Array {
    const part = this.bytes.subarray(start, end);
    if (!part.includes(BACKSLASH)) return part;
    const text = Buffer.from(part.buffer, part.byteOffset, part.length).toString();
    return Buffer.from(String(JSON.parse(`"${text}"`)));
  }

  /** Puts a name into the table; false where the object has it. */
  #remember(object: number, hash: number, place: number, length: number): boolean {
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const at = slot * 4;
      const holder = slots[at] as number;
      if (holder < this.#firstObject) {
        slots[at] = object;
        slots[at + 1] = hash;
        slots[at + 2] = place;
        slots[at + 3] = length;
        return true;
      }
      if (holder === object && slots[at + 1] === hash && slots[at + 3] === length) {
        if (this.#equalNames(slots[at + 2] as number, place, length)) return false;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  #equalNames(one: number, other: number, length: number): boolean {
    const oneBytes = one < 0 ? (this.#escaped[-one - 1] as Uint8Array) : this.bytes;
    const otherBytes = other < 0 ? (this.#escaped[-other - 1] as Uint8Array) : this.bytes;
    const oneAt = Math.max(one, 0);
    const otherAt = Math.max(other, 0);
    for (let index = 0; index < length; index++) {
      if (oneBytes[oneAt + index] !== otherBytes[otherAt + index]) return false;
    }
    return true;
  }

  #breaks(rule: JsonRule): false {
    this.rule = rule;
    return false;
  }
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");

const scanner = new Scanner();

/**
 * Checks that the bytes between `start` and `end` are a JSON object within the limits; undefined where they are. The
 * rule "utf8" is told before any other, wherever in the text the fault is.
 */
export function checkJsonObject(bytes: Uint8Array, start = 0, end = bytes.length): JsonRefusal | undefined {
  if (scanner.scan(bytes, start, end)) return undefined;
  const { rule, at } = scanner;
  if (rule === "utf8" || !isUtf8(bytes.subarray(start, end))) {
    return { path: "", rule: "utf8", message: jsonMessages.utf8 };
  }
  return { path: jsonPathAt(bytes, start, at), rule, message: jsonMessages[rule] };
}

/** What a text turned out to be. */
export type ParsedJson = { readonly value: Record<string, unknown> } | { readonly refusal: JsonRefusal };

/**
 * Parses a text that must pass the check. Every name, "__proto__" included, is an own property of its object. Numbers
 * are doubles: who needs the digits keeps the text.
 */
export function parseJsonObject(text: string | Uint8Array): ParsedJson {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const refusal = checkJsonObject(bytes);
  if (refusal !== undefined) return { refusal };
  return { value: JSON.parse(typeof text === "string" ? text : Buffer.from(text).toString()) };
}
