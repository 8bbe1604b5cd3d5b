// Reads the text of an Avro schema by the specification (1.12), strictly, and says of what is wrong where it stands.
import { type ExactValue, parseExact } from "../../platform/json/exact.js";
import { classInProps } from "../personal-class.js";
import { Budget } from "../rules/budget.js";
import type { SchemaSource } from "../rules/language.js";
import { requireTextBounds } from "../rules/text-bounds.js";
import { type DefaultedField, fillDefaults, type UnfitDefaults } from "./defaults.js";
import { fullNameIn, isDottedName, isSimpleName, splitName } from "./names.js";
import { AvroSchemaError } from "./schema-error.js";
import {
  type AvroField,
  type AvroNamed,
  type AvroType,
  type Decimal,
  type Named,
  nameOfType,
  type Props,
  plainKinds,
} from "./type.js";

type JsonObject = ReadonlyMap<string, ExactValue>;

const primitives = new Set<string>([...plainKinds, "bytes"]);
const reserved = [
  "type",
  "name",
  "namespace",
  "doc",
  "aliases",
  "fields",
  "items",
  "values",
  "symbols",
  "size",
];
const reservedOfTypes = new Set(reserved);
const reservedOfEnums = new Set([...reserved, "default"]);
const reservedOfFields = new Set(["name", "type", "doc", "default", "order", "aliases"]);
const orders = ["ascending", "descending", "ignore"] as const;

