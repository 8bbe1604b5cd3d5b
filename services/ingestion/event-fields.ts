// The texts of tideline.event.v1.Event, each with a slot of its own: where it stands in the message, its limits and
// the field of the log that it goes to. All of it is read from the contracts' descriptors: they are the only source.
import { type DescField, type DescMessage, getOption } from "@bufbuild/protobuf";
import { field as fieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import {
  AvroBodySchema,
  CampaignSchema,
  ContextSchema,
  EventSchema,
} from "../../gen/ts/tideline/event/v1/event_pb.js";
import { EventSchema as LogEventSchema } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";

/** One text of an event. */
export interface TextField {
  readonly slot: number;
  /** Such as "context.campaign.source". */
  readonly path: string;
  /** Bytes at most; what has no rule is bounded by the event's size. */
  readonly bytesMax: number;
  readonly required: boolean;
  /** The field of tideline.pipeline.v1.Event that holds it. */
  readonly logField: number;
}

/** An event is at most so large in its encoded form, as the contract's comment says. */
export const eventBytesMax = 64 * 1024;

const isText = (field: DescField): boolean => field.fieldKind === "scalar" && field.scalar === 9;

/** The field of a message by the name it has in the contract. */
export function fieldNamed(message: DescMessage, name: string): DescField {
  const found = message.fields.find((field) => field.name === name);
  if (found === undefined) throw new Error(`${message.typeName} has no field ${name}`);
  return found;
}

/** How many items a list of a message may have. */
export function listLimits(
  message: DescMessage,
  name: string,
): { readonly min: number; readonly max: number } {
  const { type } = getOption(fieldNamed(message, name), fieldRules);
  if (type.case !== "repeated") throw new Error(`${message.typeName}.${name} has no limits`);
  return { min: Number(type.value.minItems), max: Number(type.value.maxItems) };
}

/** The number of a field of the log's event. */
export const logFieldNumber = (name: string): number => fieldNamed(LogEventSchema, name).number;

const renamed: Readonly<Record<string, string>> = { session_id: "client_session_id" };

const textsOf = (message: DescMessage, prefix: string, logPrefix: string): Omit<TextField, "slot">[] =>
  message.fields.filter(isText).map((field) => {
    const { type } = getOption(field, fieldRules);
    const rules = type.case === "string" ? type.value : undefined;
    return {
      path: `${prefix}${field.name}`,
      bytesMax:
        rules?.maxBytes === undefined || rules.maxBytes === 0n ? eventBytesMax : Number(rules.maxBytes),
      required: rules?.minLen !== undefined && rules.minLen > 0n,
      logField: logFieldNumber(`${logPrefix}${renamed[field.name] ?? field.name}`),
    };
  });

/** Every text of an event, by slot. */
export const textFields: readonly TextField[] = [
  ...textsOf(EventSchema, "", ""),
  ...textsOf(ContextSchema, "context.", ""),
  ...textsOf(CampaignSchema, "context.campaign.", "campaign_"),
].map((text, slot) => ({ slot, ...text }));

/** The slot of a text by its path. */
export function slotOf(path: string): number {
  const found = textFields.find((text) => text.path === path);
  if (found === undefined) throw new Error(`an event has no text ${path}`);
  return found.slot;
}

/** The slot behind the texts: the payload of a body that names its schema. */
export const payloadSlot = textFields.length;
export const slotCount = payloadSlot + 1;

/** What a field of a message is, by its number: the slot of a text, or one of the codes below; -1: unknown. */
const table = (
  message: DescMessage,
  prefix: string,
  codes: Readonly<Record<string, number>> = {},
): Int8Array => {
  const highest = Math.max(...message.fields.map((field) => field.number));
  const entries = new Int8Array(highest + 1).fill(-1);
  for (const field of message.fields)
    entries[field.number] = codes[field.name] ?? slotOf(`${prefix}${field.name}`);
  return entries;
};

/** Codes of fields that are no texts; above every slot. */
export const FieldCode = {
  sequence: 100,
  clientTime: 101,
  sentTime: 102,
  avro: 103,
  framed: 106,
  context: 104,
  campaign: 105,
} as const;

export const eventTable = table(EventSchema, "", {
  sequence: FieldCode.sequence,
  client_time: FieldCode.clientTime,
  sent_time: FieldCode.sentTime,
  avro: FieldCode.avro,
  framed: FieldCode.framed,
  context: FieldCode.context,
});
export const contextTable = table(ContextSchema, "context.", { campaign: FieldCode.campaign });
export const campaignTable = table(CampaignSchema, "context.campaign.");
export const avroFields = {
  schemaId: fieldNamed(AvroBodySchema, "schema_id").number,
  data: fieldNamed(AvroBodySchema, "data").number,
} as const;
