// Options as they are written, and as they are encoded in descriptors.
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { OtherSymbol, ProtoField, ProtoFile, ProtoMessage } from "./model.js";
import { isEnum, isMessage } from "./model.js";
import { type Position, ProtoError, shown } from "./refusal.js";
import { floatText, scalarText, wireTypeOf } from "./scalar-text.js";
import { resolve } from "./scope.js";
import type { OptionMember, OptionNode, OptionValue, ScalarType } from "./syntax.js";
import { integerOf } from "./validate.js";
import { WireReader, wire } from "./wire-reader.js";

/** Where an option stands: its names are looked up from there. */
export interface OptionScope {
  readonly file: ProtoFile;
  readonly scope: string;
  /** Such as google.protobuf.FieldOptions. */
  readonly message: ProtoMessage;
}

/** A custom option whose extension no import declares is kept as it is written. */
export const isUnresolved = (option: OptionNode, { file, scope }: OptionScope): boolean => {
  const [, name] = /^\((.*?)\)/.exec(option.name) ?? [];
  return name !== undefined && extensionOf(file, { name, scope, at: option.at }) === undefined;
};

function extensionOf(
  file: ProtoFile,
  place: { name: string; scope: string; at: Position },
): ProtoField | undefined {
  try {
    return (resolve(file, place, ({ kind }) => kind === "extension") as OtherSymbol).field;
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw error;
  }
}

/** @throws ProtoError for an option that there is not, or whose value it can't have */
export function optionBytes(options: readonly OptionNode[], scope: OptionScope): Uint8Array {
  const writer = new BinaryWriter();
  const seen = new Set<string>();
  const written = options
    .filter((one) => one.name !== "default" && one.name !== "json_name" && !isUnresolved(one, scope))
    .map((option) => ({ option, path: pathOf(option, scope) }))
    .toSorted((one, other) => (one.path[0]?.number ?? 0) - (other.path[0]?.number ?? 0));
  for (const { option, path } of written) {
    const last = path.at(-1);
    if (last === undefined) continue;
    if (seen.has(option.name) && !last.isRepeated)
      throw new ProtoError(`the option ${shown(option.name)} is set twice`, option.at);
    seen.add(option.name);
    for (const field of path.slice(0, -1)) open(writer, field);
    writeField(writer, last, option.value, { scope, at: option.at });
    for (const field of path.slice(0, -1).reverse()) close(writer, field);
  }
  return writer.finish();
}

/** The fields that an option's name leads through. */
function pathOf(option: OptionNode, scope: OptionScope): readonly ProtoField[] {
  const { at } = option;
  const parts = option.name.match(/\([^)]*\)|[^.()]+/g) ?? [];
  let { message } = scope;
  const path: ProtoField[] = [];
  for (const [index, part] of parts.entries()) {
    const field = part.startsWith("(")
      ? extensionOf(scope.file, { name: part.slice(1, -1), scope: scope.scope, at })
      : message.fields.find(({ name }) => name === part);
    const isOfMessage = field?.extendee === undefined || field.extendee.name === message.name;
    if (field === undefined || !isOfMessage || field.name === "uninterpreted_option") {
      const hint = index === 0 ? `: ${message.name.split(".").at(-1)} has none of that name` : "";
      throw new ProtoError(`the option ${shown(option.name)} is not known${hint}`, at);
    }
    path.push(field);
    if (index === parts.length - 1) break;
    if (!isMessage(field.type) || field.isRepeated)
      throw new ProtoError(`the option ${shown(option.name)} has no parts`, at);
    message = field.type;
  }
  return path;
}

const open = (writer: BinaryWriter, { number, features }: ProtoField): void => {
  if (features.isDelimited) writer.tag(number, wire.start);
  else writer.tag(number, wire.bytes).fork();
};

const close = (writer: BinaryWriter, { number, features }: ProtoField): void => {
  if (features.isDelimited) writer.tag(number, wire.end);
  else writer.join();
};

interface Place {
  readonly scope: OptionScope;
  readonly at: Position;
}

