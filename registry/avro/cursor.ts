// Reads the parts of an Avro datum, with every bound kept.
import { jsonLimits } from "../../platform/json/rules.js";
import { checkStepsMax } from "../compiled-schema.js";
import { JsonOutput } from "./json-output.js";
import { Refused } from "./refused.js";

const truncated = (): Refused => new Refused("avro", "The datum ends before the schema does.");
const tooWide = (): Refused => new Refused("long", "A number has more than 64 bits.");
const tooMany = (): Refused => new Refused("max_steps", `The datum has more than ${checkStepsMax} values.`);

/** How deep a datum may be nested, and how many names its text may have. */
export interface DatumLimits {
  readonly depth: number;
  readonly names: number;
}

/** Not reentrant, and nothing in it waits: one cursor serves the process. */
export class Cursor {
  readonly out = new JsonOutput();
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  #steps = 0;
  #depth = 0;
  #limits: DatumLimits = jsonLimits;
  #names = 0;

  start(datum: Uint8Array, limits: DatumLimits): void {
    this.bytes = Buffer.from(datum.buffer, datum.byteOffset, datum.length);
    this.at = 0;
    this.#steps = 0;
    this.#depth = 0;
    this.#limits = limits;
    this.#names = 0;
    this.out.start();
  }

  end(): void {
    if (this.at !== this.bytes.length) throw new Refused("avro", "Bytes are left over behind the datum.");
  }

  /** Counts values, whether they are kept or skipped. */
  step(): void {
    if (++this.#steps > checkStepsMax) throw tooMany();
  }

  enter(): void {
    if (++this.#depth > this.#limits.depth) {
      const said = `Records, arrays and maps are nested deeper than ${this.#limits.depth} levels.`;
      throw new Refused("max_depth", said);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Counts names of the text, which has a limit of them. */
  name(count: number): void {
    this.#names += count;
    if (this.#names > this.#limits.names) {
      throw new Refused("max_names", `The text has more than ${this.#limits.names} names.`);
    }
  }

  /** Moves over `length` bytes; where they began. */
  take(length: number): number {
    const start = this.at;
    this.at = start + length;
    if (this.at > this.bytes.length) throw truncated();
    return start;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw truncated();
    return byte;
  }

  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new Refused("boolean", "A boolean is neither 0 nor 1.");
    return byte === 1;
  }

  int(): number {
    const value = this.long();
    if (typeof value !== "number" || value !== (value | 0)) {
      throw new Refused("int", "An int has more than 32 bits.");
    }
    return value;
  }

  /** A zigzag varint of at most 64 bits; a number where it has less than 53. */
  long(): number | bigint {
    const { bytes } = this;
    const start = this.at;
    let value = 0;
    let scale = 1;
    for (let at = start; at < start + 7; at++) {
      const byte = bytes[at];
      if (byte === undefined) throw truncated();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.at = at + 1;
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      scale *= 128;
    }
    return this.#wide(start);
  }

  #wide(start: number): bigint {
    let value = 0n;
    this.at = start;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff_ffff_ffffn) throw tooWide();
        return (value >> 1n) ^ -(value & 1n);
      }
    }
    throw tooWide();
  }

  skipLong(): void {
    let length = 1;
    while (this.byte() >= 0x80) if (++length > 10) throw tooWide();
  }

  float(): number {
    return this.#finite(this.bytes.readFloatLE(this.take(4)));
  }

  double(): number {
    return this.#finite(this.bytes.readDoubleLE(this.take(8)));
  }

  #finite(value: number): number {
    if (!Number.isFinite(value)) throw new Refused("finite_number", "A number is not finite.");
    return value;
  }

  /** The length of bytes or a string. */
  length(): number {
    const length = this.long();
    if (typeof length !== "number" || length < 0 || length > this.bytes.length) throw truncated();
    return length;
  }

  /** The index of a symbol or branch. */
  choice(count: number): number {
    const index = this.long();
    if (typeof index !== "number" || index < 0 || index >= count) {
      throw new Refused("avro", "An enum or union has no choice of that index.");
    }
    return index;
  }

  /** The items of the next block; a negative count is followed by the block's size. */
  count(): number {
    const count = this.long();
    if (count < 0) this.skipLong();
    const items = Math.abs(Number(count));
    if (items > checkStepsMax) throw new Refused("max_steps", "A block has too many items.");
    return items;
  }
}
