import { FieldWriter } from "../../platform/wire.js";
import { compile, type Evaluate, type ExpressionContext, textOf } from "./expression.js";
import { type EventField, eventFields, type Mapping } from "./mapping.js";
import { MappingError, type RecordItem, type Source, UnmappableError } from "./record.js";

/** Field numbers of tideline.event.v1.Event and the messages in it. */
const numberOf: Readonly<Record<string, number>> = {
  event_id: 1,
  type: 2,
  user_id: 3,
  anonymous_id: 4,
  session_id: 5,
  producer_id: 6,
  sequence: 7,
  client_time: 8,
  "context.ip": 1,
  "context.user_agent": 2,
  "context.page_url": 3,
  "context.page_title": 4,
  "context.referrer": 5,
  "context.locale": 6,
  "context.library": 8,
  "context.library_version": 9,
  "context.campaign.source": 1,
  "context.campaign.medium": 2,
  "context.campaign.name": 3,
  "context.campaign.term": 4,
  "context.campaign.content": 5,
};
const PROPERTIES = 10;
const CONTEXT = 12;
const CAMPAIGN = 7;

/** Writes the event of a record. @throws UnmappableError; then the writer holds part of an event */
export type EncodeEvent = (item: RecordItem, writer: FieldWriter) => void;

interface FieldStep {
  readonly number: number;
  readonly path: EventField;
  readonly evaluate: Evaluate;
}

/** What a mapping makes of the records of one source. */
export interface Encoder {
  readonly encode: EncodeEvent;
  /** Whether a record is to be passed over. */
  readonly isSkipped: (item: RecordItem) => boolean;
}

/** @throws MappingError where the mapping doesn't fit the source, such as for a column that is not there */
export function compileMapping(mapping: Mapping, source: Source, file: string): Encoder {
  const context: ExpressionContext = { field: (path) => source.field(path), file };
  const steps = eventFields.flatMap((path): FieldStep[] => {
    const expression = mapping.event[path];
    const number = numberOf[path];
    if (expression === undefined || number === undefined) return [];
    return [{ number, path, evaluate: compile(expression, context, `event.${path}`) }];
  });
  const top = steps.filter(({ path }) => !path.startsWith("context."));
  const inContext = steps.filter(({ path }) => /^context\.[^.]+$/.test(path));
  const inCampaign = steps.filter(({ path }) => path.startsWith("context.campaign."));
  const properties = compileProperties(mapping, source, context);
  const skip = mapping.skip === undefined ? undefined : compile(mapping.skip, context, "skip");
  const [contextWriter, campaignWriter] = [new FieldWriter(), new FieldWriter()];
  return {
    isSkipped: (item) => skip !== undefined && skip(item) === true,
    encode(item, writer) {
      for (const step of top) writeField(step, item, writer);
      const json = properties(item);
      if (json !== "{}") writer.string(PROPERTIES, json);
      if (inContext.length + inCampaign.length === 0) return;
      contextWriter.reset();
      for (const step of inContext) writeField(step, item, contextWriter);
      campaignWriter.reset();
      for (const step of inCampaign) writeField(step, item, campaignWriter);
      if (campaignWriter.length > 0) contextWriter.bytes(CAMPAIGN, campaignWriter.view());
      if (contextWriter.length > 0) writer.bytes(CONTEXT, contextWriter.view());
    },
  };
}

function writeField({ number, path, evaluate }: FieldStep, item: RecordItem, writer: FieldWriter): void {
  const value = evaluate(item);
  if (value === undefined) return;
  if (path === "client_time") writer.bytes(number, timestampOf(value));
  else if (path === "sequence") writer.uint(number, sequenceOf(value));
  else writer.string(number, textOf(value));
}

const timestampWriter = new FieldWriter(32);

/** The bytes of a google.protobuf.Timestamp, valid until the next call. */
function timestampOf(value: unknown): Uint8Array {
  if (typeof value !== "number") throw new UnmappableError("event.client_time: needs an operation time");
  const seconds = Math.floor(value / 1_000);
  return timestampWriter
    .reset()
    .int(1, seconds)
    .uint(2, (value - seconds * 1_000) * 1_000_000)
    .view();
}

function sequenceOf(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new UnmappableError("event.sequence: not a whole number");
  return number;
}

/** Builds the properties' JSON text; a missing value leaves its property out. */
function compileProperties(
  mapping: Mapping,
  source: Source,
  context: ExpressionContext,
): (item: RecordItem) => string {
  const named = Object.entries(mapping.properties).map(([name, expression]) => ({
    key: `${JSON.stringify(name)}:`,
    evaluate: compile(expression, context, `properties.${name}`),
  }));
  const rest = compileRest(mapping, source);
  return (item) => {
    let json = "";
    for (const { key, evaluate } of named) {
      const value = evaluate(item);
      if (value !== undefined) json += `${json === "" ? "" : ","}${key}${jsonOf(value)}`;
    }
    for (const [name, value] of rest(item)) {
      json += `${json === "" ? "" : ","}${JSON.stringify(name)}:${jsonOf(value)}`;
    }
    return `{${json}}`;
  };
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** The fields of a record that become properties as they are; what is null or empty is left out. */
function compileRest(mapping: Mapping, source: Source): (item: RecordItem) => [string, unknown][] {
  const { restExcept } = mapping;
  if (restExcept === undefined) return () => [];
  const left = new Set([...restExcept, ...Object.keys(mapping.properties)]);
  const readers = new Map<string, (record: unknown) => unknown>();
  const readerOf = (name: string) => {
    const known = readers.get(name);
    if (known !== undefined) return known;
    const made = source.field(name.replaceAll(".", mapping.format === "csv" ? "." : "\\."));
    if (readers.size > 10_000) throw new MappingError("rest: more than 10,000 different fields");
    readers.set(name, made);
    return made;
  };
  return ({ record }) => {
    const found: [string, unknown][] = [];
    for (const name of source.fieldsOf(record)) {
      if (left.has(name)) continue;
      const value = readerOf(name)(record);
      if (value !== undefined) found.push([name, value]);
    }
    return found;
  };
}
