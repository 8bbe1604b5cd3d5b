// A Protobuf schema made ready to check events with: JSON by Protobuf's JSON mapping of the file's first message, and
// payloads as Confluent's serializers write them behind the schema's id.
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { checkJsonObject } from "../../platform/json/check.js";
import type { CompiledSchema, SchemaRefusal, SchemaResult } from "../compiled-schema.js";
import { anyClass, type FieldPath, type PersonalField } from "../personal.js";
import type { SchemaSource } from "../rules/language.js";
import { checkEvent } from "./check-event.js";
import { counterpart } from "./compare.js";
import { EventDecoder, type Unknown } from "./decode-event.js";
import { Plans, Refused } from "./event-plan.js";
import { load } from "./load.js";
import { readMessageIndex } from "./message-index.js";
import { isMessage, type ProtoField, type ProtoMessage, type ProtoSet } from "./model.js";
import { ProtoError, toFault } from "./refusal.js";
import type { OptionNode, OptionValue } from "./syntax.js";

const notEncoded = "The payload ends early, or is no message of the schema.";

/** A message to read with some plans, and what names it. */
type Choose = (payload: Uint8Array) => { readonly message: ProtoMessage; readonly bytes: Uint8Array };

/** What decodes, with or without the path it is at. */
type MakeDecoder = (tracks: boolean) => EventDecoder;

const decoded = (decoder: EventDecoder, choose: Choose, payload: Uint8Array): SchemaResult => {
  const { message, bytes } = choose(payload);
  const text = Buffer.from(decoder.message(message, bytes));
  // What a payload may hold and properties may not: too many names, or levels.
  const refusal = checkJsonObject(text);
  return refusal === undefined ? { text } : { refusal };
};

function decodeWith(make: MakeDecoder, choose: Choose, payload: Uint8Array): SchemaResult {
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
  const choose: Choose = (bytes) => readMessageIndex(plans.set.file, bytes);
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
    return { message, bytes: written.bytes };
  };
  return decodeWith((tracks) => new EventDecoder(plans, "skip", tracks), choose, payload);
}

const otherLanguage: SchemaRefusal = {
  path: "",
  rule: "protobuf",
  message: "The version that wrote the payload is in another schema language.",
};

/** @throws Fault SCHEMA_INVALID */
export function compileProtobuf(source: SchemaSource): CompiledSchema & { readonly protobuf: ProtoSet } {
  const set = load(source);
  const [root] = set.file.messages;
  if (root === undefined)
    throw toFault(new ProtoError("it declares no message: events are of its first one"));
  const plans = new Plans(set);
  return {
    kind: SchemaKind.PROTOBUF,
    personal: personalFields(root),
    protobuf: set,
    check: (text) => checkEvent(plans, root, text),
    decode: (payload) => decodePayload(plans, payload),
    resolve: (payload, { protobuf: writer }) => {
      if (writer === undefined) return { refusal: otherLanguage };
      return writer === set ? decodePayload(plans, payload) : resolvePayload(plans, payload, writer);
    },
  };
}

/** Messages may contain themselves: no way is followed further than properties may be nested. */
const depthMax = 32;
const stepsMax = 20_000;

/**
 * Fields that an option says are personal: a tag "PII" of (confluent.field_meta), its parameter "pii", or any custom
 * option whose name ends in "pii", with true or a class that is not "none".
 */
function personalFields(root: ProtoMessage): PersonalField[] {
  const found: PersonalField[] = [];
  let steps = 0;
  const visit = (message: ProtoMessage, path: FieldPath): void => {
    for (const field of message.fields) {
      if (path.length >= depthMax || ++steps > stepsMax) return;
      const many = field.isRepeated || field.mapKey !== undefined;
      const here = [...path, field.jsonName];
      const personal = personalClass(field);
      if (personal !== "") found.push({ path: here, class: personal });
      else if (isMessage(field.type)) visit(field.type, many ? [...here, "*"] : here);
    }
  };
  visit(root, []);
  return found;
}

/** Empty where no option says so. */
function personalClass({ node }: ProtoField): string {
  for (const option of node.options) {
    const found = classOfOption(option);
    if (found !== "") return found;
  }
  return "";
}

const classOf = (value: OptionValue | undefined): string => {
  if (value?.kind === "name") return value.text === "true" ? anyClass : "";
  if (value?.kind !== "string") return "";
  const text = Buffer.from(value.bytes, "latin1").toString();
  return text === "none" ? "" : text;
};

const isTag = (value: OptionValue): boolean =>
  value.kind === "list" ? value.items.some(isTag) : value.kind === "string" && /^pii$/i.test(value.bytes);

function classOfOption({ name, value }: OptionNode): string {
  if (/(^|[.(])pii\)?$/.test(name)) return classOf(value);
  const [meta, part] = /^\(\.?confluent\.field_meta\)(?:\.(\w+))?$/.exec(name) ?? [];
  if (meta === undefined) return "";
  const members =
    part !== undefined ? [{ name: part, value }] : value.kind === "message" ? value.members : [];
  const params = members.filter((one) => one.name === "params").map((one) => parameterClass(one.value));
  const isTagged = members.some((one) => one.name === "tags" && isTag(one.value));
  return params.find((one) => one !== "") ?? (isTagged ? anyClass : "");
}

/** The class in a parameter "pii". */
function parameterClass(value: OptionValue): string {
  if (value.kind === "list") return value.items.map(parameterClass).find((one) => one !== "") ?? "";
  if (value.kind !== "message") return "";
  const member = (wanted: string): OptionValue | undefined =>
    value.members.find(({ name }) => name === wanted)?.value;
  const key = member("key");
  return key?.kind === "string" && key.bytes === "pii" ? classOf(member("value")) : "";
}
