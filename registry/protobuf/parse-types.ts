// Reads messages, enums and extensions.
import { type Cursor, nestingMax } from "./cursor.js";
import { type Position, ProtoError, shown } from "./refusal.js";
import {
  type EnumNode,
  type EnumValueNode,
  type ExtendNode,
  type ExtensionRangeNode,
  enumNumberMax,
  type FieldNode,
  fieldNumberMax,
  isEdition,
  isScalar,
  type Label,
  type MessageNode,
  type NumberRange,
  type OneofNode,
  type OptionNode,
  type ReservedName,
  type Visibility,
} from "./syntax.js";

/** Where a declaration stands. */
interface Place {
  readonly syntax: string | undefined;
  readonly depth: number;
  readonly at: Position;
}

/** After "export" or "local". */
export function parseVisible(
  cursor: Cursor,
  into: { readonly messages: MessageNode[]; readonly enums: EnumNode[] },
  { visibility, ...place }: Place & { readonly visibility: Visibility },
): void {
  if (cursor.skipName("message")) into.messages.push({ ...parseMessage(cursor, place), visibility });
  else if (cursor.skipName("enum")) into.enums.push({ ...parseEnum(cursor, place.at), visibility });
  else cursor.fail('"message" or "enum"');
}

interface Body {
  readonly fields: FieldNode[];
  readonly oneofs: OneofNode[];
  readonly messages: MessageNode[];
  readonly enums: EnumNode[];
  readonly extensionRanges: ExtensionRangeNode[];
  readonly extends: ExtendNode[];
  readonly reservedRanges: NumberRange[];
  readonly reservedNames: ReservedName[];
  readonly options: OptionNode[];
}

/** After the word "message". */
export function parseMessage(cursor: Cursor, place: Place): MessageNode {
  const name = cursor.name("a message's name");
  return { name, ...parseBody(cursor, place), at: place.at };
}

function parseBody(cursor: Cursor, { syntax, depth }: Place): Body {
  if (depth > nestingMax)
    throw new ProtoError(`messages are nested deeper than ${nestingMax} levels`, cursor.at);
  const body: Body = {
    fields: [],
    oneofs: [],
    messages: [],
    enums: [],
    extensionRanges: [],
    extends: [],
    reservedRanges: [],
    reservedNames: [],
    options: [],
  };
  cursor.symbol("{");
  while (!cursor.skipSymbol("}")) parseMember(cursor, body, { syntax, depth, at: cursor.at });
  return body;
}

/**
 * A field's type may have the name of a keyword ("message.Foo x = 1"), which is told by what follows it; like protoc,
 * a keyword wins.
 */
function parseMember(cursor: Cursor, body: Body, place: Place): void {
  if (cursor.skipSymbol(";")) return;
  const { at } = place;
  const inside = { ...place, depth: place.depth + 1 };
  if (cursor.skipName("message")) body.messages.push(parseMessage(cursor, inside));
  else if (cursor.skipName("enum")) body.enums.push(parseEnum(cursor, at));
  else if (cursor.skipName("extend")) body.extends.push(parseExtend(cursor, inside));
  else if (cursor.skipName("option")) body.options.push(cursor.optionStatement());
  else if (cursor.skipName("oneof")) body.oneofs.push(parseOneof(cursor, inside));
  else if (cursor.skipName("extensions")) parseExtensionRanges(cursor, body.extensionRanges);
  else if (cursor.skipName("reserved")) parseReserved(cursor, body, { ...place, isEnum: false });
  else if (place.syntax === "2024" && (cursor.isName("export") || cursor.isName("local"))) {
    parseVisible(cursor, body, { ...inside, visibility: cursor.take().text as Visibility });
  } else body.fields.push(parseField(cursor, inside));
}

const labels: ReadonlySet<string> = new Set<Label>(["optional", "required", "repeated"]);

function parseField(cursor: Cursor, place: Place, oneof?: string): FieldNode {
  const { at } = cursor;
  const { kind, text } = cursor.token;
  let label: Label | undefined;
  if (kind === "name" && labels.has(text)) {
    if (oneof !== undefined) throw new ProtoError("a field of a oneof has no label", at);
    label = text as Label;
    cursor.take();
  }
  requireLabel(label, { place, isInOneof: oneof !== undefined, type: cursor.token.text, at });
  if (cursor.isName("group")) return parseGroup(cursor, label, place);
  const type = cursor.typeName("a field's type");
  if (type === "map" && cursor.isSymbol("<")) {
    if (label !== undefined) throw new ProtoError("a map has no label", at);
    if (oneof !== undefined) throw new ProtoError("a map can't be in a oneof", at);
    return parseMap(cursor);
  }
  return { label, type, ...parseFieldEnd(cursor) };
}

function requireLabel(
  label: Label | undefined,
  { place, isInOneof, type, at }: { place: Place; isInOneof: boolean; type: string; at: Position },
): void {
  const { syntax } = place;
  if (isEdition(syntax)) {
    if (label === "optional" || label === "required")
      throw new ProtoError(`"${label}" is written as features.field_presence in an edition`, at);
  } else if (syntax === "proto3") {
    if (label === "required") throw new ProtoError('"required" is not allowed in proto3', at);
  } else if (label === undefined && !isInOneof && type !== "map") {
    throw new ProtoError('a field of proto2 needs "optional", "required" or "repeated"', at);
  }
}

type FieldEnd = Pick<FieldNode, "name" | "number" | "options" | "at">;

function parseFieldEnd(cursor: Cursor): FieldEnd {
  const { at } = cursor;
  const name = cursor.name("a field's name");
  cursor.symbol("=");
  const number = cursor.integer("a field's number", 1, fieldNumberMax);
  const options = cursor.optionList();
  cursor.symbol(";");
  return { name, number, options, at };
}

