// JSON text written as bytes into one buffer of the process: a datum's strings are copied, not made into text first.
import { isUtf8 } from "node:buffer";
import { Refused } from "./refused.js";

/** JSON text of an event, at most; names make it longer than the datum. */
export const textBytesMax = 256 * 1024;

const QUOTE = 34;
const BACKSLASH = 92;
/** The longest thing that is written without asking for room again. */
const SLACK = 64;

/** What follows the backslash for a character that has a short escape, else 0. */
const shortEscapes = new Uint8Array(128);
for (const [byte, letter] of [
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [12, "f"],
  [13, "r"],
  [QUOTE, '"'],
  [BACKSLASH, "\\"],
] as const) {
  shortEscapes[byte] = letter.charCodeAt(0);
}

/** Bytes that stand for themselves in a string of ASCII. */
const isPlain = new Uint8Array(256);
for (let byte = 0x20; byte < 0x80; byte++) isPlain[byte] = byte === QUOTE || byte === BACKSLASH ? 0 : 1;

const HEX = Buffer.from("0123456789abcdef");

const tooLong = (): Refused =>
  new Refused("max_bytes", `The properties are over ${textBytesMax} bytes as text.`);

export class JsonOutput {
  readonly #bytes = Buffer.allocUnsafeSlow(textBytesMax + SLACK);
  #to = 0;

  start(): void {
    this.#to = 0;
  }

  /** What was written since `start`. */
  take(): Buffer {
    if (this.#to > textBytesMax) throw tooLong();
    return Buffer.from(this.#bytes.subarray(0, this.#to));
  }

  #room(length: number): void {
    if (this.#to + length > textBytesMax) throw tooLong();
  }

  /** A single byte, such as a bracket. */
  byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#to++] = byte;
  }

  /** Bytes that are JSON already. */
  raw(raw: Uint8Array): void {
    const { length } = raw;
    this.#room(length);
    const bytes = this.#bytes;
    let to = this.#to;
    if (length > 48) bytes.set(raw, to);
    else for (let at = 0; at < length; at++) bytes[to + at] = raw[at] as number;
    this.#to = to += length;
  }

  /** Text of ASCII that needs no escapes, such as a number's. */
  ascii(text: string): void {
    const { length } = text;
    this.#room(length);
    const bytes = this.#bytes;
    let to = this.#to;
    for (let at = 0; at < length; at++) bytes[to++] = text.charCodeAt(at);
    this.#to = to;
  }

  /** A whole number of less than 2^53. */
  whole(value: number): void {
    if (value > 0x7f_ff_ff_ff || value < 0) {
      this.ascii(String(value));
      return;
    }
    this.#room(10);
    let length = 1;
    for (let limit = 10; value >= limit; limit *= 10) length++;
    let at = this.#to + length;
    this.#to = at;
    let rest = value | 0;
    do {
      const next = (rest / 10) | 0;
      this.#bytes[--at] = 48 + rest - next * 10;
      rest = next;
    } while (rest > 0);
  }

  /** A string of UTF-8, which is `from.subarray(start, end)`; refused where it is none. */
  utf8(from: Buffer, start: number, end: number): void {
    this.#room(end - start + 2);
    const bytes = this.#bytes;
    let to = this.#to;
    bytes[to++] = QUOTE;
    let at = start;
    while (at < end && isPlain[from[at] as number] === 1) bytes[to++] = from[at++] as number;
    this.#to = to;
    if (at < end) this.#escaped(from, at, end);
    this.#bytes[this.#to++] = QUOTE;
  }

  /** The rest of a string that is not all plain. */
  #escaped(from: Buffer, start: number, end: number): void {
    if (!isUtf8(from.subarray(start, end))) throw new Refused("utf8", "A string is not valid UTF-8.");
    for (let at = start; at < end; at++) {
      const byte = from[at] as number;
      this.#room(end - at + 8);
      if (byte >= 0x80 || isPlain[byte] === 1) this.#bytes[this.#to++] = byte;
      else this.#escape(byte);
    }
  }

  #escape(byte: number): void {
    const letter = shortEscapes[byte] as number;
    const bytes = this.#bytes;
    bytes[this.#to++] = BACKSLASH;
    if (letter !== 0) {
      bytes[this.#to++] = letter;
      return;
    }
    bytes[this.#to++] = 0x75;
    bytes[this.#to++] = 48;
    bytes[this.#to++] = 48;
    bytes[this.#to++] = HEX[byte >> 4] as number;
    bytes[this.#to++] = HEX[byte & 15] as number;
  }

  /** Bytes as a string of the code points U+0000 to U+00FF, as in Avro's own JSON encoding. */
  latin1(from: Buffer, start: number, end: number): void {
    this.byte(QUOTE);
    for (let at = start; at < end; at++) {
      const byte = from[at] as number;
      this.#room(8);
      if (isPlain[byte] === 1) this.#bytes[this.#to++] = byte;
      else if (byte < 0x80) this.#escape(byte);
      else {
        this.#bytes[this.#to++] = 0xc0 | (byte >> 6);
        this.#bytes[this.#to++] = 0x80 | (byte & 0x3f);
      }
    }
    this.byte(QUOTE);
  }
}
