// Reads Protobuf schemas into the model. Events are of the file's first message and travel as Protobuf's JSON mapping
// has them; what the mapping knows by name (times, wrappers, dynamic values) has types of its own.

import { anyClass } from "../personal-class.js";
import { isWellKnown } from "../protobuf/event-plan.js";
import { jsonNameOf } from "../protobuf/link.js";
import { load } from "../protobuf/load.js";
import {
  fieldsOf,
  isEnum,
  isMessage,
  type ProtoEnum,
  type ProtoField,
  type ProtoMessage,
  type ProtoOneof,
  type ProtoSet,
} from "../protobuf/model.js";
import { personalClass } from "../protobuf/personal-fields.js";
import type { OptionNode, ScalarType } from "../protobuf/syntax.js";
import { joined } from "./json-keywords.js";
import type {
  Api,
  EnumType,
  Field,
  MapKey,
  NamedType,
  RecordType,
  Remarks,
  UnionType,
  ValueType,
} from "./model.js";
import { Unsupported } from "./read-avro.js";
import { noRemarks, plainLine, remarksOf } from "./remarks.js";

const scalar = (api: Api, method: string): ValueType => ({
  kind: "scalar",
  api,
  write: { method, args: [] },
});

const text = scalar("string", "text");
/** Of an enum: one with more is text, since a class of Java has no room for them all. */
const SYMBOLS_MAX = 2_000;
const anyJson = scalar("json", "json");
const signed = scalar("int", "int32");
const unsigned = scalar("uint", "uint32");
const long = scalar("long", "int64Text");
const unsignedLong = scalar("ulong", "uint64Text");

const scalars: Readonly<Record<ScalarType, ValueType>> = {
  double: scalar("double", "float64"),
  float: scalar("float", "float32"),
  int32: signed,
  sint32: signed,
  sfixed32: signed,
  uint32: unsigned,
  fixed32: unsigned,
  int64: long,
  sint64: long,
  sfixed64: long,
  uint64: unsignedLong,
  fixed64: unsignedLong,
  bool: scalar("boolean", "bool"),
  string: text,
  bytes: scalar("bytes", "base64"),
};

const wellKnown: Readonly<Record<string, ValueType>> = {
  "google.protobuf.Timestamp": scalar("instant", "timestamp"),
  "google.protobuf.Duration": scalar("elapsed", "elapsed"),
  "google.protobuf.FieldMask": text,
  "google.protobuf.Any": { kind: "map", values: anyJson },
  "google.protobuf.Struct": { kind: "map", values: anyJson },
  "google.protobuf.ListValue": { kind: "array", items: anyJson },
  "google.protobuf.Value": anyJson,
};

/** What is to be known of a well-known type's value that its type does not say. */
const wellKnownFacts: Readonly<Record<string, string>> = {
  "google.protobuf.Any": 'An object with the name of its message behind a slash in "@type".',
  "google.protobuf.FieldMask": 'Paths of fields as in "customer.name,totalCents".',
};

const keyTypes: Readonly<Partial<Record<Api, MapKey>>> = {
  boolean: "boolean",
  int: "int",
  uint: "uint",
  long: "long",
  ulong: "ulong",
};

/** The text of a custom option by the last part of its name, or of Confluent's metadata. */
const optionText = (options: readonly OptionNode[], wanted: RegExp): string => {
  for (const { name, value } of options) {
    const [, last = ""] = /(\w+)\)?$/.exec(name) ?? [];
    const isMeta = /^\(\.?confluent\.\w+_meta\)$/.test(name) && value.kind === "message";
    const found = isMeta ? value.members.find((one) => wanted.test(one.name))?.value : value;
    if (!isMeta && !(name.startsWith("(") && wanted.test(last))) continue;
    if (found?.kind === "string") return Buffer.from(found.bytes, "latin1").toString();
  }
  return "";
};

const isDeprecated = (options: readonly OptionNode[]): boolean =>
  options.some(({ name, value }) => name === "deprecated" && value.kind === "name" && value.text === "true");

const remarksOfOptions = (options: readonly OptionNode[], facts: readonly string[] = []): Remarks =>
  remarksOf(
    {
      doc: optionText(options, /^(doc|description)$/),
      unit: optionText(options, /^unit$/),
      deprecated: isDeprecated(options),
    },
    facts,
  );

