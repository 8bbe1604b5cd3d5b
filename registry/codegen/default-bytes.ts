// The Avro bytes of defaults. The registry's own reading of a schema says what a default is, so that every default that
// can be registered has bytes.
import { ExactNumber, type ExactValue } from "../../platform/json/exact.js";
import type { AvroField, AvroRecord, AvroType } from "../avro/type.js";
import { Budget } from "../rules/budget.js";

/** A long as Avro writes it: zigzag, seven bits a byte. */
const longBytes = (value: bigint): Buffer => {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
};

const sized = (bytes: Buffer): Buffer => Buffer.concat([longBytes(BigInt(bytes.length)), bytes]);

const numberText = (json: ExactValue): string =>
  json instanceof ExactNumber ? json.text : typeof json === "number" ? String(json) : "";

const wholeBytes = (json: ExactValue, bits: number): Buffer | undefined => {
  const text = numberText(json);
  if (!/^-?\d+$/.test(text)) return undefined;
  const whole = BigInt(text);
  return whole === BigInt.asIntN(bits, whole) ? longBytes(whole) : undefined;
};

const floatingBytes = (json: ExactValue, size: 4 | 8): Buffer | undefined => {
  const value = json instanceof ExactNumber ? Number(json.text) : json;
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
};

/** Every character is a byte. */
const latin1Bytes = (json: ExactValue): Buffer | undefined =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes.
  typeof json === "string" && /^[\u0000-\u00ff]*$/.test(json) ? Buffer.from(json, "latin1") : undefined;

const allOf = (parts: readonly (Buffer | undefined)[]): Buffer | undefined =>
  parts.every((part) => part !== undefined) ? Buffer.concat(parts) : undefined;

/** Items in one block, and the end of the blocks. */
const blockOf = (parts: readonly (Buffer | undefined)[]): Buffer | undefined => {
  const items = allOf(parts);
  const count = parts.length === 0 ? Buffer.alloc(0) : longBytes(BigInt(parts.length));
  return items && Buffer.concat([count, items, Buffer.of(0)]);
};

class DefaultWriter {
  readonly #budget = new Budget();

  /** Undefined where the value is none of the type. */
  value(type: AvroType, json: ExactValue): Buffer | undefined {
    this.#budget.spend();
    switch (type.kind) {
      case "union":
        return this.#union(type.branches, json);
      case "record":
        return this.#record(type, json);
      case "array":
        return Array.isArray(json) ? blockOf(json.map((item) => this.value(type.items, item))) : undefined;
      case "map": {
        if (!(json instanceof Map)) return undefined;
        return blockOf(
          [...json].map(([name, member]) =>
            allOf([sized(Buffer.from(name)), this.value(type.values, member)]),
          ),
        );
      }
      default:
        return scalarBytes(type, json);
    }
  }

  field({ type, fallback }: AvroField): Buffer | undefined {
    return fallback === undefined ? undefined : this.value(type, fallback.json);
  }

  /** The first branch that fits, as the registry reads it: "null" in quotes is null where no text is allowed. */
  #union(branches: readonly AvroType[], json: ExactValue): Buffer | undefined {
    for (const [index, branch] of branches.entries()) {
      const bytes = this.value(branch, json);
      if (bytes !== undefined) return Buffer.concat([longBytes(BigInt(index)), bytes]);
    }
    const nullIndex = branches.findIndex(({ kind }) => kind === "null");
    return json === "null" && nullIndex >= 0 ? longBytes(BigInt(nullIndex)) : undefined;
  }

  #record({ fields }: AvroRecord, json: ExactValue): Buffer | undefined {
    if (!(json instanceof Map)) return undefined;
    return allOf(
      fields.map((field) => {
        const given = json.get(field.name);
        return given === undefined ? this.field(field) : this.value(field.type, given);
      }),
    );
  }
}

type Scalar = Exclude<AvroType, { kind: "record" | "array" | "map" | "union" }>;

const scalarBytes = (type: Scalar, json: ExactValue): Buffer | undefined => {
  switch (type.kind) {
    case "null":
      return json === null ? Buffer.alloc(0) : undefined;
    case "boolean":
      return typeof json === "boolean" ? Buffer.of(json ? 1 : 0) : undefined;
    case "int":
      return wholeBytes(json, 32);
    case "long":
      return wholeBytes(json, 64);
    case "float":
      return floatingBytes(json, 4);
    case "double":
      return floatingBytes(json, 8);
    case "string":
      return typeof json === "string" ? sized(Buffer.from(json)) : undefined;
    case "enum": {
      const index = typeof json === "string" ? type.symbols.indexOf(json) : -1;
      return index < 0 ? undefined : longBytes(BigInt(index));
    }
    case "bytes": {
      const bytes = latin1Bytes(json);
      return bytes && sized(bytes);
    }
    case "fixed": {
      const bytes = latin1Bytes(json);
      return bytes?.length === type.size ? bytes : undefined;
    }
  }
};

/**
 * The bytes of a field's default; undefined where it has none, or one that is no value of its type.
 * @throws OutOfSteps where trying the branches of unions takes too long
 */
export function defaultBytes(field: AvroField): Buffer | undefined {
  return new DefaultWriter().field(field);
}
