// Reads JSON Schemas into the model. What only restricts values (bounds, patterns, conditions) can't be said by types:
// it goes into the docs, and conditions are noted besides. What would make a type wrong is refused.
import {
  annotations,
  anyJson,
  conditions,
  factsOf,
  formats,
  hasHalfSurrogate,
  hasShape,
  isNull,
  isObject,
  isRestriction,
  type Json,
  joined,
  labelOf,
  listOf,
  nullable,
  refused,
  resolvePointer,
  scalar,
  type Tuple,
  tupleOf,
  typesOf,
} from "./json-keywords.js";
import { mergeAllOf } from "./merge-schemas.js";
import type { Field, NamedType, RecordType, UnionType, ValueType } from "./model.js";
import { Unsupported } from "./read-avro.js";
import { noRemarks, remarksOf } from "./remarks.js";

/** Where in a schema the reader is: within the properties, and what an unnamed type would be called here. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
}

const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;
/** Of an enum. A class of Java has room for some 3,400, and nobody reads as many. */
const SYMBOLS_MAX = 2_000;

class JsonReader {
  readonly named: NamedType[] = [];
  readonly notes: { path: string; message: string }[] = [];
  readonly #root: Json;
  readonly #byReference = new Map<string, ValueType>();
  /** What stands for a schema with `allOf`, by its text: joining goes on making the same ones where they recur. */
  readonly #merged = new Map<string, Json | undefined>();
  readonly #origins = new Map<Json, Json>();
  readonly #records = new Map<Json, RecordType>();
  #steps = 0;

  constructor(root: Json) {
    this.#root = root;
  }

  /** The type of a schema; undefined where it is always null. */
  read(schema: unknown, place: Place): ValueType | undefined {
    if (place.depth > DEPTH_MAX)
      throw new Unsupported(place.path, `is nested deeper than ${DEPTH_MAX} levels`);
    if (++this.#steps > STEPS_MAX) throw new Unsupported(place.path, "leads to too many types");
    if (schema === true || schema === undefined) return anyJson;
    if (!isObject(schema)) throw new Unsupported(place.path, "allows no value");
    this.#inspect(schema, place);
    if (schema["$ref"] !== undefined) return this.#reference(schema, place);
    const combined = this.#combined(schema, place);
    if (combined !== undefined) return combined.type;
    if (schema["const"] !== undefined) return this.#values([schema["const"]], schema, place);
    if (Array.isArray(schema["enum"])) return this.#values(schema["enum"], schema, place);
    const types = typesOf(schema);
    if (types.length === 0) return anyJson;
    const others = types.filter((type) => type !== "null");
    const [only] = others;
    if (only === undefined) return undefined;
    const value =
      others.length === 1
        ? this.#ofType(only, schema, place)
        : this.#union(
            others.map((type) => ({ ...schema, type })),
            place,
          );
    return types.includes("null") ? nullable(value) : value;
  }

