// Some fields of a payload as another version has them: what a correction leaves alone goes on being read by numbers.
import type { SchemaResult } from "../compiled-schema.js";
import { counterpart } from "./compare.js";
import { decodeWith } from "./compile-protobuf.js";
import { EventDecoder } from "./decode-event.js";
import { Plans } from "./event-plan.js";
import { readMessageIndex } from "./message-index.js";
import { fieldsOf, type ProtoField, type ProtoMessage, type ProtoSet } from "./model.js";

const storedName = ({ extendee, fullName, jsonName }: ProtoField): string =>
  extendee === undefined ? jsonName : `[${fullName}]`;

/** The message of a payload, in the version that wrote it and in the one that reads it. */
export interface BothMessages {
  readonly bytes: Uint8Array;
  readonly writer: ProtoMessage;
  readonly reader: ProtoMessage;
}

/** Undefined where the payload names no message that both have. */
export function messagesOf(
  payload: Uint8Array,
  writer: ProtoSet,
  reader: ProtoSet,
): BothMessages | undefined {
  try {
    const { message, bytes } = readMessageIndex(writer.file, payload);
    const found = counterpart(writer, message, reader);
    return found && { bytes, writer: message, reader: found };
  } catch {
    return undefined; // It ends early, or names no message: who decodes it says so.
  }
}

/** By the name that the writer stores a field under, the name of the field of that number here. */
export function namesOf(
  { writer, reader }: BothMessages,
  sets: { readonly writer: ProtoSet; readonly reader: ProtoSet },
): ReadonlyMap<string, string> {
  const here = new Map(fieldsOf(sets.reader, reader).map((field) => [field.number, storedName(field)]));
  return new Map(
    fieldsOf(sets.writer, writer).flatMap((field): [string, string][] => {
      const name = here.get(field.number);
      return name === undefined ? [] : [[storedName(field), name]];
    }),
  );
}

/** Reads the fields of some names alone, as if the message had no others. Throws nothing. */
export function readSome(
  set: ProtoSet,
  { reader, bytes }: BothMessages,
  names: ReadonlySet<string>,
): SchemaResult {
  const fields = fieldsOf(set, reader).filter((field) => names.has(storedName(field)));
  const message = { ...reader, fields };
  const extensions = new Map([...set.extensions].filter(([extendee]) => extendee !== reader.name));
  const plans = new Plans({ ...set, extensions });
  return decodeWith(
    (tracks) => new EventDecoder(plans, "skip", tracks),
    () => ({ message, bytes, personal: undefined }),
    bytes,
  );
}
