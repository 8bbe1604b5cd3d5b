import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { headers } from "nats";
import { EventSchema as ClientEventSchema } from "../../../gen/ts/tideline/event/v1/event_pb.js";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { type Event, EventSchema } from "../../../gen/ts/tideline/pipeline/v1/block_pb.js";
import {
  QuarantineBlockSchema,
  type QuarantinedEvent,
  QuarantinedEventSchema,
} from "../../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import type { Nats } from "../../../platform/engines/nats.js";
import type { StreamNames } from "../../../platform/streams.js";
import type { Quarantine } from "../ports.js";

/** Publishes what no table takes on the stream QUARANTINE. The id comes from the log, so that a repetition is known. */
export function openQuarantine(nats: Nats, names: StreamNames): Quarantine {
  return {
    async keep(partition, content, indexes) {
      const wanted = new Set(indexes);
      for (const { index, bytes } of content.slices()) {
        if (!wanted.has(index)) continue;
        const id = `aggregation-${partition}-${content.from}-${index}`;
        const quarantined = quarantinedOf(bytes, id);
        const block = create(QuarantineBlockSchema, { events: [quarantined] });
        const published = headers();
        published.set("Nats-Msg-Id", id);
        const subject = names.quarantineSubject(
          quarantined.projectId === "" ? "unknown" : quarantined.projectId,
        );
        await nats.js.publish(subject, toBinary(QuarantineBlockSchema, block), { headers: published });
      }
    },
  };
}

function quarantinedOf(bytes: Uint8Array, quarantineId: string): QuarantinedEvent {
  const event = tryDecode(bytes);
  return create(QuarantinedEventSchema, {
    projectId: event?.projectId ?? "",
    fault: {
      reason: FaultReason.EVENT_POISONED,
      rule: "table",
      message: "The tables could not take the event; the others of its block are stored.",
      retryable: false,
      schemaVersion: event?.schemaVersion ?? 0,
    },
    receivedTimeMs: event?.receivedTimeMs ?? 0n,
    keyId: event?.keyId ?? "",
    step: "aggregation",
    quarantineId:
      event === undefined || event.rawSequence === 0n
        ? quarantineId
        : `aggregation-${event.rawSequence}-${event.rawIndex}`,
    ...(event === undefined ? {} : { event: clientEventOf(event) }),
  });
}

function tryDecode(bytes: Uint8Array): Event | undefined {
  try {
    return fromBinary(EventSchema, bytes);
  } catch {
    return undefined;
  }
}

/** The event as its sender stated it, as far as the log keeps that. */
function clientEventOf(event: Event) {
  return create(ClientEventSchema, {
    eventId: event.eventId,
    type: event.type,
    userId: event.userId,
    anonymousId: event.anonymousId,
    sessionId: event.clientSessionId,
    producerId: event.producerId,
    sequence: event.sequence,
    clientTime: timestampFromMs(Number(event.clientTimeMs)),
    ...(event.sentTimeMs === 0n ? {} : { sentTime: timestampFromMs(Number(event.sentTimeMs)) }),
    body: { case: "properties", value: event.properties },
    context: {
      ip: event.ip,
      userAgent: event.userAgent,
      pageUrl: event.pageUrl,
      pageTitle: event.pageTitle,
      referrer: event.referrer,
      locale: event.locale,
      campaign: {
        source: event.campaignSource,
        medium: event.campaignMedium,
        name: event.campaignName,
        term: event.campaignTerm,
        content: event.campaignContent,
      },
      library: event.library,
      libraryVersion: event.libraryVersion,
    },
  });
}
