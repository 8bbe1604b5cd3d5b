// A Protobuf schema made ready to check events with: JSON by Protobuf's JSON mapping of the file's first message, and
// payloads as Confluent's serializers write them behind the schema's id.
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { checkJsonObject } from "../../platform/json/check.js";
import type { CompiledSchema, SchemaRefusal, SchemaResult } from "../compiled-schema.js";
import type { PersonalField } from "../personal.js";
import type { FieldTags } from "../personal-class.js";
import type { SchemaSource } from "../rules/language.js";
import { checkEvent } from "./check-event.js";
import { counterpart } from "./compare.js";
import { EventDecoder, type Unknown } from "./decode-event.js";
import { Plans, Refused } from "./event-plan.js";
import { load } from "./load.js";
import { readMessageIndex } from "./message-index.js";
import type { ProtoMessage, ProtoSet } from "./model.js";
import { personalInProtobuf } from "./personal-fields.js";
import { ProtoError, toFault } from "./refusal.js";

const notEncoded = "The payload ends early, or is no message of the schema.";

/** A message to read with some plans, and what names it. */
type Choose = (payload: Uint8Array) => {
  readonly message: ProtoMessage;
  readonly bytes: Uint8Array;
  /** What is personal in it, where it is not the file's first one. */
  readonly personal: readonly PersonalField[] | undefined;
};

const personalOfOthers = new WeakMap<ProtoMessage, readonly PersonalField[]>();

const personalOfOther = (set: ProtoSet, message: ProtoMessage): readonly PersonalField[] | undefined => {
  if (message === set.file.messages[0]) return undefined;
  const known = personalOfOthers.get(message);
  if (known !== undefined) return known;
  const made = personalInProtobuf(set, message);
  personalOfOthers.set(message, made);
  return made;
};

/** What decodes, with or without the path it is at. */
type MakeDecoder = (tracks: boolean) => EventDecoder;

const decoded = (decoder: EventDecoder, choose: Choose, payload: Uint8Array): SchemaResult => {
  const { message, bytes, personal } = choose(payload);
  const text = Buffer.from(decoder.message(message, bytes));
  // What a payload may hold and properties may not: too many names, or levels.
  const refusal = checkJsonObject(text);
  if (refusal !== undefined) return { refusal };
  return personal === undefined ? { text } : { text, personal };
};

/** Throws nothing. */
export function decodeWith(make: MakeDecoder, choose: Choose, payload: Uint8Array): SchemaResult {
  try {
    return decoded(make(false), choose, payload);
  } catch {
    const decoder = make(true);
    try {
      return decoded(decoder, choose, payload);
    } catch (error) {
      const path = decoder.path.slice(0, 256);
      if (error instanceof Refused)
        return { refusal: { path, rule: error.rule, message: error.message.slice(0, 300) } };
      // The wire reader throws Error where a payload breaks its grammar.
      return { refusal: { path, rule: "protobuf", message: notEncoded } };
    }
  }
}

/** Turns a payload, which begins with its message's index, into JSON text. Throws nothing. */
export function decodePayload(plans: Plans, payload: Uint8Array, unknown: Unknown = "refuse"): SchemaResult {
  const choose: Choose = (bytes) => {
    const { message, bytes: rest } = readMessageIndex(plans.set.file, bytes);
    return { message, bytes: rest, personal: personalOfOther(plans.set, message) };
  };
  return decodeWith((tracks) => new EventDecoder(plans, unknown, tracks), choose, payload);
}

/**
 * Reads what another version wrote: its index names a message of the writer's file, which is read as the message of
 * that name here. What this version does not have is left out.
 */
export function resolvePayload(plans: Plans, payload: Uint8Array, writer: ProtoSet): SchemaResult {
  const choose: Choose = (bytes) => {
    const written = readMessageIndex(writer.file, bytes);
    const message = counterpart(writer, written.message, plans.set);
    if (message === undefined)
      throw new Refused("PROTOBUF_MESSAGE_REMOVED", `The schema has no message ${written.message.name}.`);
    return { message, bytes: written.bytes, personal: personalOfOther(plans.set, message) };
  };
  return decodeWith((tracks) => new EventDecoder(plans, "skip", tracks), choose, payload);
}

const otherLanguage: SchemaRefusal = {
  path: "",
  rule: "protobuf",
  message: "The version that wrote the payload is in another schema language.",
};

/** @throws Fault SCHEMA_INVALID */
export function compileProtobuf(
  source: SchemaSource,
  tags?: FieldTags,
): CompiledSchema & { readonly protobuf: ProtoSet } {
  const loaded = load(source);
  const set = tags === undefined ? loaded : { ...loaded, tags };
  const [root] = set.file.messages;
  if (root === undefined)
    throw toFault(new ProtoError("it declares no message: events are of its first one"));
  const plans = new Plans(set);
  return {
    kind: SchemaKind.PROTOBUF,
    personal: personalInProtobuf(set, root),
    protobuf: set,
    check: (text) => checkEvent(plans, root, text),
    decode: (payload) => decodePayload(plans, payload),
    resolve: (payload, { protobuf: writer }) => {
      if (writer === undefined) return { refusal: otherLanguage };
      return writer === set ? decodePayload(plans, payload) : resolvePayload(plans, payload, writer);
    },
  };
}
