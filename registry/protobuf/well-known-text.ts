// The JSON forms of the messages that Protobuf's JSON mapping knows by name.
import { jsonLimits } from "../../platform/json/rules.js";
import type { EventDecoder } from "./decode-event.js";
import { isWellKnown, type Plans, Refused } from "./event-plan.js";
import type { ProtoMessage } from "./model.js";
import { finite, scalarText, wireTypeOf } from "./scalar-text.js";
import type { ScalarType } from "./syntax.js";
import { durationText, snakeToCamel, timestampText } from "./well-known-forms.js";
import { textOf, WireReader } from "./wire-reader.js";

interface Encoded {
  readonly message: ProtoMessage;
  readonly bytes: Uint8Array;
  readonly depth: number;
}

/** The text of a message whose name `isWellKnown`. */
export function wellKnownText(
  decoder: EventDecoder,
  plans: Plans,
  { message, bytes, depth }: Encoded,
): string {
  const name = message.name.slice("google.protobuf.".length);
  switch (name) {
    case "Timestamp":
    case "Duration": {
      const { seconds, nanos } = secondsAndNanos(decoder, bytes);
      const text = name === "Timestamp" ? timestampText(seconds, nanos) : durationText(seconds, nanos);
      if (text === undefined)
        throw new Refused(name.toLowerCase(), `The value is out of the range of a ${name}.`);
      return JSON.stringify(text);
    }
    case "FieldMask":
      return JSON.stringify(texts(decoder, bytes).map(snakeToCamel).join());
    case "Any":
      return anyText(decoder, plans, { bytes, depth });
    case "Struct":
      return structText(decoder, bytes, depth);
    case "ListValue":
      return listText(decoder, bytes, depth);
    case "Value":
      return valueText(decoder, bytes, depth);
    default:
      return wrapperText(decoder, message, bytes);
  }
}

const mismatch = (): Refused => new Refused("wire_type", "A field is not encoded as its type is.");

function* fields(decoder: EventDecoder, bytes: Uint8Array): Generator<[number, number, WireReader]> {
  const reader = new WireReader(bytes);
  while (reader.next()) {
    decoder.step();
    yield [reader.number, reader.wireType, reader];
  }
}

function secondsAndNanos(decoder: EventDecoder, bytes: Uint8Array): { seconds: bigint; nanos: number } {
  let seconds = 0n;
  let nanos = 0;
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (number > 2) throw new Refused("unknown_field", `It has no field ${number}.`);
    if (wireType !== 0) throw mismatch();
    if (number === 1) seconds = reader.int64();
    else nanos = reader.int32();
  }
  return { seconds, nanos };
}

function texts(decoder: EventDecoder, bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (number !== 1 || wireType !== 2) throw mismatch();
    found.push(textOf(reader.bytes()));
  }
  return found;
}

function wrapperText(decoder: EventDecoder, message: ProtoMessage, bytes: Uint8Array): string {
  const type = message.fields[0]?.type as ScalarType;
  let text = type === "string" || type === "bytes" ? '""' : type === "bool" ? "false" : "0";
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (number !== 1 || wireType !== wireTypeOf(type)) throw mismatch();
    text = scalarText(reader, type);
  }
  return text;
}

function anyText(decoder: EventDecoder, plans: Plans, { bytes, depth }: Omit<Encoded, "message">): string {
  let url = "";
  let value: Uint8Array = new Uint8Array();
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (number > 2 || wireType !== 2) throw mismatch();
    if (number === 1) url = textOf(reader.bytes());
    else value = reader.bytes();
  }
  if (url === "" && value.length === 0) return "{}";
  const message = plans.set.messages.get(url.slice(url.lastIndexOf("/") + 1));
  if (message === undefined)
    throw new Refused("any", "The type in an Any is not among the schema's messages.");
  const type = `"@type":${JSON.stringify(url)}`;
  const text = decoder.message(message, value, depth + 1);
  if (isWellKnown(message)) return `{${type},"value":${text}}`;
  return text === "{}" ? `{${type}}` : `{${type},${text.slice(1)}`;
}

const tooDeep = (): Refused =>
  new Refused("max_depth", `Values are nested deeper than ${jsonLimits.depth} levels.`);

function structText(decoder: EventDecoder, bytes: Uint8Array, depth: number): string {
  if (depth > jsonLimits.depth) throw tooDeep();
  const members = new Map<string, string>();
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (number !== 1 || wireType !== 2) throw mismatch();
    let key = "";
    let value: Uint8Array = new Uint8Array();
    for (const [part, type, entry] of fields(decoder, reader.bytes())) {
      if (part > 2 || type !== 2) throw mismatch();
      if (part === 1) key = textOf(entry.bytes());
      else value = entry.bytes();
    }
    members.set(key, valueText(decoder, value, depth + 1));
  }
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`;
}

function listText(decoder: EventDecoder, bytes: Uint8Array, depth: number): string {
  if (depth > jsonLimits.depth) throw tooDeep();
  const items: string[] = [];
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (number !== 1 || wireType !== 2) throw mismatch();
    items.push(valueText(decoder, reader.bytes(), depth + 1));
  }
  return `[${items.join()}]`;
}

const valueWires = [-1, 0, 1, 2, 0, 2, 2];

function valueText(decoder: EventDecoder, bytes: Uint8Array, depth: number): string {
  let text = "null";
  for (const [number, wireType, reader] of fields(decoder, bytes)) {
    if (valueWires[number] !== wireType) throw mismatch();
    if (number === 1) {
      reader.int32();
      text = "null";
    } else if (number === 2) text = String(finite(reader.double()));
    else if (number === 3) text = JSON.stringify(textOf(reader.bytes()));
    else if (number === 4) text = reader.bool() ? "true" : "false";
    else if (number === 5) text = structText(decoder, reader.bytes(), depth);
    else text = listText(decoder, reader.bytes(), depth);
  }
  return text;
}
