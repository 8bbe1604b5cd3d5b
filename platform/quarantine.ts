// How the pipeline keeps an event aside: as its sender stated it, as far as the log keeps that, on the stream
// QUARANTINE, under an id made of its place in the log, so that a repetition is known.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { headers } from "nats";
import { EventSchema as ClientEventSchema } from "../gen/ts/tideline/event/v1/event_pb.js";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { type Event, EventSchema } from "../gen/ts/tideline/pipeline/v1/block_pb.js";
import {
  QuarantineBlockSchema,
  type QuarantinedEvent,
  QuarantinedEventSchema,
} from "../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import type { Nats } from "./engines/nats.js";
import type { StreamNames } from "./streams.js";

/** An event of the log that a step of the pipeline could not take. */
export interface PoisonedLogEvent {
  /** The bytes of the log's event, enriched or not; they need not be readable. */
  readonly bytes: Uint8Array;
  readonly step: "enrichment" | "aggregation";
  /** Unique and stable: made of the place in the log. */
  readonly quarantineId: string;
  /** What could not be done, in a word. */
  readonly rule: string;
  /** One sentence, without values of the event. */
  readonly message: string;
  /** The project where the event itself does not say it. */
  readonly project?: string;
}

/** The log's event as an event in quarantine. */
export function quarantinedOf(poisoned: PoisonedLogEvent): QuarantinedEvent {
  const event = tryDecode(poisoned.bytes);
  return create(QuarantinedEventSchema, {
    projectId: event?.projectId || poisoned.project || "",
    fault: {
      reason: FaultReason.EVENT_POISONED,
      rule: poisoned.rule,
      message: poisoned.message,
      retryable: false,
      schemaVersion: event?.schemaVersion ?? 0,
    },
    receivedTimeMs: event?.receivedTimeMs ?? 0n,
    keyId: event?.keyId ?? "",
    step: poisoned.step,
    quarantineId: poisoned.quarantineId,
    ...(event === undefined ? {} : { event: clientEventOf(event) }),
  });
}

/** Publishes an event on QUARANTINE; resolves when it is stored. Repeating it within minutes stores nothing more. */
export async function keepAside(
  nats: Nats,
  names: StreamNames,
  quarantined: QuarantinedEvent,
): Promise<void> {
  const block = create(QuarantineBlockSchema, { events: [quarantined] });
  const published = headers();
  published.set("Nats-Msg-Id", quarantined.quarantineId);
  // A subject needs a project; what is of none is seen by operators only.
  const subject = names.quarantineSubject(
    /^[a-z0-9]+$/.test(quarantined.projectId) ? quarantined.projectId : "unknown",
  );
  await nats.js.publish(subject, toBinary(QuarantineBlockSchema, block), { headers: published });
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