/** A step of a JSON pointer. */
const step = (name: string | number): string =>
  `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** Shared: most types and fields have none, and thousands of schemas are kept. */
const noProps: Props = new Map();
const noAliases: readonly string[] = [];

const propsOf = (json: JsonObject, known: ReadonlySet<string>): Props => {
  const props = new Map<string, ExactValue>();
  for (const [name, value] of json) if (!known.has(name)) props.set(name, value);
  return props.size === 0 ? noProps : props;
};

const decimalOf = (json: JsonObject, bytes?: number): Decimal | undefined => {
  if (json.get("logicalType") !== "decimal") return undefined;
  const [scale, precision] = [json.get("scale") ?? 0, json.get("precision")];
  // As the specification has it: a logical type that is not valid is ignored.
  if (typeof scale !== "number" || typeof precision !== "number") return undefined;
  if (!(Number.isInteger(scale) && Number.isInteger(precision))) return undefined;
  if (bytes !== undefined && precision > Math.floor(Math.log10(2) * (8 * bytes - 1))) return undefined;
  return scale >= 0 && precision > 0 && scale <= precision && precision <= 1_000
    ? { scale, precision }
    : undefined;
};

/** Reads the texts of one schema, those that it refers to first. */
class Parser {
  readonly defaulted: DefaultedField[] = [];
  readonly #named = new Map<string, AvroNamed>();
  #isForeign = false;

  parse(text: string, isForeign: boolean): AvroType {
    this.#isForeign = isForeign;
    requireTextBounds(text);
    try {
      JSON.parse(text);
    } catch (cause) {
      const said = cause instanceof Error ? cause.message.slice(0, 200) : "unreadable";
      throw new AvroSchemaError(`it is not JSON: ${said}`);
    }
    return this.#type(parseExact(text, { everyDigit: true }), "", "");
  }

  get namedTypes(): ReadonlySet<AvroNamed> {
    return new Set(this.#named.values());
  }

  #type(json: ExactValue, at: string, space: string): AvroType {
    if (typeof json === "string") return this.#byName(json, at, space);
    if (Array.isArray(json)) return this.#union(json, at, space);
    if (json instanceof Map) return this.#object(json, at, space);
    throw new AvroSchemaError("a type is a name, an object or an array of types", at);
  }

  #byName(name: string, at: string, space: string): AvroType {
    if (primitives.has(name)) return this.#primitive(name, at, new Map());
    const found = this.#named.get(fullNameIn(name, space)) ?? this.#named.get(name);
    if (found !== undefined) return found;
    const said = name.length > 80 ? `${name.slice(0, 80)}…` : name;
    const hint = "a name is defined before it is used, here or in a referenced schema";
    throw new AvroSchemaError(`the type "${said}" is not known: ${hint}`, at);
  }

  #primitive(name: string, at: string, json: JsonObject): AvroType {
    const place = { at, isForeign: this.#isForeign, props: propsOf(json, reservedOfTypes) };
    if (name === "bytes") return { kind: "bytes", decimal: decimalOf(json), ...place };
    return { kind: name as "null", ...place };
  }

  #union(json: readonly ExactValue[], at: string, space: string): AvroType {
    const branches: AvroType[] = [];
    const names = new Set<string>();
    for (const [index, one] of json.entries()) {
      const branchAt = at + step(index);
      const branch = this.#type(one, branchAt, space);
      if (branch.kind === "union")
        throw new AvroSchemaError("a union must not hold a union directly", branchAt);
      const name = nameOfType(branch);
      if (names.has(name)) throw new AvroSchemaError(`the union has ${name} twice`, branchAt);
      names.add(name);
      branches.push(branch);
    }
    return { kind: "union", branches, at, isForeign: this.#isForeign, props: noProps };
  }

  #object(json: JsonObject, at: string, space: string): AvroType {
    const type = json.get("type");
    if (type === undefined) throw new AvroSchemaError('the object has no "type"', at);
    if (typeof type !== "string") return this.#type(type, at + step("type"), space);
    const place = { at, isForeign: this.#isForeign, props: propsOf(json, reservedOfTypes) };
    switch (type) {
      case "array":
        return { kind: "array", items: this.#part(json, "items", at, space), ...place };
      case "map":
        return { kind: "map", values: this.#part(json, "values", at, space), ...place };
      case "record":
      case "error":
        return this.#record(json, at, space);
      case "enum":
        return this.#enum(json, at, space);
      case "fixed":
        return this.#fixed(json, at, space);
      default:
        return primitives.has(type)
          ? this.#primitive(type, at, json)
          : this.#byName(type, at + step("type"), space);
    }
  }

  #part(json: JsonObject, name: "items" | "values", at: string, space: string): AvroType {
    const part = json.get(name);
    if (part === undefined) throw new AvroSchemaError(`it has no "${name}"`, at);
    return this.#type(part, at + step(name), space);
  }

  #record(json: JsonObject, at: string, space: string): AvroType {
    const fields: AvroField[] = [];
    const named = this.#name(json, at, space);
    const record = { kind: "record", isError: json.get("type") === "error", fields, ...named } as const;
    this.#define(record);
    const listed = json.get("fields");
    if (!Array.isArray(listed)) throw new AvroSchemaError('a record has an array "fields"', at);
    const names = new Set<string>();
    for (const [index, one] of listed.entries()) {
      const fieldAt = `${at}/fields/${index}`;
      const field = this.#field(one, fieldAt, named.space);
      if (names.has(field.name)) {
        throw new AvroSchemaError(`the record has the field "${field.name}" twice`, fieldAt);
      }
      names.add(field.name);
      fields.push(field);
    }
    return record;
  }

  #field(json: ExactValue, at: string, space: string): AvroField {
    if (!(json instanceof Map)) throw new AvroSchemaError("a field is an object", at);
    const name = json.get("name");
    if (typeof name !== "string") throw new AvroSchemaError('the field has no "name"', at);
    if (!isSimpleName(name)) throw badName(name, at + step("name"));
    const type = json.get("type");
    if (type === undefined) throw new AvroSchemaError(`the field "${name}" has no "type"`, at);
    const order = json.get("order") ?? "ascending";
    const known = orders.find((one) => typeof order === "string" && one === order.toLowerCase());
    if (known === undefined) {
      throw new AvroSchemaError(`"order" is one of ${orders.join(", ")}`, at + step("order"));
    }
    const aliases = textsOf(json, "aliases", at) ?? [];
    const odd = aliases.findIndex((alias) => !isSimpleName(alias));
    if (odd >= 0) throw badName(aliases[odd] ?? "", `${at}/aliases/${odd}`);
    const field: DefaultedField["field"] = {
      name,
      at,
      type: this.#type(type, at + step("type"), space),
      doc: docOf(json),
      aliases: aliases.length === 0 ? noAliases : [...new Set(aliases)],
      order: known,
      fallback: undefined,
      props: propsOf(json, reservedOfFields),
      personalClass: classInProps((name) => json.get(name)),
    };
    const fallback = json.get("default");
    if (fallback !== undefined) this.defaulted.push({ field, json: fallback });
    return field;
  }

  #enum(json: JsonObject, at: string, space: string): AvroType {
    const named = { ...this.#name(json, at, space), props: propsOf(json, reservedOfEnums) };
    const symbols = textsOf(json, "symbols", at);
    if (symbols === undefined) throw new AvroSchemaError('an enum has an array "symbols"', at);
    const seen = new Set<string>();
    for (const [index, symbol] of symbols.entries()) {
      if (!isSimpleName(symbol)) throw badName(symbol, `${at}/symbols/${index}`);
      if (seen.has(symbol)) {
        throw new AvroSchemaError(`the enum has "${symbol}" twice`, `${at}/symbols/${index}`);
      }
      seen.add(symbol);
    }
    const fallback = json.get("default");
    if (fallback !== undefined && (typeof fallback !== "string" || !seen.has(fallback))) {
      throw new AvroSchemaError("the enum's default is none of its symbols", `${at}/default`);
    }
    return this.#define({ kind: "enum", symbols, fallback, ...named });
  }

  #fixed(json: JsonObject, at: string, space: string): AvroType {
    const size = json.get("size");
    if (typeof size !== "number" || !Number.isInteger(size) || size < 0 || size >= 2 ** 31) {
      throw new AvroSchemaError('a fixed type has a "size", a whole number from 0 on', at);
    }
    const logical = json.get("logicalType");
    return this.#define({
      kind: "fixed",
      size,
      decimal: decimalOf(json, size),
      logical: typeof logical === "string" ? logical : "",
      ...this.#name(json, at, space),
    });
  }

  /** A definition's name, aliases and doc. */
  #name(json: JsonObject, at: string, outer: string): Named {
    const given = json.get("name");
    if (typeof given !== "string") throw new AvroSchemaError('the definition has no "name"', at);
    if (!isDottedName(given)) throw badName(given, at + step("name"));
    const own = json.get("namespace");
    if (typeof own === "string" && own !== "" && !isDottedName(own)) throw badName(own, `${at}/namespace`);
    const fullName = fullNameIn(given, typeof own === "string" ? own : outer);
    const { space, name } = splitName(fullName);
    if (primitives.has(name)) {
      throw new AvroSchemaError(`"${name}" is the name of a primitive type`, at + step("name"));
    }
    const aliases = textsOf(json, "aliases", at) ?? [];
    const odd = aliases.findIndex((alias) => !isDottedName(alias));
    if (odd >= 0) throw badName(aliases[odd] ?? "", `${at}/aliases/${odd}`);
    return {
      name,
      space,
      fullName,
      aliases: [...new Set(aliases.map((alias) => fullNameIn(alias, space)))],
      doc: docOf(json),
      at,
      isForeign: this.#isForeign,
      props: propsOf(json, reservedOfTypes),
    };
  }

  #define<T extends AvroNamed>(type: T): T {
    if (this.#named.has(type.fullName)) {
      throw new AvroSchemaError(`"${type.fullName}" is defined twice`, type.at);
    }
    this.#named.set(type.fullName, type);
    return type;
  }
}

const docOf = (json: JsonObject): string | undefined => {
  const doc = json.get("doc");
  return typeof doc === "string" ? doc : undefined;
};

/** An array of texts, where there is one. */
const textsOf = (json: JsonObject, name: string, at: string): string[] | undefined => {
  const listed = json.get(name);
  if (listed === undefined || (listed === null && name === "aliases")) return undefined;
  if (!Array.isArray(listed) || !listed.every((one): one is string => typeof one === "string")) {
    throw new AvroSchemaError(`"${name}" is an array of texts`, at + step(name));
  }
  return listed;
};

const badName = (name: string, at: string): AvroSchemaError => {
  const said = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return new AvroSchemaError(`"${said}" is no name: letters of ASCII, digits and _, no digit first`, at);
};

/** A schema's types: the one it describes, and the named ones that come from the schemas it refers to. */
export interface AvroTypes {
  readonly type: AvroType;
  readonly foreign: ReadonlySet<AvroNamed>;
}

/**
 * Reads a schema with all that it refers to.
 * @throws Error that says what is wrong with it, and where
 */
export function parseAvro(
  { text, references }: SchemaSource,
  unfitDefaults: UnfitDefaults = "refused",
): AvroTypes {
  const parser = new Parser();
  const seen = new Set<string>();
  for (const reference of references) {
    // Two ways may lead to one schema.
    if (seen.has(reference.text)) continue;
    seen.add(reference.text);
    try {
      parser.parse(reference.text, true);
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : "unreadable";
      const from = `${reference.subject.slice(0, 120)}, version ${reference.version}`;
      throw new AvroSchemaError(`the referenced schema "${reference.name.slice(0, 120)}" (${from}): ${said}`);
    }
  }
  const foreign = parser.namedTypes;
  const type = parser.parse(text, false);
  fillDefaults(parser.defaulted, unfitDefaults, new Budget());
  return { type, foreign };
}