function parseMap(cursor: Cursor): FieldNode {
  cursor.symbol("<");
  const { at } = cursor;
  const mapKey = cursor.name("the type of a map's keys");
  if (!isScalar(mapKey) || /^(float|double|bytes)$/.test(mapKey))
    throw new ProtoError(`a map's keys can't be ${mapKey}: take an integer, bool or string`, at);
  cursor.symbol(",");
  const type = cursor.typeName("the type of a map's values");
  cursor.symbol(">");
  return { label: undefined, type, mapKey, ...parseFieldEnd(cursor) };
}

function parseGroup(cursor: Cursor, label: Label | undefined, place: Place): FieldNode {
  const { at } = cursor;
  if (place.syntax === "proto3" || isEdition(place.syntax))
    throw new ProtoError("groups are of proto2 only: write a message", at);
  cursor.take();
  const nameAt = cursor.at;
  const name = cursor.name("a group's name");
  if (!/^[A-Z]/.test(name)) throw new ProtoError("a group's name begins with a capital letter", nameAt);
  cursor.symbol("=");
  const number = cursor.integer("a field's number", 1, fieldNumberMax);
  const options = cursor.optionList();
  const group: MessageNode = { name, ...parseBody(cursor, place), at: nameAt };
  return { name: name.toLowerCase(), number, label, type: name, group, options, at: nameAt };
}

function parseOneof(cursor: Cursor, place: Place): OneofNode {
  const { at } = cursor;
  const name = cursor.name("a oneof's name");
  const fields: FieldNode[] = [];
  const options: OptionNode[] = [];
  cursor.symbol("{");
  while (!cursor.skipSymbol("}")) {
    if (cursor.skipSymbol(";")) continue;
    if (cursor.skipName("option")) options.push(cursor.optionStatement());
    else fields.push(parseField(cursor, place, name));
  }
  return { name, fields, options, at };
}

/** After the word "extend". */
export function parseExtend(cursor: Cursor, place: Place): ExtendNode {
  const { at } = cursor;
  const extendee = cursor.typeName("a message");
  const fields: FieldNode[] = [];
  cursor.symbol("{");
  while (!cursor.skipSymbol("}")) {
    if (cursor.skipSymbol(";")) continue;
    const field = parseField(cursor, place);
    if (field.mapKey !== undefined) throw new ProtoError("a map can't be an extension", field.at);
    if (field.label === "required") throw new ProtoError("an extension can't be required", field.at);
    fields.push(field);
  }
  return { extendee, fields, at };
}

function parseRange(cursor: Cursor, min: number, max: number): NumberRange {
  const { at } = cursor;
  const from = cursor.integer("a number", min, max);
  const to = !cursor.skipName("to")
    ? from
    : cursor.skipName("max")
      ? max
      : cursor.integer("a number", min, max);
  if (to < from) throw new ProtoError("a range ends before it begins", at);
  return { from, to, at };
}

function parseExtensionRanges(cursor: Cursor, into: ExtensionRangeNode[]): void {
  const ranges: NumberRange[] = [];
  do ranges.push(parseRange(cursor, 1, fieldNumberMax));
  while (cursor.skipSymbol(","));
  const options = cursor.optionList();
  cursor.symbol(";");
  for (const range of ranges) into.push({ ...range, options });
}

function parseReserved(
  cursor: Cursor,
  into: Pick<Body, "reservedRanges" | "reservedNames">,
  { syntax, isEnum }: { syntax: string | undefined; isEnum: boolean },
): void {
  const isNames = cursor.token.kind === "string" || cursor.token.kind === "name";
  do {
    const { at, token } = cursor;
    if (!isNames) {
      into.reservedRanges.push(
        isEnum ? parseRange(cursor, -(2 ** 31), enumNumberMax) : parseRange(cursor, 1, fieldNumberMax),
      );
      continue;
    }
    if (token.kind === "name" && !isEdition(syntax) && !isEnum) cursor.fail("a name in quotes");
    const name = token.kind === "name" ? cursor.name("a name") : cursor.text("a name in quotes");
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new ProtoError(`${shown(name)} is no field's name`, at);
    into.reservedNames.push({ name, at });
  } while (cursor.skipSymbol(","));
  cursor.symbol(";");
}

/** After the word "enum". */
export function parseEnum(cursor: Cursor, at: Position): EnumNode {
  const name = cursor.name("an enum's name");
  const values: EnumValueNode[] = [];
  const options: OptionNode[] = [];
  const reserved = { reservedRanges: [] as NumberRange[], reservedNames: [] as ReservedName[] };
  cursor.symbol("{");
  while (!cursor.skipSymbol("}")) {
    if (cursor.skipSymbol(";")) continue;
    const word = cursor.token;
    const first = cursor.name("a value's name");
    // "option" and "reserved" may be names of values.
    if (first === "option" && !cursor.isSymbol("=")) options.push(cursor.optionStatement());
    else if (first === "reserved" && !cursor.isSymbol("="))
      parseReserved(cursor, reserved, { syntax: undefined, isEnum: true });
    else values.push(parseEnumValue(cursor, first, word.at));
  }
  return { name, values, options, ...reserved, at };
}

function parseEnumValue(cursor: Cursor, name: string, at: Position): EnumValueNode {
  cursor.symbol("=");
  const number = cursor.integer("a value's number", -(2 ** 31), enumNumberMax);
  const options = cursor.optionList();
  cursor.symbol(";");
  return { name, number, options, at };
}
