import type { NamedSchema } from "../json-schema/schema-document.js";
import {
  bothKinds,
  eitherKind,
  type FieldKind,
  plain,
  type Shape,
  type TimeKind,
  time,
  unknownShape,
} from "./field-kind.js";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Subschemas about one value that are followed into one another; more are not known. */
const partsDepthMax = 16;
/** Subschemas looked at for one schema: of more nothing is known. */
const stepsMax = 5_000;

/** Formats of text that are times. The format "time", a time of day, is none. */
const textTimes: ReadonlyMap<unknown, TimeKind> = new Map([
  ["date-time", time("text")],
  ["date", time("text", true)],
]);

/** Numbers that are times have no format of the standard: those in use, and Avro's names as "logicalType". */
const numberTimes: ReadonlyMap<unknown, TimeKind> = new Map([
  ["unix-time", time("seconds")],
  ["epoch-seconds", time("seconds")],
  ["epoch-millis", time("millis")],
  ["epoch-micros", time("micros")],
  ["epoch-nanos", time("nanos")],
  ["epoch-days", time("days", true)],
  ["timestamp-millis", time("millis")],
  ["timestamp-micros", time("micros")],
  ["timestamp-nanos", time("nanos")],
]);

/** What is known of one value. "null": it is nothing else, which says nothing beside a branch that is something. */
interface Known {
  readonly kind: FieldKind | "null" | undefined;
  readonly members: ReadonlyMap<string, Part>;
}

/** Subschemas about one value. */
type Part =
  | { readonly schema: unknown; readonly root: unknown }
  | { readonly all: readonly Part[] }
  | { readonly any: readonly Part[] };

const nothing: Known = { kind: undefined, members: new Map() };
const never: Known = { kind: "null", members: new Map() };

/** The shapes of a schema; references are looked up in it, and by name. Nothing is ever fetched. */
export class JsonShapes {
  readonly #references: ReadonlyMap<string, unknown>;
  #steps = stepsMax;

  constructor(references: readonly NamedSchema[]) {
    this.#references = new Map(references.map(({ name, schema }) => [name, schema]));
  }

  shape(schema: unknown): Shape {
    return this.#shapeOf({ schema, root: schema });
  }

