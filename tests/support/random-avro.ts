// Random schemas, changes to them and data of theirs, for tests that hold the rules against what they promise.
import type { AvroType } from "../../registry/avro/type.js";

/** Numbers from 0 to below 1, the same ones for the same seed. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export type SchemaJson = string | SchemaJson[] | { readonly [name: string]: unknown };

const primitives = ["null", "boolean", "int", "long", "float", "double", "string", "bytes"];
const symbols = ["A", "B", "C", "D"];
const fieldNames = ["a", "b", "c", "d", "e"];

/** Makes schemas whose names are few, so that two of them often meet. */
export class RandomSchemas {
  readonly #random: () => number;
  #named = new Map<string, SchemaJson>();

  constructor(random: () => number) {
    this.#random = random;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(likelihood: number): boolean {
    return this.#random() < likelihood;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** A record at the top, as events have. */
  schema(): SchemaJson {
    this.#named = new Map();
    return this.#record(3);
  }

  #type(depth: number): SchemaJson {
    const kind = this.below(depth > 0 ? 14 : 8);
    if (kind < 7) return this.one(primitives);
    if (kind === 7) return this.#again() ?? this.one(primitives);
    if (kind === 8) return { type: "array", items: this.#type(depth - 1) };
    if (kind === 9) return { type: "map", values: this.#type(depth - 1) };
    if (kind === 10) return this.#enum();
    if (kind === 11) return this.#fixed();
    if (kind === 12) return this.#record(depth - 1);
    return this.#union(depth - 1);
  }

  /** A type that has been defined, by its name. */
  #again(): SchemaJson | undefined {
    const names = [...this.#named.keys()];
    return names.length === 0 ? undefined : this.one(names);
  }

  #name(kind: string): string | undefined {
    const name = `${kind}${this.below(3)}`;
    if (this.#named.has(name)) return undefined;
    this.#named.set(name, name);
    return name;
  }

  #aliases(kind: string): object {
    return this.chance(0.2) ? { aliases: [`${kind}${this.below(3)}`] } : {};
  }

  #enum(): SchemaJson {
    const name = this.#name("E");
    if (name === undefined) return "int";
    const own = symbols.filter(() => this.chance(0.7));
    const all = own.length === 0 ? ["A"] : own;
    const fallback = this.chance(0.3) ? { default: this.one(all) } : {};
    return { type: "enum", name, symbols: all, ...fallback, ...this.#aliases("E") };
  }

  #fixed(): SchemaJson {
    const name = this.#name("F");
    if (name === undefined) return "string";
    return { type: "fixed", name, size: 1 + this.below(2), ...this.#aliases("F") };
  }

  #union(depth: number): SchemaJson {
    const branches = new Map<string, SchemaJson>();
    for (let count = 1 + this.below(3); count > 0; count--) {
      const branch = this.#type(depth);
      if (Array.isArray(branch)) continue;
      const key = typeof branch === "string" ? branch : String(branch["name"] ?? branch["type"]);
      if (!branches.has(key)) branches.set(key, branch);
    }
    return branches.size === 0 ? ["null"] : [...branches.values()];
  }

  #record(depth: number): SchemaJson {
    const name = this.#name("R");
    if (name === undefined) return "long";
    const fields = fieldNames
      .filter(() => this.chance(0.6))
      .map((field) => {
        const type = this.#type(depth);
        const aliases = this.chance(0.15) ? { aliases: [this.one(fieldNames)] } : {};
        return { name: field, type, ...this.#default(type), ...aliases };
      });
    return { type: "record", name, fields };
  }

