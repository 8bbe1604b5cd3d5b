// Reads Protobuf's wire format out of a buffer, without a view or an object for each value.
import { isUtf8 } from "node:buffer";
import { Refused } from "./event-plan.js";

/** Of the wire: varint, 64 bits, length-delimited, group's start and end, 32 bits. */
export const wire = { varint: 0, bit64: 1, bytes: 2, start: 3, end: 4, bit32: 5 } as const;

/** Groups within groups that are skipped, at most. */
const skipDepthMax = 100;

/** Bytes that stand for themselves in a JSON text: ASCII from space on, without quote and backslash. */
const isPlain = new Uint8Array(256);
for (let byte = 0x20; byte < 0x80; byte++) isPlain[byte] = byte === 34 || byte === 92 ? 0 : 1;

/** Thrown where the bytes are no message. */
export class NotEncoded extends Error {}

export const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

export class WireReader {
  pos = 0;
  readonly end: number;
  /** Of the last tag. */
  number = 0;
  wireType = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes);
    this.end = bytes.length;
  }

  /** Moves to the next field; false at the end. */
  next(): boolean {
    if (this.pos >= this.end) return false;
    const tag = this.uint32();
    this.number = tag >>> 3;
    this.wireType = tag & 7;
    if (this.number === 0 || this.wireType > 5) throw new NotEncoded("a tag is none");
    return true;
  }

  uint32(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.end) throw new NotEncoded("a number has no end");
      const byte = bytes[this.pos++] as number;
      // What is past 32 bits is the sign of a negative number, or cut off.
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new NotEncoded("a number has more than 64 bits");
  }

  int32(): number {
    return this.uint32() | 0;
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    return this.uint64() !== 0n;
  }

  /** All 64 bits of a varint. */
  uint64(): bigint {
    const bytes = this.#bytes;
    const start = this.pos;
    let low = 0;
    // Seven groups of seven bits are 49: a double holds them.
    for (let factor = 1; factor < 2 ** 49; factor *= 128) {
      if (this.pos >= this.end) throw new NotEncoded("a number has no end");
      const byte = bytes[this.pos++] as number;
      low += (byte & 0x7f) * factor;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 49n; this.pos < start + 10; shift += 7n) {
      if (this.pos >= this.end) throw new NotEncoded("a number has no end");
      const byte = bytes[this.pos++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new NotEncoded("a number has more than 64 bits");
  }

  /** A varint of 64 bits in decimal. */
  text64(isSigned: boolean): string {
    const start = this.pos;
    const bytes = this.#bytes;
    let value = 0;
    for (let factor = 1; factor < 2 ** 49 && this.pos < this.end; factor *= 128) {
      const byte = bytes[this.pos++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return String(value);
    }
    this.pos = start;
    return String(isSigned ? this.int64() : this.uint64());
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  sint64(): bigint {
    const value = this.uint64();
    return (value >> 1n) ^ -(value & 1n);
  }

  #take(length: number): number {
    const start = this.pos;
    if (length > this.end - start) throw new NotEncoded("the bytes end early");
    this.pos = start + length;
    return start;
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  sfixed32(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  sfixed64(): bigint {
    return this.#bytes.readBigInt64LE(this.#take(8));
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  bytes(): Buffer {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, this.pos);
  }

  /** A string as JSON text. @throws Refused where it is no UTF-8 */
  jsonString(): string {
    const bytes = this.#bytes;
    const length = this.uint32();
    const start = this.#take(length);
    let at = start;
    while (at < this.pos && isPlain[bytes[at] as number] === 1) at++;
    if (at === this.pos) return `"${bytes.toString("latin1", start, at)}"`;
    return JSON.stringify(textOf(bytes.subarray(start, this.pos)));
  }

  /** Moves behind the value of the last tag. */
  skip(depth = 0): void {
    switch (this.wireType) {
      case wire.varint:
        this.uint64();
        break;
      case wire.bit64:
        this.#take(8);
        break;
      case wire.bit32:
        this.#take(4);
        break;
      case wire.bytes:
        this.#take(this.uint32());
        break;
      default:
        this.#skipGroup(depth);
    }
  }

  /** The bytes of the group whose start was the last tag. */
  group(): Buffer {
    const start = this.pos;
    return this.#bytes.subarray(start, this.#skipGroup(0));
  }

  /** Moves behind a group's end; where its end began. */
  #skipGroup(depth: number): number {
    const { number, wireType } = this;
    if (wireType !== wire.start || depth > skipDepthMax) throw new NotEncoded("a group is none");
    for (;;) {
      const at = this.pos;
      if (!this.next()) throw new NotEncoded("a group has no end");
      if (this.wireType !== wire.end) {
        this.skip(depth + 1);
        continue;
      }
      if (this.number !== number) throw new NotEncoded("a group has another's end");
      return at;
    }
  }
}

export const textOf = (bytes: Uint8Array): string => {
  if (!isUtf8(bytes)) throw new Refused("utf8", "A string is not valid UTF-8.");
  return asBuffer(bytes).toString();
};