  #shapeOf(part: Part): Shape {
    const { kind, members } = this.#known(part, []);
    if (kind === "null") return unknownShape;
    return {
      kind,
      members: () => [...members].map(([name, member]) => [name, this.#shapeOf(member)] as const),
    };
  }

  /** @param within the subschemas of the same value that it is a part of: one within itself says nothing more */
  #known(part: Part, within: readonly unknown[]): Known {
    if (within.length > partsDepthMax || this.#steps-- <= 0) return nothing;
    if ("all" in part) return together(part.all.map((one) => this.#known(one, within)));
    if ("any" in part) return alternatives(part.any.map((one) => this.#known(one, within)));
    const { schema, root } = part;
    if (schema === false) return never;
    if (!isObject(schema) || within.includes(schema)) return nothing;
    const inner = [...within, schema];
    const parts = unlike(this.#parts(schema, root)).map((one) => this.#known(one, inner));
    return together([ownKnown(schema, root), ...parts]);
  }

  /** The other schemas that are about the same value. */
  #parts(schema: Json, root: unknown): Part[] {
    const listOf = (value: unknown): Part[] =>
      unlike((Array.isArray(value) ? value : []).map((one: unknown) => this.#followed(one, root)));
    const parts: Part[] = listOf(schema["allOf"]);
    const choices = [schema["then"], schema["else"]].filter((one) => one !== undefined);
    for (const any of [listOf(schema["anyOf"]), listOf(schema["oneOf"]), listOf(choices)]) {
      if (any.length > 0) parts.push({ any });
    }
    const target = this.#target(schema["$ref"], root);
    if (target !== undefined) parts.push(target);
    return parts;
  }

  /** What nothing but a reference leads to, so that what is referred to often is looked at once. */
  #followed(schema: unknown, root: unknown): Part {
    const isReference = isObject(schema) && Object.keys(schema).length === 1;
    return (isReference ? this.#target(schema["$ref"], root) : undefined) ?? { schema, root };
  }

  #target(reference: unknown, root: unknown): Part | undefined {
    if (typeof reference !== "string") return undefined;
    const hash = reference.indexOf("#");
    const name = hash < 0 ? reference : reference.slice(0, hash);
    const base = name === "" ? root : this.#references.get(name);
    const pointer = hash < 0 ? "" : reference.slice(hash + 1);
    if (base === undefined || (pointer !== "" && !pointer.startsWith("/"))) return undefined;
    let found: unknown = base;
    for (const step of pointer.split("/").slice(1)) {
      const key = unescaped(step);
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
      found = (found as Json)[key];
    }
    return { schema: found, root: base };
  }
}

/** Parts without those that are the same schema. */
function unlike(parts: readonly Part[]): Part[] {
  return [...new Map(parts.map((part) => ["schema" in part ? part.schema : part, part])).values()];
}

/** A step of a JSON pointer in a URI. */
function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}

/** What the keywords of one schema say, without what it combines. */
function ownKnown(schema: Json, root: unknown): Known {
  const { properties } = schema as { properties?: unknown };
  const members = Object.entries(isObject(properties) ? properties : {});
  return {
    kind: ownKind(schema),
    members: new Map(members.map(([name, member]) => [name, { schema: member, root }])),
  };
}

function ownKind(schema: Json): Known["kind"] {
  const { type, format, logicalType } = schema as { [keyword: string]: unknown };
  const values = "const" in schema ? [schema["const"]] : schema["enum"];
  if (type === undefined) return Array.isArray(values) ? eitherOf(values.map(kindOfValue)) : undefined;
  const kinds = (Array.isArray(type) ? type : [type]).map((one: unknown): Known["kind"] => {
    if (one === "string") return textTimes.get(format) ?? plain.text;
    if (one === "boolean") return plain.boolean;
    if (one === "null") return "null";
    if (one !== "integer" && one !== "number") return undefined;
    return numberTimes.get(logicalType) ?? numberTimes.get(format) ?? plain[one];
  });
  return eitherOf(kinds);
}

function kindOfValue(value: unknown): Known["kind"] {
  if (value === null) return "null";
  if (typeof value === "string") return plain.text;
  if (typeof value === "boolean") return plain.boolean;
  if (typeof value !== "number") return undefined;
  return Number.isInteger(value) ? plain.integer : plain.number;
}

function eitherOf(kinds: readonly Known["kind"][]): Known["kind"] {
  const [first, ...others] = kinds.filter((kind) => kind !== "null");
  if (first === undefined && others.length === 0)
    return kinds.length > 0 && kinds[0] === "null" ? "null" : undefined;
  return others.reduce<FieldKind | undefined>((known, next) => eitherKind(known, next), first);
}

/** All of these hold. */
function together(parts: readonly Known[]): Known {
  const kinds = parts.map(({ kind }) => kind).filter((kind) => kind !== undefined);
  const known = kinds.filter((kind) => kind !== "null");
  const kind =
    known.length < kinds.length
      ? "null"
      : known.reduce<FieldKind | undefined>((all, next) => bothKinds(all, next), undefined);
  return { kind, members: gathered(parts, (members) => ({ all: members })) };
}

/** One of these holds. */
function alternatives(parts: readonly Known[]): Known {
  const kind = eitherOf(parts.map((part) => part.kind));
  return { kind, members: gathered(parts, (members) => ({ any: members })) };
}

function gathered(parts: readonly Known[], join: (members: readonly Part[]) => Part): Map<string, Part> {
  const byName = new Map<string, Part[]>();
  for (const { members } of parts) {
    for (const [name, member] of members) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [member]);
      else known.push(member);
    }
  }
  const joined = (list: readonly Part[]): Part => {
    const parts = unlike(list);
    const [first, ...others] = parts;
    return first !== undefined && others.length === 0 ? first : join(parts);
  };
  return new Map([...byName].map(([name, list]) => [name, joined(list)]));
}