  #default(type: SchemaJson): object {
    if (this.chance(0.4)) return {};
    const defaults: Readonly<Record<string, unknown>> = {
      null: null,
      boolean: true,
      int: 1,
      long: 2,
      float: 0.5,
      double: 0.25,
      string: "s",
      bytes: "\u00ff",
    };
    const first = Array.isArray(type) ? type[0] : type;
    if (typeof first === "string") return first in defaults ? { default: defaults[first] } : {};
    if (first === undefined || Array.isArray(first)) return {};
    if (first["type"] === "array") return { default: [] };
    return first["type"] === "map" ? { default: {} } : {};
  }

  /** The schema with something changed somewhere. */
  changed(schema: SchemaJson): SchemaJson {
    const copy = structuredClone(schema);
    this.#change(copy as Record<string, unknown>);
    return copy;
  }

  #change(schema: Record<string, unknown>): void {
    const fields = schema["fields"];
    if (Array.isArray(fields) && fields.length > 0) {
      const field = this.one(fields) as Record<string, unknown>;
      const what = this.below(7);
      if (what === 0) fields.splice(fields.indexOf(field), 1);
      else if (what === 1) {
        const fresh = `n${this.below(9)}`;
        if (!fields.some((one: { name: string }) => one.name === fresh)) {
          fields.push({ name: fresh, type: "string", ...(this.chance(0.5) ? { default: "" } : {}) });
        }
      } else if (what === 2) {
        if (this.chance(0.7)) field["aliases"] = [field["name"]];
        field["name"] = "renamed";
      } else if (what === 3 && typeof field["type"] === "string" && primitives.includes(field["type"])) {
        field["type"] = this.one(primitives);
        delete field["default"];
      } else if (what === 4 && typeof field["type"] === "string" && field["type"] !== "null") {
        field["type"] = ["null", field["type"]];
        delete field["default"];
      } else if (typeof field["type"] === "object") this.#change(field["type"] as Record<string, unknown>);
      return;
    }
    if (Array.isArray(schema["symbols"])) this.#changeSymbols(schema);
    else if (schema["type"] === "fixed") schema["size"] = 1 + this.below(2);
    else if (typeof schema["items"] === "object") this.#change(schema["items"] as Record<string, unknown>);
    else if (typeof schema["values"] === "object") this.#change(schema["values"] as Record<string, unknown>);
    else if (Array.isArray(schema) && schema.length > 1) schema.splice(this.below(schema.length), 1);
  }

  #changeSymbols(schema: Record<string, unknown>): void {
    const list = schema["symbols"] as string[];
    if (this.chance(0.5) || list.length < 2) {
      const fresh = `S${this.below(9)}`;
      if (!list.includes(fresh)) list.push(fresh);
      return;
    }
    const [gone] = list.splice(this.below(list.length), 1);
    if (schema["default"] === gone) delete schema["default"];
  }

  /** Random data of a type, encoded; undefined where it grows too deep. */
  datum(type: AvroType): Uint8Array | undefined {
    const out: number[] = [];
    return this.#write(type, out, 0) ? Buffer.from(out) : undefined;
  }

  #write(type: AvroType, out: number[], depth: number): boolean {
    if (depth > 25 || out.length > 2_000) return false;
    switch (type.kind) {
      case "record":
        return type.fields.every((field) => this.#write(field.type, out, depth + 1));
      case "union": {
        const index = this.below(type.branches.length);
        const branch = type.branches[index];
        writeLong(out, BigInt(index));
        return branch !== undefined && this.#write(branch, out, depth);
      }
      case "array":
      case "map":
        return this.#writeBlocks(type, out, depth + 1);
      case "enum":
        writeLong(out, BigInt(this.below(type.symbols.length)));
        return type.symbols.length > 0;
      case "fixed":
        for (let left = type.size; left > 0; left--) out.push(this.below(256));
        return true;
      default:
        this.#writeScalar(type.kind, out);
        return true;
    }
  }

  #writeBlocks(type: Extract<AvroType, { kind: "array" | "map" }>, out: number[], depth: number): boolean {
    const count = this.below(3);
    for (let index = 0; index < count; index++) {
      const item: number[] = [];
      if (type.kind === "map") item.push(2, 97 + index);
      if (!this.#write(type.kind === "map" ? type.values : type.items, item, depth)) return false;
      // A block of one, now and then with its size.
      const isSized = this.chance(0.5);
      writeLong(out, isSized ? -1n : 1n);
      if (isSized) writeLong(out, BigInt(item.length));
      out.push(...item);
    }
    out.push(0);
    return true;
  }

  #writeScalar(
    kind: Exclude<AvroType["kind"], "record" | "union" | "array" | "map" | "enum" | "fixed">,
    out: number[],
  ): void {
    const number = Buffer.alloc(8);
    switch (kind) {
      case "null":
        return;
      case "boolean":
        out.push(this.below(2));
        return;
      case "int":
        writeLong(out, BigInt(this.below(2 ** 32) - 2 ** 31));
        return;
      case "long":
        writeLong(out, BigInt.asIntN(64, BigInt(this.below(2 ** 32)) * BigInt(this.below(2 ** 40)) * 8n));
        return;
      case "float":
        number.writeFloatLE(this.#random() * 10 ** this.below(20));
        out.push(...number.subarray(0, 4));
        return;
      case "double":
        number.writeDoubleLE(-this.#random() * 10 ** this.below(30));
        out.push(...number);
        return;
      case "string": {
        const text = Buffer.from(this.one(["", "plain", 'q"\\\n', "\u0000é€😀", "x".repeat(70)]));
        writeLong(out, BigInt(text.length));
        out.push(...text);
        return;
      }
      case "bytes": {
        const length = this.below(4);
        writeLong(out, BigInt(length));
        for (let left = length; left > 0; left--) out.push(this.below(256));
      }
    }
  }
}

const writeLong = (out: number[], value: bigint): void => {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
};
