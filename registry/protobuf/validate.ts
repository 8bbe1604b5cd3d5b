// What a file must keep beyond its grammar and names: numbers, ranges, enums, extensions, defaults.
import {
  type Features,
  isEnum,
  isMessage,
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
} from "./model.js";
import { type Position, ProtoError, shown } from "./refusal.js";
import { fieldNumberMax, type NumberRange, type OptionNode } from "./syntax.js";

const RESERVED_FROM = 19_000;
const RESERVED_TO = 19_999;

/** Messages that proto3 may extend: the options. */
const optionMessages = /^google\.protobuf\.[A-Za-z]+Options$/;

/** @throws ProtoError with its place */
export function validateFile(file: ProtoFile): void {
  for (const message of file.messages) validateMessage(message);
  for (const one of file.enums) validateEnum(one);
  validateExtensions(file);
}

function validateMessage(message: ProtoMessage): void {
  const { node } = message;
  requireApart([...node.reservedRanges, ...node.extensionRanges], "reserved numbers and extensions");
  requireDistinctNames(node.reservedNames);
  const byNumber = new Map<number, ProtoField>();
  const byJsonName = new Map<string, ProtoField>();
  const reservedNames = new Set(node.reservedNames.map(({ name }) => name));
  for (const field of message.fields) {
    const { number, name } = field;
    const { at } = field.node;
    const other = byNumber.get(number);
    if (other !== undefined)
      throw new ProtoError(
        `${shown(name)} and ${shown(other.name)} of ${shown(message.name)} have the number ${number}`,
        at,
      );
    byNumber.set(number, field);
    const same = byJsonName.get(field.jsonName);
    if (same !== undefined && (message.file.node.syntax ?? "proto2") !== "proto2")
      throw new ProtoError(
        `${shown(name)} and ${shown(same.name)} have the same name in JSON, ${shown(field.jsonName)}`,
        at,
      );
    byJsonName.set(field.jsonName, field);
    requireNumber(field);
    if (number >= RESERVED_FROM && number <= RESERVED_TO)
      throw new ProtoError(`the numbers ${RESERVED_FROM} to ${RESERVED_TO} are Protobuf's own`, at);
    if (isIn(node.reservedRanges, number))
      throw new ProtoError(`the number ${number} of ${shown(name)} is reserved`, at);
    if (isIn(node.extensionRanges, number))
      throw new ProtoError(`the number ${number} of ${shown(name)} is for extensions`, at);
    if (reservedNames.has(name)) throw new ProtoError(`the name ${shown(name)} is reserved`, at);
    validateField(field, message.file);
  }
  if (message.file.node.syntax === "proto3" && node.extensionRanges[0] !== undefined)
    throw new ProtoError("proto3 has no extension ranges", node.extensionRanges[0].at);
  for (const one of message.messages) validateMessage(one);
  for (const one of message.enums) validateEnum(one);
}

/** A text's numbers are known to be in range; a descriptor's are not. */
function requireNumber({ number, name, node }: ProtoField): void {
  if (number < 1 || number > fieldNumberMax)
    throw new ProtoError(`the number ${number} of ${shown(name)} is none of a field`, node.at);
}

const isIn = (ranges: readonly NumberRange[], number: number): boolean =>
  ranges.some(({ from, to }) => number >= from && number <= to);

function requireApart(ranges: readonly NumberRange[], what: string): void {
  const wrong = ranges.find(({ from, to }) => to < from);
  if (wrong !== undefined) throw new ProtoError("a range ends before it begins", wrong.at);
  const sorted = ranges.toSorted((one, other) => one.from - other.from);
  for (const [index, { from, at }] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before !== undefined && before.to >= from)
      throw new ProtoError(`${what} overlap at ${from}`, before.at.line > at.line ? before.at : at);
  }
}

function requireDistinctNames(names: readonly { name: string; at: Position }[]): void {
  const seen = new Set<string>();
  for (const { name, at } of names) {
    if (seen.has(name)) throw new ProtoError(`the name ${shown(name)} is reserved twice`, at);
    seen.add(name);
  }
}