function writeField(writer: BinaryWriter, field: ProtoField, value: OptionValue, place: Place): void {
  const { type, number, mapKey } = field;
  if (value.kind === "list") {
    if (!field.isRepeated && mapKey === undefined) bad(field, place);
    for (const item of value.items) writeField(writer, field, item, place);
  } else if (mapKey !== undefined) {
    if (value.kind !== "message") bad(field, place);
    writer.tag(number, wire.bytes).fork();
    const key: ProtoField = {
      ...field,
      name: "key",
      number: 1,
      type: mapKey,
      mapKey: undefined,
      isRepeated: false,
    };
    const member: ProtoField = { ...field, name: "value", number: 2, mapKey: undefined, isRepeated: false };
    writeMembers(writer, [key, member], { members: value.members, place });
    writer.join();
  } else if (isMessage(type)) {
    if (value.kind !== "message") bad(field, place);
    open(writer, field);
    writeMembers(writer, type.fields, { members: value.members, place, message: type });
    close(writer, field);
  } else if (isEnum(type)) {
    const known = value.kind === "name" ? type.numberOf.get(value.text) : undefined;
    const whole = value.kind === "number" ? integerOf(value.text) : undefined;
    const found = known ?? (whole === undefined ? undefined : Number(whole));
    if (found === undefined || !type.nameOf.has(found)) bad(field, place);
    writer.tag(number, wire.varint).int32(found);
  } else {
    writer.tag(number, wireTypeOf(type));
    if (!writeScalar(writer, type, value)) bad(field, place);
  }
}

function writeMembers(
  writer: BinaryWriter,
  fields: readonly ProtoField[],
  { members, place, message }: { members: readonly OptionMember[]; place: Place; message?: ProtoMessage },
): void {
  const resolved = members.map(({ name, value }) => {
    const field = name.startsWith("[")
      ? extensionOf(place.scope.file, { name: name.slice(1, -1), scope: place.scope.scope, at: place.at })
      : fields.find((one) => one.name === name || (one.node.group !== undefined && one.node.type === name));
    if (field === undefined || (field.extendee !== undefined && field.extendee.name !== message?.name))
      throw new ProtoError(`${shown(name)} has no meaning in the option's value`, place.at);
    return { field, value };
  });
  // By number, as every writer of Protobuf does it.
  for (const { field, value } of resolved.toSorted((one, other) => one.field.number - other.field.number))
    writeField(writer, field, value, place);
}

function bad(field: ProtoField, { at }: Place): never {
  const type = typeof field.type === "string" ? field.type : field.type.name;
  throw new ProtoError(`the value of ${shown(field.name)} is no ${type}`, at);
}

/** False where the value is none of the type. */
function writeScalar(writer: BinaryWriter, type: ScalarType, value: OptionValue): boolean {
  if (type === "string" || type === "bytes") {
    if (value.kind !== "string") return false;
    writer.bytes(Buffer.from(value.bytes, "latin1"));
    return true;
  }
  if (type === "bool") {
    if (value.kind !== "name" || !/^(true|false)$/.test(value.text)) return false;
    writer.bool(value.text === "true");
    return true;
  }
  if (value.kind !== "number" && value.kind !== "name") return false;
  if (type === "float" || type === "double") {
    const text = value.text.replace(/^(-?)inf$/, "$1Infinity").replace(/^-?nan$/, "NaN");
    const number = Number(integerOf(text) ?? text.replace(/[fF]$/, ""));
    if (Number.isNaN(number) && text !== "NaN") return false;
    if (type === "float")
      writer.float(Math.abs(number) > 3.5e38 ? Math.sign(number) * Number.POSITIVE_INFINITY : number);
    else writer.double(number);
    return true;
  }
  const whole = value.kind === "number" ? integerOf(value.text) : undefined;
  if (whole === undefined) return false;
  try {
    if (type.endsWith("64")) writer[type as "int64"](whole);
    else writer[type as "int32"](Number(whole));
    return true;
  } catch {
    return false;
  }
}

