import {
  type AvroDuration,
  daysOf,
  msOf,
  nanosOfDateTime,
  nanosOfDay,
  twosComplement,
  unscaledOf,
  uuidBytes,
  uuidText,
} from "./values.js";

const encoder = new TextEncoder();
const LONG_MAX = 2n ** 63n;

/**
 * Writes one Avro datum. What a value can't be in the schema is thrown as a RangeError or TypeError; generated code
 * calls the methods in the order of the schema.
 */
export class AvroWriter {
  #bytes = new Uint8Array(128);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What was written. */
  output(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): number {
    const start = this.#length;
    this.#length += more;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return start;
  }

  #put(bytes: Uint8Array): void {
    // Reserving may put another buffer in place.
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A zigzag varint. */
  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  bool(value: boolean): void {
    this.#byte(value ? 1 : 0);
  }

  int32(value: number): void {
    if (value !== (value | 0)) throw new RangeError(`${value} is no whole number of 32 bits`);
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  int64(value: number | bigint): void {
    if (typeof value === "number") {
      if (value === (value | 0)) {
        this.int32(value);
        return;
      }
      if (!Number.isSafeInteger(value)) {
        throw new RangeError(`${value} is no safe whole number; use a bigint`);
      }
    }
    const whole = BigInt(value);
    if (whole < -LONG_MAX || whole >= LONG_MAX) throw new RangeError(`${value} has more than 64 bits`);
    this.#varint(whole);
  }

  float32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, finite(Math.fround(finite(value))), true);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, finite(value), true);
  }

  text(value: string): void {
    if (typeof value !== "string") throw new TypeError("a text is expected");
    this.blob(encoder.encode(value));
  }

  blob(value: Uint8Array): void {
    this.int32(value.length);
    this.#put(value);
  }

  fixed(value: Uint8Array, size: number): void {
    if (value.length !== size) throw new RangeError(`${size} bytes are expected, not ${value.length}`);
    this.#put(value);
  }

  /** The index of a union's branch. */
  index(value: number): void {
    this.int32(value);
  }

  /** A symbol of an enum, by its index. */
  symbol(value: string, indexes: ReadonlyMap<string, number>): void {
    const index = indexes.get(value);
    if (index === undefined) throw new RangeError(`${JSON.stringify(value)} is no symbol of the enum`);
    this.int32(index);
  }

  noBranch(_: never): never {
    throw new TypeError("the value is none of the union's kinds");
  }

  /** The items of an array or map follow, and then `end`. */
  block(count: number): void {
    if (count > 0) this.int32(count);
  }

  end(): void {
    this.#byte(0);
  }

  /** Bytes known beforehand, such as a default's. */
  hex(hex: string): void {
    for (let at = 0; at < hex.length; at += 2) this.#byte(Number.parseInt(hex.slice(at, at + 2), 16));
  }

  decimalBytes(value: string, precision: number, scale: number): void {
    this.blob(twosComplement(unscaledOf(value, precision, scale)));
  }

  decimalFixed(value: string, precision: number, scale: number, size: number): void {
    this.#put(twosComplement(unscaledOf(value, precision, scale), size));
  }

  uuid(value: string): void {
    this.text(uuidText(value));
  }

  uuidFixed(value: string): void {
    this.#put(uuidBytes(value));
  }

  date(value: string): void {
    this.int32(daysOf(value));
  }

  timeMillis(value: string): void {
    this.int32(Number(nanosOfDay(value) / 1_000_000n));
  }

  timeMicros(value: string): void {
    this.int64(nanosOfDay(value) / 1_000n);
  }

  timestampMillis(value: Date): void {
    this.int64(msOf(value));
  }

  timestampMicros(value: Date): void {
    this.int64(BigInt(msOf(value)) * 1_000n);
  }

  timestampNanos(value: Date): void {
    this.int64(BigInt(msOf(value)) * 1_000_000n);
  }

  localTimestampMillis(value: string): void {
    this.int64(floorDivide(nanosOfDateTime(value), 1_000_000n));
  }

  localTimestampMicros(value: string): void {
    this.int64(floorDivide(nanosOfDateTime(value), 1_000n));
  }

  localTimestampNanos(value: string): void {
    this.int64(nanosOfDateTime(value));
  }

  duration({ months, days, milliseconds }: AvroDuration): void {
    for (const part of [months, days, milliseconds]) {
      if (part !== part >>> 0) throw new RangeError(`${part} is no part of a duration`);
      const at = this.#reserve(4);
      this.#view.setUint32(at, part, true);
    }
  }
}

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not finite`);
  return value;
};

const floorDivide = (value: bigint, by: bigint): bigint =>
  value < 0n && value % by !== 0n ? value / by - 1n : value / by;
