// The scanner's view of an event as a message, for the few events that are looked at whole. A decoder of its own would
// disagree with the scanner on hostile bytes, such as a known field of another wire type.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { payloadSlot, slotOf } from "./event-fields.js";
import { BodyCase, EventScanner, frameBytes } from "./event-scanner.js";

const scan = new EventScanner();

const bytesOf = (slot: number): Buffer => {
  const { bytes, from, to } = scan;
  const start = from[slot] ?? 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, (to[slot] ?? 0) - start);
};

const text = (path: string): string => bytesOf(slotOf(path)).toString();

const contextOf = (): MessageInitShape<typeof EventSchema>["context"] => ({
  ip: text("context.ip"),
  userAgent: text("context.user_agent"),
  pageUrl: text("context.page_url"),
  pageTitle: text("context.page_title"),
  referrer: text("context.referrer"),
  locale: text("context.locale"),
  campaign: {
    source: text("context.campaign.source"),
    medium: text("context.campaign.medium"),
    name: text("context.campaign.name"),
    term: text("context.campaign.term"),
    content: text("context.campaign.content"),
  },
  library: text("context.library"),
  libraryVersion: text("context.library_version"),
});

const bodyOf = (): NonNullable<MessageInitShape<typeof EventSchema>["body"]> => {
  if (scan.body === BodyCase.properties) return { case: "properties", value: text("properties") };
  const data = Buffer.from(bytesOf(payloadSlot));
  if (scan.body === BodyCase.avro) return { case: "avro", value: { schemaId: scan.schemaId, data } };
  if (scan.body === BodyCase.badFrame) return { case: "framed", value: data };
  if (scan.body !== BodyCase.framed) return { case: undefined };
  const header = Buffer.alloc(frameBytes);
  header.writeUInt32BE(scan.schemaId, 1);
  return { case: "framed", value: Buffer.concat([header, data]) };
};

/** Seconds near the ends of int64 are no exact doubles, and may be rounded over it. */
const secondsMax = 2n ** 63n - 1n;

const instant = (seconds: number, nanos: number) => {
  const whole = BigInt(seconds);
  return { seconds: whole > secondsMax ? secondsMax : whole, nanos };
};

/** The event between `start` and `end`; undefined where the bytes are none. Text that is not UTF-8 has U+FFFD. */
export function scannedEvent(bytes: Uint8Array, start: number, end: number): Event | undefined {
  if (!scan.scan(bytes, start, end)) return undefined;
  return create(EventSchema, {
    eventId: text("event_id"),
    type: text("type"),
    userId: text("user_id"),
    anonymousId: text("anonymous_id"),
    sessionId: text("session_id"),
    producerId: text("producer_id"),
    sequence: (BigInt(scan.sequenceHigh >>> 0) << 32n) | BigInt(scan.sequenceLow >>> 0),
    ...(scan.hasClientTime ? { clientTime: instant(scan.clientSeconds, scan.clientNanos) } : {}),
    ...(scan.hasSentTime ? { sentTime: instant(scan.sentSeconds, scan.sentNanos) } : {}),
    body: bodyOf(),
    context: contextOf(),
  });
}
