// Data made from a schema: the smallest there is, led along a way to a place in it.
import type { AvroType } from "./type.js";

/** A step from a writer's type into one of its parts. */
export type DatumStep =
  | { readonly kind: "part" }
  | { readonly kind: "field" | "branch"; readonly index: number };

/** Where a datum is to lead, and the symbol to write there where that is an enum. */
export interface DatumWay {
  readonly steps: readonly DatumStep[];
  readonly symbol?: number | undefined;
}

/** Samples are for people: a larger one shows nothing more. */
const sampleBytesMax = 64 * 1024;

const partsOf = (type: AvroType): readonly AvroType[] => {
  if (type.kind === "record") return type.fields.map((field) => field.type);
  if (type.kind === "union") return type.branches;
  if (type.kind === "array") return [type.items];
  return type.kind === "map" ? [type.values] : [];
};

const scalarSizes: Readonly<Record<string, number>> = {
  null: 0,
  boolean: 1,
  int: 1,
  long: 1,
  float: 4,
  double: 8,
  string: 2,
  bytes: 2,
  array: 1,
  map: 1,
};

const SAMPLE_LETTER = 0x61;

/** Encodes the smallest data of one schema's types. */
export class SampleWriter {
  /** Bytes of a type's smallest datum; Infinity where it has none, as a record that always holds itself. */
  readonly #sizes = new Map<AvroType, number>();
  #out: number[] = [];

  /** `spend` is called for each type looked at, and may throw. */
  constructor(root: AvroType, spend: (steps: number) => void) {
    const types: AvroType[] = [];
    const open: AvroType[] = [root];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (this.#sizes.has(one)) continue;
      this.#sizes.set(one, Number.POSITIVE_INFINITY);
      types.push(one);
      open.push(...partsOf(one));
    }
    types.reverse();
    // Sizes only shrink, and each round settles at least one type, or is the last.
    for (let isSettled = false; !isSettled; ) {
      isSettled = true;
      spend(types.length);
      for (const type of types) {
        const size = this.#sizeFromParts(type);
        if (size >= this.#size(type)) continue;
        this.#sizes.set(type, size);
        isSettled = false;
      }
    }
  }

  /** Whether the type has a datum at all. */
  has(type: AvroType): boolean {
    return this.#size(type) < Number.POSITIVE_INFINITY;
  }

  #size(type: AvroType): number {
    return this.#sizes.get(type) ?? Number.POSITIVE_INFINITY;
  }

  #sizeFromParts(type: AvroType): number {
    switch (type.kind) {
      case "record":
        return type.fields.reduce((sum, field) => sum + this.#size(field.type), 0);
      case "union":
        return 1 + Math.min(...type.branches.map((branch) => this.#size(branch)));
      case "enum":
        return type.symbols.length === 0 ? Number.POSITIVE_INFINITY : 1;
      case "fixed":
        return type.size;
      default:
        return scalarSizes[type.kind] ?? Number.POSITIVE_INFINITY;
    }
  }

  /** A datum of the type that leads along the way; undefined where there is none, or none that is small. */
  write(type: AvroType, way: DatumWay): Uint8Array | undefined {
    this.#out = [];
    return this.#along(type, way, 0) ? Buffer.from(this.#out) : undefined;
  }

  #along(type: AvroType, way: DatumWay, at: number): boolean {
    const step = way.steps[at];
    if (step === undefined) {
      if (type.kind !== "enum" || way.symbol === undefined) return this.#smallest(type);
      this.#long(way.symbol);
      return true;
    }
    if (type.kind === "array" || type.kind === "map") {
      this.#long(1);
      if (type.kind === "map") this.#text();
      if (!this.#along(type.kind === "map" ? type.values : type.items, way, at + 1)) return false;
      this.#long(0);
      return true;
    }
    if (step.kind === "part") return false;
    if (type.kind === "union") {
      const branch = type.branches[step.index];
      this.#long(step.index);
      return branch !== undefined && this.#along(branch, way, at + 1);
    }
    if (type.kind !== "record") return false;
    return type.fields.every((field, index) =>
      index === step.index ? this.#along(field.type, way, at + 1) : this.#smallest(field.type),
    );
  }

  #smallest(type: AvroType): boolean {
    const size = this.#size(type);
    if (size + this.#out.length > sampleBytesMax) return false;
    switch (type.kind) {
      case "record":
        return type.fields.every((field) => this.#smallest(field.type));
      case "union": {
        const index = type.branches.findIndex((branch) => this.#size(branch) === size - 1);
        this.#long(index);
        const branch = type.branches[index];
        return branch !== undefined && this.#smallest(branch);
      }
      case "string":
      case "bytes":
        this.#text();
        return true;
      default:
        for (let left = size; left > 0; left--) this.#out.push(0);
        return true;
    }
  }

  #text(): void {
    this.#out.push(2, SAMPLE_LETTER);
  }

  #long(value: number): void {
    let rest = value * 2;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#out.push((rest % 0x80) | 0x80);
    this.#out.push(rest);
  }
}