function validateEnum({ name, node, isOpen, nameOf }: ProtoEnum): void {
  const [first] = node.values;
  if (first === undefined) throw new ProtoError(`the enum ${shown(name)} has no value`, node.at);
  if (isOpen && first.number !== 0)
    throw new ProtoError(`the first value of ${shown(name)} must be 0: add an "unspecified" value`, first.at);
  requireApart(node.reservedRanges, "reserved numbers");
  requireDistinctNames(node.reservedNames);
  const reserved = new Set(node.reservedNames.map((one) => one.name));
  const hasAlias = isTrue(node.options, "allow_alias");
  for (const value of node.values) {
    if (isIn(node.reservedRanges, value.number) || reserved.has(value.name))
      throw new ProtoError(`${shown(value.name)} = ${value.number} is reserved`, value.at);
    if (nameOf.get(value.number) !== value.name && !hasAlias)
      throw new ProtoError(
        `two values of ${shown(name)} are ${value.number}: set allow_alias where that is meant`,
        value.at,
      );
  }
}

const isTrue = (options: readonly OptionNode[], wanted: string): boolean =>
  options.some(({ name, value }) => name === wanted && value.kind === "name" && value.text === "true");

const packable = (field: ProtoField): boolean =>
  field.isRepeated && field.type !== "string" && field.type !== "bytes" && !isMessage(field.type);

function validateField(field: ProtoField, file: ProtoFile): void {
  const { node } = field;
  if (isTrue(node.options, "packed") && !packable(field))
    throw new ProtoError(
      `${shown(field.name)} can't be packed: only repeated numbers, bools and enums can`,
      node.at,
    );
  const fallback = node.options.find(({ name }) => name === "default");
  if (fallback !== undefined && file.node.syntax === "proto3")
    throw new ProtoError("proto3 has no defaults: the field's zero is its default", fallback.at);
  if (fallback !== undefined) validateDefault(field, fallback);
}

const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
};

/** The whole number that a literal stands for. */
export const integerOf = (text: string): bigint | undefined => {
  const [, sign = "", digits = ""] = /^(-?)(0[xX][\da-fA-F]+|\d+)$/.exec(text) ?? [];
  if (digits === "") return undefined;
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === "-" ? -value : value;
};

function validateDefault(field: ProtoField, { value, at }: OptionNode): void {
  const { type, features } = field;
  const bad = (why: string): never => {
    throw new ProtoError(`the default of ${shown(field.name)} ${why}`, at);
  };
  if (hasNoDefault(features)) bad("is not allowed: the field has no presence");
  if (field.isRepeated || field.mapKey !== undefined || isMessage(type)) bad("is not allowed");
  if (isEnum(type)) {
    if (value.kind !== "name" || !type.numberOf.has(value.text)) bad("is no value of its enum");
  } else if (type === "string" || type === "bytes") {
    if (value.kind !== "string") bad("is no string");
  } else if (type === "bool") {
    if (value.kind !== "name" || (value.text !== "true" && value.text !== "false"))
      bad("is neither true nor false");
  } else if (type === "float" || type === "double") {
    if (value.kind !== "number" && !(value.kind === "name" && /^-?(inf|nan)$/.test(value.text)))
      bad("is no number");
  } else {
    const [min, max] = integerRanges[type as string] ?? [0n, 0n];
    const whole = value.kind === "number" ? integerOf(value.text) : undefined;
    if (whole === undefined || whole < min || whole > max) bad(`is no ${type}`);
  }
}

const hasNoDefault = ({ presence }: Features): boolean => presence === "implicit";

function validateExtensions(file: ProtoFile): void {
  for (const field of file.extensions) {
    const { extendee, number, node } = field;
    if (extendee === undefined) continue;
    requireNumber(field);
    const isOption = optionMessages.test(extendee.name);
    if (file.node.syntax === "proto3" && !isOption)
      throw new ProtoError("proto3 extends options only: add the field to the message", node.at);
    if (!isIn(extendee.node.extensionRanges, number))
      throw new ProtoError(`${shown(extendee.name)} has no extension range with ${number}`, node.at);
    validateField(field, file);
  }
}