/** One line of several remarks: docs of what has no place for docs of its own. */
const remarkOf = (name: string, options: readonly OptionNode[]): string[] => {
  const { doc } = remarksOfOptions(options);
  const isOld = isDeprecated(options);
  if (doc === "" && !isOld) return [];
  const said = [plainLine(doc.replace(/\s+/g, " ")), isOld ? "Deprecated." : ""].filter((one) => one !== "");
  return [`${name}: ${said.join(" ")}`];
};

/** Symbols without the name of their enum, where all begin with it, as the style guide wants them to. */
const labelsOf = (name: string, symbols: readonly string[]): readonly string[] | undefined => {
  const prefix = name.replace(/([a-z\d])([A-Z])/g, "$1_$2").toUpperCase();
  const isPrefixed = symbols.every((symbol) => new RegExp(`^${prefix}_+[A-Za-z]`).test(symbol));
  return isPrefixed ? symbols.map((symbol) => symbol.slice(prefix.length)) : undefined;
};

class ProtobufReader {
  readonly named: NamedType[] = [];
  readonly #set: ProtoSet;
  readonly #root: ProtoMessage;
  readonly #types = new Map<ProtoMessage | ProtoEnum, NamedType>();

  constructor(set: ProtoSet, root: ProtoMessage) {
    this.#set = set;
    this.#root = root;
  }

  read(): RecordType {
    return this.#record(this.#root, "");
  }

