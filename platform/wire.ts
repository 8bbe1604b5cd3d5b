/**
 * The protobuf wire format, for hot paths that must not decode a whole message.
 *
 * Format: https://protobuf.dev/programming-guides/encoding/
 */

export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Thrown for bytes that are not a protobuf message: truncated, an impossible tag, a varint over ten bytes. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const textDecoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Walks over the fields of one message without allocating: `next()` moves to the next field, then `field`, `wireType`,
 * `start` and `end` say what and where its value is. Group fields are refused, as in proto3.
 */
export class WireCursor {
  bytes: Uint8Array = new Uint8Array(0);
  /** The field's number. */
  field = 0;
  /** The field's wire type. */
  wireType = 0;
  /** Where the field's tag begins. */
  tagStart = 0;
  /** Where the value begins; for bytes, after the length. */
  start = 0;
  /** Where the value ends. */
  end = 0;
  #limit = 0;
  // The value of the last varint: low and high 32 bits.
  #low = 0;
  #high = 0;

  /** Starts over `bytes` between `from` and `to`. */
  reset(bytes: Uint8Array, from = 0, to = bytes.length): this {
    this.bytes = bytes;
    this.#limit = to;
    this.end = from;
    return this;
  }

  /** Moves to the next field; false at the end. @throws WireError */
  next(): boolean {
    if (this.end >= this.#limit) return false;
    this.tagStart = this.end;
    const afterTag = this.#readVarint(this.end);
    const tag = this.#low;
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.#high !== 0 || this.field === 0) throw new WireError("impossible tag");
    switch (this.wireType) {
      case WireType.varint:
        this.start = afterTag;
        this.end = this.#readVarint(afterTag);
        break;
      case WireType.fixed64:
        this.start = afterTag;
        this.end = afterTag + 8;
        break;
      case WireType.fixed32:
        this.start = afterTag;
        this.end = afterTag + 4;
        break;
      case WireType.bytes: {
        this.start = this.#readVarint(afterTag);
        if (this.#high !== 0) throw new WireError("truncated");
        this.end = this.start + this.#low;
        break;
      }
      default:
        throw new WireError("impossible wire type");
    }
    if (this.end > this.#limit) throw new WireError("truncated");
    return true;
  }

  /** The varint at hand as a number; exact up to 2^53. */
  uint(): number {
    return this.#high * 4_294_967_296 + this.#low;
  }

  /** The varint at hand as a signed 64-bit number (int64); exact within 2^53. */
  int(): number {
    return (this.#high | 0) * 4_294_967_296 + this.#low;
  }

  /** The varint at hand, zigzag (sint64); exact within 2^53. */
  sint(): number {
    const value = this.uint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The varint at hand as a bigint (uint64). */
  bigUint(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  /** The bytes at hand, not copied. */
  slice(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** The bytes at hand as text. @throws TypeError for invalid UTF-8. */
  text(): string {
    const length = this.end - this.start;
    if (length === 0) return "";
    if (length < 48) {
      const ascii = shortAscii(this.bytes, this.start, this.end);
      if (ascii !== undefined) return ascii;
    }
    return textDecoder.decode(this.bytes.subarray(this.start, this.end));
  }

  /** The fixed64 at hand as a double. */
  double(): number {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.start, 8).getFloat64(0, true);
  }

  /** The fixed64 at hand. */
  fixed64(): bigint {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.start, 8).getBigUint64(0, true);
  }

  #readVarint(from: number): number {
    const { bytes } = this;
    let at = from;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= this.#limit) throw new WireError("truncated");
      const byte = bytes[at] ?? 0;
      at++;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high |= part >>> 4;
      } else high |= shift < 63 ? part << (shift - 32) : (part & 1) << 31;
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return at;
      }
    }
    throw new WireError("varint over ten bytes");
  }
}

function shortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/**
 * The items of a repeated message (or bytes) field, as slices of the same memory, without decoding them.
 * @throws WireError
 */
export function splitRepeated(bytes: Uint8Array, field: number): Uint8Array[] {
  const items: Uint8Array[] = [];
  const cursor = new WireCursor().reset(bytes);
  while (cursor.next()) {
    if (cursor.field === field && cursor.wireType === WireType.bytes) items.push(cursor.slice());
  }
  return items;
}

/** Below this, a loop over characters beats the encoder's call; their count fits one byte. */
const shortText = 32;

/** Writes fields into one growing buffer. Default values are written too: whoever calls decides what to leave out. */
export class FieldWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 4_096) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, not copied: valid until the next write or reset. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** What was written, copied. */
  copy(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#length);
  }

  /** Forgets all that was written after the first `length` bytes. */
  reset(length = 0): this {
    this.#length = length;
    return this;
  }

  /** A string field. */
  string(field: number, text: string): this {
    const { length } = text;
    // Three bytes of UTF-8 at most for each UTF-16 unit.
    this.#room(length * 3 + 16);
    this.#varint((field << 3) | WireType.bytes);
    if (length < shortText && this.#shortAscii(text)) return this;
    const byteLength = Buffer.byteLength(text);
    this.#varint(byteLength);
    this.#length += this.#buffer.write(text, this.#length);
    return this;
  }

  /** A bytes, string or message field, from encoded bytes. */
  bytes(field: number, value: Uint8Array): this {
    this.#room(value.length + 16);
    this.#varint((field << 3) | WireType.bytes);
    this.#varint(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** A bytes, string or message field: the part [start, end) of `source`. */
  part(field: number, source: Uint8Array, start: number, end: number): this {
    const length = end - start;
    this.#room(length + 16);
    this.#varint((field << 3) | WireType.bytes);
    this.#varint(length);
    if (length < 64) {
      for (let at = start; at < end; at++) this.#buffer[this.#length++] = source[at] ?? 0;
    } else {
      this.#buffer.set(source.subarray(start, end), this.#length);
      this.#length += length;
    }
    return this;
  }

  /** A message field of two parts: encoded bytes, continued by further encoded fields. */
  joined(field: number, first: Uint8Array, rest: Uint8Array): this {
    this.#room(first.length + rest.length + 16);
    this.#varint((field << 3) | WireType.bytes);
    this.#varint(first.length + rest.length);
    this.#buffer.set(first, this.#length);
    this.#length += first.length;
    this.#buffer.set(rest, this.#length);
    this.#length += rest.length;
    return this;
  }

  /** Bytes as they are, without a tag. */
  raw(value: Uint8Array): this {
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** A uint32, uint64, enum or non-negative int64 field; exact up to 2^53. */
  uint(field: number, value: number): this {
    this.#room(24);
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  /** An int64 or int32 field; exact within 2^53. */
  int(field: number, value: number): this {
    if (value >= 0) return this.uint(field, value);
    return this.bigUint(field, BigInt.asUintN(64, BigInt(value)));
  }

  /** A sint64 field (zigzag); exact within 2^52. */
  sint(field: number, value: number): this {
    return this.uint(field, value >= 0 ? value * 2 : -value * 2 - 1);
  }

  /** A uint64 field. */
  bigUint(field: number, value: bigint): this {
    this.#room(24);
    this.#varint(field << 3);
    let rest = value;
    while (rest > 0x7fn) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
    return this;
  }

  /** A bool field. */
  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  /** A double field. */
  double(field: number, value: number): this {
    this.#room(24);
    this.#varint((field << 3) | WireType.fixed64);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
    return this;
  }

  /** A fixed64 field, as low and high 32 bits. */
  fixed64(field: number, low: number, high: number): this {
    this.#room(24);
    this.#varint((field << 3) | WireType.fixed64);
    this.#length = this.#buffer.writeUInt32LE(low >>> 0, this.#length);
    this.#length = this.#buffer.writeUInt32LE(high >>> 0, this.#length);
    return this;
  }

  /** Length and bytes of a short text, character by character; false, and nothing written, where it is not ASCII. */
  #shortAscii(text: string): boolean {
    const buffer = this.#buffer;
    const { length } = text;
    const from = this.#length + 1;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[from + index] = code;
    }
    buffer[this.#length] = length;
    this.#length = from + length;
    return true;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f_ff_ff_ff) {
      this.#buffer[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