  #inspect(schema: Json, { path }: Place): void {
    for (const keyword of refused) {
      if (schema[keyword] !== undefined) throw new Unsupported(path, `${keyword} is not supported`);
    }
    const found = conditions.filter((keyword) => schema[keyword] !== undefined && schema[keyword] !== true);
    if (found.length === 0) return;
    this.#noteUnsaid(path, found);
  }

  #reference(schema: Json, place: Place): ValueType | undefined {
    const reference = String(schema["$ref"]);
    const known = this.#byReference.get(reference);
    if (known !== undefined) return known;
    const target = this.#target(reference, place.path);
    const beside = Object.keys(schema).filter((keyword) => !annotations.has(keyword) && keyword !== "$ref");
    if (beside.length > 0)
      throw new Unsupported(place.path, `${beside.join(", ")} beside $ref is not supported`);
    const name = decodeURIComponent(reference.slice(reference.lastIndexOf("/") + 1));
    const type = this.read(target, { ...place, name, depth: place.depth + 1 });
    if (type !== undefined) this.#byReference.set(reference, type);
    return type;
  }

  #target(reference: string, path: string): unknown {
    const target = reference.startsWith("#/") ? resolvePointer(this.#root, reference) : undefined;
    if (target === undefined)
      throw new Unsupported(path, `$ref ${reference.slice(0, 80)} is not within the schema`);
    return target;
  }

  /** The record of the whole; a root that only refers to a definition is that definition. */
  readRoot(name: string): RecordType {
    const place: Place = { path: "", name, depth: 0 };
    let schema = this.#root;
    for (let step = 0; typeof schema["$ref"] === "string" && schema["properties"] === undefined; step++) {
      const target = step < DEPTH_MAX ? this.#target(schema["$ref"], "") : undefined;
      if (!isObject(target)) throw new Unsupported("", "describes no object with properties");
      schema = target;
    }
    this.#inspect(schema, place);
    if (schema["allOf"] !== undefined) {
      const merged = this.#merge(schema, place.path);
      if (merged === undefined)
        throw new Unsupported("", "allOf of schemas that no type stands for is not supported");
      schema = merged;
    }
    const types = typesOf(schema);
    if (!types.includes("object")) throw new Unsupported("", "describes no object with properties");
    const combined = ["anyOf", "oneOf", "$ref"].filter((keyword) => schema[keyword] !== undefined);
    if (!combined.every((keyword) => isRestriction(listOf(schema[keyword])) && keyword !== "$ref")) {
      throw new Unsupported("", `${combined.join(", ")} at the top is not supported`);
    }
    if (combined.length > 0) this.#noteUnsaid("", combined);
    if (isObject(schema["additionalProperties"]) || isObject(schema["patternProperties"])) {
      this.notes.push({ path: "", message: "properties beyond the named ones can't be stated" });
    }
    return this.record(schema, place);
  }

  /** The schema that stands for one with `allOf`. */
  #merge(schema: Json, path: string): Json | undefined {
    const key = JSON.stringify(schema);
    if (!this.#merged.has(key)) {
      const merged = mergeAllOf(schema, (reference) => this.#target(reference, path));
      this.#merged.set(key, merged?.schema);
      if (merged !== undefined) {
        this.#origins.set(merged.schema, schema);
        // What stands beside allOf is noted as that of any schema.
        const dropped = merged.dropped.filter((keyword) => schema[keyword] === undefined);
        if (dropped.length > 0) this.#noteUnsaid(path, dropped);
      }
    }
    return this.#merged.get(key);
  }

  #noteUnsaid(path: string, keywords: readonly string[]): void {
    this.notes.push({ path, message: `${keywords.join(", ")}: not said by the types; the server checks it` });
  }

  /** allOf, and alternatives. */
  #combined(schema: Json, place: Place): { type: ValueType | undefined } | undefined {
    const all = schema["allOf"];
    if (Array.isArray(all)) {
      const inner = { ...place, depth: place.depth + 1 };
      // One that adds nothing is the type itself, which others may share.
      if (all.length === 1 && !hasShape(schema) && schema["required"] === undefined)
        return { type: this.read(all[0], inner) };
      const merged = this.#merge(schema, place.path);
      if (merged !== undefined) return { type: this.read(merged, inner) };
      this.notes.push({ path: place.path, message: "allOf: no type stands for it; the server checks it" });
      return { type: anyJson };
    }
    const alternatives = schema["anyOf"] ?? schema["oneOf"];
    if (!Array.isArray(alternatives)) return undefined;
    if (isRestriction(alternatives)) {
      this.#noteUnsaid(place.path, ["anyOf", "oneOf"]);
      return undefined;
    }
    if (hasShape(schema)) {
      throw new Unsupported(place.path, "anyOf or oneOf beside other types or properties is not supported");
    }
    const others = alternatives.filter((one) => !isNull(one));
    if (others.length === 0) return { type: undefined };
    const value =
      others.length === 1
        ? this.#present(others[0], { ...place, depth: place.depth + 1 })
        : this.#union(others, place);
    return { type: others.length < alternatives.length ? nullable(value) : value };
  }

  #values(values: readonly unknown[], schema: Json, place: Place): ValueType | undefined {
    const others = values.filter((value) => value !== null);
    const symbols = others.filter(
      (value): value is string | number | boolean =>
        (typeof value === "string" && !hasHalfSurrogate(value)) ||
        (typeof value === "number" && (!Number.isInteger(value) || Number.isSafeInteger(value))) ||
        typeof value === "boolean",
    );
    if (symbols.length < others.length) {
      throw new Unsupported(
        place.path,
        "an enum of objects, arrays or unsafe numbers or texts is not supported",
      );
    }
    if (symbols.length === 0) return undefined;
    if (symbols.length > SYMBOLS_MAX) {
      this.notes.push({ path: place.path, message: `${symbols.length} values: the server checks which` });
      const any = symbols.every((value) => typeof value === "string") ? scalar("string", "text") : anyJson;
      return values.includes(null) ? nullable(any) : any;
    }
    const type = { kind: "enum", name: place.name, remarks: remarksOf(schema), symbols } as const;
    this.named.push(type);
    return values.includes(null) ? nullable({ kind: "named", type }) : { kind: "named", type };
  }

  #union(schemas: readonly unknown[], place: Place): ValueType {
    const type: UnionType = { kind: "union", name: place.name, remarks: noRemarks, branches: [] };
    this.named.push(type);
    let mayBeNull = false;
    schemas.forEach((schema, index) => {
      const label = labelOf(schema, index);
      const inner = { ...place, name: `${place.name}_${label}`, depth: place.depth + 1 };
      const branch = this.#present(schema, inner);
      mayBeNull ||= branch.kind === "nullable";
      type.branches.push({ label, index, type: branch.kind === "nullable" ? branch.value : branch });
    });
    return mayBeNull ? nullable({ kind: "named", type }) : { kind: "named", type };
  }

  #present(schema: unknown, place: Place): ValueType {
    const type = this.read(schema, place);
    if (type === undefined)
      throw new Unsupported(place.path, "is always null, which no type stands for here");
    return type;
  }

  #ofType(type: string, schema: Json, place: Place): ValueType {
    switch (type) {
      case "boolean":
        return scalar("boolean", "bool");
      case "integer":
        return scalar("long", "int64");
      case "number":
        return scalar("double", "float64");
      case "string":
        return formats[String(schema["format"])] ?? scalar("string", "text");
      case "array": {
        const { items, rest } = tupleOf(schema);
        if (items.length > 0) return { kind: "named", type: this.#tuple({ schema, items, rest }, place) };
        const inner = { path: `${place.path}[]`, name: `${place.name}_item`, depth: place.depth + 1 };
        return { kind: "array", items: this.#present(rest, inner) };
      }
      case "object":
        return this.#object(schema, place);
      default:
        throw new Unsupported(place.path, `the type ${type.slice(0, 40)} is not known`);
    }
  }

  /** A list whose items have types of their own. All are stated: what has as many as it can is always valid. */
  #tuple({ schema, items, rest }: Tuple & { readonly schema: Json }, place: Place): RecordType {
    const record: RecordType = {
      kind: "record",
      name: place.name,
      remarks: remarksOf(schema),
      fields: [],
      isTuple: true,
    };
    this.named.push(record);
    this.#remember(schema, record);
    const at = (name: string, index: number | string): Place => ({
      path: `${place.path}[${index}]`,
      name: `${record.name}_${name}`,
      depth: place.depth + 1,
    });
    items.forEach((item, index) => {
      const title = isObject(item) && typeof item["title"] === "string" ? item["title"] : "";
      const wire = title === "" ? `item_${index + 1}` : title;
      record.fields.push(this.#field({ wire, schema: item, isRequired: true }, at(wire, index)));
    });
    if (rest !== undefined) {
      const type: ValueType = { kind: "array", items: this.#present(rest, at("rest", "")) };
      record.fields.push({
        wire: "rest",
        type,
        remarks: noRemarks,
        isRequired: false,
        leftOut: { kind: "omit" },
        constant: undefined,
        isRest: true,
      });
    }
    return record;
  }

  #object(schema: Json, place: Place): ValueType {
    const rest = schema["additionalProperties"];
    const hasPatterns = isObject(schema["patternProperties"]);
    const names = isObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
    if (names.length > 0) {
      if (hasPatterns || isObject(rest)) {
        this.notes.push({ path: place.path, message: "properties beyond the named ones can't be stated" });
      }
      return { kind: "named", type: this.record(schema, place) };
    }
    if (hasPatterns) throw new Unsupported(place.path, "patternProperties is not supported");
    if (listOf(schema["required"]).length > 0 && !isObject(rest)) {
      throw new Unsupported(place.path, "requires properties that it does not describe");
    }
    if (rest === false) return { kind: "named", type: this.record(schema, place) };
    const inner = { path: `${place.path}.*`, name: `${place.name}_value`, depth: place.depth + 1 };
    return { kind: "map", values: this.#present(rest, inner) };
  }

  record(schema: Json, place: Place): RecordType {
    const known = this.#records.get(schema);
    if (known !== undefined) return known;
    const record: RecordType = { kind: "record", name: place.name, remarks: remarksOf(schema), fields: [] };
    if (this.#origins.has(schema)) this.#records.set(schema, record);
    // The root stands apart from the types that it holds.
    if (place.depth > 0) this.named.push(record);
    const origin = this.#origins.get(schema) ?? schema;
    if (origin === this.#root) this.#byReference.set("#", { kind: "named", type: record });
    // A reference to where this record stands finds it, while its fields are still being read.
    this.#remember(schema, record);
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    const required = new Set(listOf(schema["required"]).map(String));
    for (const name of required) {
      if (!Object.hasOwn(properties, name)) {
        throw new Unsupported(joined(place.path, name), "is required and not described");
      }
    }
    const outer = place.depth === 0 ? "" : `${record.name}_`;
    for (const [wire, property] of Object.entries(properties)) {
      if (property === false) {
        this.notes.push({ path: joined(place.path, wire), message: "allows no value and is left out" });
        continue;
      }
      const inner = { path: joined(place.path, wire), name: `${outer}${wire}`, depth: place.depth + 1 };
      record.fields.push(this.#field({ wire, schema: property, isRequired: required.has(wire) }, inner));
    }
    return record;
  }

  #remember(schema: Json, record: RecordType): void {
    const origin = this.#origins.get(schema) ?? schema;
    for (const container of ["$defs", "definitions"]) {
      const defined = this.#root[container];
      if (!isObject(defined)) continue;
      for (const [name, one] of Object.entries(defined)) {
        const pointer = encodeURI(name.replaceAll("~", "~0").replaceAll("/", "~1"));
        if (one === origin)
          this.#byReference.set(`#/${container}/${pointer}`, { kind: "named", type: record });
      }
    }
  }

  #field(
    { wire, schema, isRequired }: { wire: string; schema: unknown; isRequired: boolean },
    place: Place,
  ): Field {
    if (hasHalfSurrogate(wire)) throw new Unsupported(place.path, "its name has half a surrogate");
    const json = isObject(schema) ? schema : {};
    const said = Array.isArray(json["allOf"]) ? this.#merge(json, place.path) : json;
    const remarks = remarksOf(json, factsOf(said ?? json));
    const value = json["const"];
    const isConstant = isRequired && value !== undefined && (typeof value !== "object" || value === null);
    const type = isConstant ? undefined : this.read(schema, place);
    const leftOut = isRequired ? undefined : ({ kind: "omit" } as const);
    if (type !== undefined) return { wire, type, remarks, isRequired, leftOut, constant: undefined };
    // Nothing but one value: it is written where it is required, and else there is no need of it.
    const constant = JSON.stringify(value ?? null);
    if (isRequired) return { wire, type: anyJson, remarks, isRequired, leftOut, constant };
    return { wire, type: nullable(anyJson), remarks, isRequired, leftOut, constant: undefined };
  }
}

/**
 * The record of a JSON Schema of objects, the types in it, and what its types don't say.
 * @throws Unsupported
 */
export function readJson(
  text: string,
  name: string,
): { root: RecordType; named: readonly NamedType[]; notes: readonly { path: string; message: string }[] } {
  const schema: unknown = JSON.parse(text);
  if (!isObject(schema)) throw new Unsupported("", "describes no object with properties");
  const reader = new JsonReader(schema);
  return { root: reader.readRoot(name), named: reader.named, notes: reader.notes };
}