  #record(message: ProtoMessage, path: string): RecordType {
    const known = this.#types.get(message);
    if (known?.kind === "record") return known;
    const record: RecordType = {
      kind: "record",
      name: this.#nameOf(message),
      remarks: remarksOfOptions(message.node.options),
      fields: [],
    };
    this.#types.set(message, record);
    // The root stands apart from the types that it holds.
    if (message !== this.#root) this.named.push(record);
    const seen = new Set<ProtoOneof>();
    for (const field of fieldsOf(this.#set, message)) {
      if (field.oneof === undefined) record.fields.push(this.#field(field, path));
      else if (!seen.has(field.oneof)) {
        seen.add(field.oneof);
        record.fields.push(this.#oneof(field.oneof, message, { record, path }));
      }
    }
    return record;
  }

  /** The names of the messages around it, below the event's own, and its own. */
  #nameOf({ name, file }: ProtoMessage | ProtoEnum): string {
    const outer = [this.#root.name, file.node.package].find((one) => name.startsWith(`${one}.`));
    return (outer === undefined ? name : name.slice(outer.length + 1)).replaceAll(".", "_");
  }

  #field(field: ProtoField, outer: string): Field {
    const { node, features, type, isRepeated, mapKey, extendee } = field;
    const wire = extendee === undefined ? field.jsonName : `[${field.fullName}]`;
    const path = joined(outer, wire);
    const isMany = isRepeated || mapKey !== undefined;
    const hasZero = features.presence === "implicit" && !isMany && !isMessage(type) && extendee === undefined;
    const isRequired = features.presence === "required" && !isMany;
    const zero = hasZero && isEnum(type) ? type.nameOf.get(0) : undefined;
    const facts = [...factsOf(field), ...(zero === undefined ? [] : [`Left out: ${zero}.`])];
    return {
      wire,
      type: this.#valueOf(field, path),
      remarks: remarksOfOptions(node.options, facts),
      isRequired,
      leftOut: isRequired ? undefined : { kind: hasZero ? "zero" : "omit" },
      constant: undefined,
    };
  }

  #valueOf({ type, isRepeated, mapKey }: ProtoField, path: string): ValueType {
    if (mapKey !== undefined) {
      const keyType = scalars[mapKey];
      const keys = keyType.kind === "scalar" ? keyTypes[keyType.api] : undefined;
      const values = this.#single(type, `${path}.*`);
      return keys === undefined ? { kind: "map", values } : { kind: "map", values, keys };
    }
    return isRepeated ? { kind: "array", items: this.#single(type, `${path}[]`) } : this.#single(type, path);
  }

  #single(type: ProtoField["type"], path: string): ValueType {
    if (isEnum(type)) return this.#enum(type);
    if (!isMessage(type)) return scalars[type];
    if (!isWellKnown(type)) return { kind: "named", type: this.#record(type, path) };
    const [inner] = type.fields;
    const known = wellKnown[type.name];
    if (known !== undefined) return known;
    // The others wrap a scalar, so that it can be missing.
    if (inner === undefined || typeof inner.type !== "string")
      throw new Unsupported(path, `${type.name} has no type`);
    return scalars[inner.type];
  }

  #enum(type: ProtoEnum): ValueType {
    // Its one value is null in JSON.
    if (type.name === "google.protobuf.NullValue") return anyJson;
    const known = this.#types.get(type);
    if (known !== undefined) return { kind: "named", type: known };
    const { values, options, name } = type.node;
    if (values.length > SYMBOLS_MAX) return text;
    const symbols = values.map((value) => value.name);
    const labels = labelsOf(name, symbols);
    const facts = values.flatMap((value) => remarkOf(value.name, value.options));
    const made: EnumType = {
      kind: "enum",
      name: this.#nameOf(type),
      remarks: remarksOfOptions(options, facts),
      symbols,
      ...(labels === undefined ? {} : { labels }),
    };
    this.#types.set(type, made);
    this.named.push(made);
    return { kind: "named", type: made };
  }

  /** The one of several fields that is there: a field of its own in programs, but not in JSON. */
  #oneof(
    oneof: ProtoOneof,
    message: ProtoMessage,
    { record, path }: { record: RecordType; path: string },
  ): Field {
    const taken = new Set(fieldsOf(this.#set, message).map(({ jsonName }) => jsonName));
    let wire = jsonNameOf(oneof.name);
    while (taken.has(wire)) wire += "Choice";
    const prefix = message === this.#root ? "" : `${record.name}_`;
    const union: UnionType = {
      kind: "union",
      name: `${prefix}${oneof.name}`,
      remarks: noRemarks,
      branches: [],
    };
    this.named.push(union);
    oneof.fields.forEach((field, index) => {
      const type = this.#single(field.type, joined(path, field.jsonName));
      union.branches.push({ label: field.jsonName, index, wire: field.jsonName, type });
    });
    const facts = oneof.fields.flatMap((field) => [
      ...remarkOf(field.jsonName, field.node.options),
      ...factsOf(field).map((fact) => `${field.jsonName}: ${fact}`),
    ]);
    const node = message.node.oneofs.find(({ name }) => name === oneof.name);
    return {
      wire,
      type: { kind: "named", type: union },
      remarks: remarksOfOptions(node?.options ?? [], facts),
      isRequired: false,
      leftOut: { kind: "omit" },
      constant: undefined,
    };
  }
}

/** Personal data, a default of proto2, and what a well-known type's values look like. */
const factsOf = (field: ProtoField): string[] => {
  const { type, node } = field;
  const personal = personalClass({}, field);
  const fallback = node.options.find(({ name }) => name === "default")?.value;
  const fact = isMessage(type) && isWellKnown(type) ? wellKnownFacts[type.name] : undefined;
  const facts: string[] = [];
  if (personal !== "") facts.push(personal === anyClass ? "Personal data." : `Personal data: ${personal}.`);
  if (fallback?.kind === "string")
    facts.push(`Default: ${JSON.stringify(Buffer.from(fallback.bytes, "latin1").toString()).slice(0, 200)}.`);
  else if (fallback?.kind === "name" || fallback?.kind === "number") facts.push(`Default: ${fallback.text}.`);
  return fact === undefined ? facts : [...facts, fact];
};

/**
 * The record of a Protobuf schema's first message and the types in it.
 * @throws Unsupported, Fault
 */
export function readProtobuf(
  schema: string,
  references: readonly { readonly name: string; readonly text: string }[] = [],
): { root: RecordType; named: readonly NamedType[] } {
  const sources = references.map((reference) => ({ ...reference, subject: reference.name, version: 0 }));
  const set = load({ text: schema, references: sources });
  const [root] = set.file.messages;
  if (root === undefined) throw new Unsupported("", "declares no message");
  const reader = new ProtobufReader(set, root);
  return { root: reader.read(), named: reader.named };
}
