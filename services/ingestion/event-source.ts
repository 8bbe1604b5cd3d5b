// A request's events in their encoded form, whatever form the request had: each a part of one buffer, or a refusal.
import { isUtf8 } from "node:buffer";
import { create, fromJsonString, type JsonValue, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { type EventFault, EventFaultSchema } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { PublishEventsRequestSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { Fault, requestInvalid } from "../../platform/fault.js";
import { type FailingField, failingField } from "../../platform/json/failing-field.js";
import {
  type EventSpans,
  eventWithTextProperties,
  findEvents,
  JsonShapeError,
  type Span,
} from "../../platform/json/spans.js";
import { WireCursor, WireError, WireType } from "../../platform/wire.js";
import { eventBytesMax, fieldNamed, listLimits } from "./event-fields.js";

/** A batch is at most so large in any of its forms. */
export const batchBytesMax = 4 * 1024 * 1024;
export const batchEventsMax = listLimits(PublishEventsRequestSchema, "events").max;

/** The events of a request, each between `starts[i]` and `ends[i]` of `bytes`. */
export interface EventSource {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Events that never became bytes, and why. */
  readonly refused: ReadonlyMap<number, EventFault>;
}

const eventsField = fieldNamed(PublishEventsRequestSchema, "events").number;
const none: ReadonlyMap<number, EventFault> = new Map();

export const eventFault = (init: MessageInitShape<typeof EventFaultSchema>): EventFault =>
  create(EventFaultSchema, init);

const requireCount = (count: number): void => {
  if (count === 0) throw requestInvalid("events", "repeated.min_items", "a batch has at least one event");
  if (count > batchEventsMax) {
    throw requestInvalid("events", "repeated.max_items", `a batch has at most ${batchEventsMax} events`);
  }
};

/** @throws Fault BODY_INVALID */
export function requireBatchBytes(length: number): void {
  if (length <= batchBytesMax) return;
  const limit = String(batchBytesMax);
  throw new Fault(FaultReason.BODY_INVALID, `the batch is over ${limit} bytes`, { limit });
}

/**
 * The events of an encoded request, whose list of events is the field `field`.
 * @throws Fault BODY_INVALID, or REQUEST_INVALID for too few or too many events
 */
export function eventsOfProto(bytes: Uint8Array, field = eventsField): EventSource {
  requireBatchBytes(bytes.length);
  const starts: number[] = [];
  const ends: number[] = [];
  try {
    const cursor = new WireCursor().reset(bytes);
    while (cursor.next()) {
      if (cursor.field !== field || cursor.wireType !== WireType.bytes) continue;
      starts.push(cursor.start);
      ends.push(cursor.end);
    }
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new Fault(FaultReason.BODY_INVALID, "the body is not the request's message", {}, { cause });
  }
  requireCount(starts.length);
  return {
    bytes,
    count: starts.length,
    starts: Int32Array.from(starts),
    ends: Int32Array.from(ends),
    refused: none,
  };
}

/** Events that were decoded already. */
export function eventsOfMessages(events: readonly Event[]): EventSource {
  requireCount(events.length);
  return joined(events.map((event) => toBinary(EventSchema, event)));
}

/**
 * The events of a request in JSON: {"events": [...]}, an array, or one event; only the first where it is a `message`.
 * @throws Fault BODY_INVALID where the request as a whole is no JSON, REQUEST_INVALID for too few or too many events
 */
export function eventsOfJson(bytes: Uint8Array, form: "any" | "message"): EventSource {
  requireBatchBytes(bytes.length);
  let found: EventSpans;
  try {
    found = findEvents(bytes, form);
  } catch (cause) {
    if (!(cause instanceof JsonShapeError)) throw cause;
    throw new Fault(
      FaultReason.BODY_INVALID,
      `the body is not JSON of events: ${cause.message}`,
      {},
      { cause },
    );
  }
  const [unknown] = found.others.keys();
  if (unknown !== undefined) {
    const field = unknown.slice(0, 100).replaceAll(/\p{Surrogate}/gu, "\ufffd");
    throw requestInvalid(field, "json.unknown_field", "a batch has events alone");
  }
  requireCount(found.events.length);
  return joined(found.events.map((span) => eventOfJson(bytes, span)));
}

/** An escape that may stand for half of a character. */
const surrogateEscape = /\\ud[89a-f]/i;

const isWellFormed = (json: string): boolean => {
  if (!surrogateEscape.test(json)) return true;
  let isGood = true;
  JSON.parse(json, (_name, value: unknown) => {
    if (typeof value === "string" && /\p{Surrogate}/u.test(value)) isGood = false;
    return value;
  });
  return isGood;
};

const textInvalid = (message: string): EventFault =>
  eventFault({ reason: FaultReason.EVENT_TEXT_INVALID, rule: "utf8", message });

/** An event's JSON may be longer than the event, by names, escapes and space; but not by any length. */
const jsonBytesMax = 8 * eventBytesMax;

const eventOfJson = (bytes: Uint8Array, span: Span): Uint8Array | EventFault => {
  if (span.end - span.start > jsonBytesMax) {
    const message = `The event is over ${jsonBytesMax} bytes as JSON.`;
    return eventFault({ reason: FaultReason.EVENT_TOO_LARGE, rule: "max_bytes", message });
  }
  if (!isUtf8(bytes.subarray(span.start, span.end))) {
    return textInvalid("The event is not valid UTF-8.");
  }
  try {
    const text = eventWithTextProperties(bytes, span);
    if (!isWellFormed(text)) return textInvalid("An escape stands for half of a character.");
    return toBinary(EventSchema, fromJsonString(EventSchema, text));
  } catch {
    return undecodable(bytes, span);
  }
};

/** Why JSON is no event, with the field that it is about; a value is never taken over. */
const undecodable = (bytes: Uint8Array, span: Span): EventFault => {
  let found: FailingField = { path: "", isUnknown: false };
  try {
    found = failingField(EventSchema, JSON.parse(eventWithTextProperties(bytes, span)) as JsonValue);
  } catch {
    // It is no JSON at all.
  }
  const message = found.isUnknown
    ? "An event has no such field; what is the event's own belongs into its properties."
    : "The event is not the JSON form of an event.";
  const rule = found.isUnknown ? "json.unknown_field" : "json";
  return eventFault({ reason: FaultReason.EVENT_UNDECODABLE, field: found.path, rule, message });
};

const joined = (encoded: readonly (Uint8Array | EventFault)[]): EventSource => {
  const starts = new Int32Array(encoded.length);
  const ends = new Int32Array(encoded.length);
  const refused = new Map<number, EventFault>();
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [index, one] of encoded.entries()) {
    starts[index] = at;
    if (one instanceof Uint8Array) {
      parts.push(one);
      at += one.length;
    } else refused.set(index, one);
    ends[index] = at;
  }
  return { bytes: Buffer.concat(parts, at), count: encoded.length, starts, ends, refused };
};