/** Looks an extension of a message up by its number. */
export type FindExtension = (message: string, number: number) => ProtoField | undefined;

const at: Position = { line: 1, column: 1 };

/** Options from their bytes; what no import declares is left out. @throws ProtoError */
export function optionsFromBytes(
  message: ProtoMessage,
  bytes: Uint8Array,
  find: FindExtension,
): OptionNode[] {
  try {
    return members(message, bytes, { find, depth: 0 }).map(({ name, value }) => ({
      name: name.startsWith("[") ? `(${name.slice(1, -1)})` : name,
      value,
      at,
    }));
  } catch (error) {
    if (error instanceof ProtoError) throw error;
    throw new ProtoError("an option's bytes can't be read");
  }
}

interface Reading {
  readonly find: FindExtension;
  readonly depth: number;
}

function members(message: ProtoMessage, bytes: Uint8Array, { find, depth }: Reading): OptionMember[] {
  if (depth > 32) throw new ProtoError("an option is nested too deep");
  const found: OptionMember[] = [];
  /** Messages that came in parts are one. */
  const merged = new Map<string, OptionMember[]>();
  const reader = new WireReader(bytes);
  while (reader.next()) {
    const { number, wireType } = reader;
    const field = message.byNumber.get(number) ?? find(message.name, number);
    if (field === undefined || field.name === "uninterpreted_option") {
      reader.skip();
      continue;
    }
    const name = field.extendee === undefined ? field.name : `[${field.fullName}]`;
    for (const value of values(reader, field, { wireType, reading: { find, depth: depth + 1 } })) {
      const parts = value.kind === "message" && !field.isRepeated ? [...value.members] : undefined;
      const before = parts === undefined ? undefined : merged.get(name);
      if (parts === undefined) found.push({ name, value });
      else if (before === undefined) {
        merged.set(name, parts);
        found.push({ name, value: { kind: "message", members: parts } });
      } else for (const part of parts) before.push(part);
    }
  }
  return found;
}

function values(
  reader: WireReader,
  field: ProtoField,
  { wireType, reading }: { wireType: number; reading: Reading },
): OptionValue[] {
  const { type, mapKey } = field;
  if (mapKey !== undefined) {
    const entry = { ...field, mapKey: undefined, isRepeated: false };
    const fields = [
      { ...entry, name: "key", number: 1, type: mapKey },
      { ...entry, name: "value", number: 2 },
    ];
    const byNumber = new Map(fields.map((one) => [one.number, one]));
    const shape = { name: "", byNumber } as unknown as ProtoMessage;
    return [
      { kind: "message", members: members(shape, reader.bytes(), { ...reading, find: () => undefined }) },
    ];
  }
  if (isMessage(type)) {
    const bytes = wireType === wire.start ? reader.group() : reader.bytes();
    return [{ kind: "message", members: members(type, bytes, reading) }];
  }
  const one = (from: WireReader): OptionValue => {
    if (isEnum(type)) {
      const number = from.int32();
      const name = type.nameOf.get(number);
      return name === undefined ? { kind: "number", text: String(number) } : { kind: "name", text: name };
    }
    if (type === "string" || type === "bytes")
      return { kind: "string", bytes: Buffer.from(from.bytes()).toString("latin1") };
    if (type === "double" || type === "float") return floatValue(from[type](), type);
    const text = scalarText(from, type);
    return type === "bool" ? { kind: "name", text } : { kind: "number", text };
  };
  const isPacked = wireType === wire.bytes && type !== "string" && type !== "bytes";
  if (!isPacked) return [one(reader)];
  const packed = new WireReader(reader.bytes());
  const all: OptionValue[] = [];
  while (packed.pos < packed.end) all.push(one(packed));
  return all;
}

const floatValue = (number: number, type: "double" | "float"): OptionValue => {
  if (Number.isFinite(number))
    return { kind: "number", text: type === "float" ? floatText(number) : String(number) };
  return { kind: "name", text: Number.isNaN(number) ? "nan" : number < 0 ? "-inf" : "inf" };
};
