import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BlockSchema, EventSchema } from "../../../gen/ts/tideline/pipeline/v1/block_pb.js";
import type { LogMessage } from "../ports.js";

/** What a test produced, to compare tables with. */
export interface ProducedEvent {
  readonly projectId: string;
  readonly type: string;
  readonly visitorId: string;
  readonly country: string;
  readonly deviceClass: string;
  readonly timeMs: number;
  readonly receivedTimeMs: number;
  readonly partition: number;
  readonly rawSequence: number;
  readonly rawIndex: number;
  readonly isSystem: boolean;
  readonly amount: number;
  readonly properties: string;
}

const types = ["page_view", "purchase", "signup", "search"];
const countries = ["AT", "DE", "US", ""];
const classes = ["desktop", "mobile", "bot"];

export interface EventMaker {
  readonly random: () => number;
  /** Effective times lie within so many ms before `nowMs`. */
  readonly spreadMs: number;
  readonly nowMs: number;
  /** Received times of every other block lie so many ms earlier: another table partition. */
  readonly earlierMs?: number;
  readonly projects?: readonly string[];
}

/** Events of one raw block, as enrichment would have written them. */
export function makeEvents(
  maker: EventMaker,
  partition: number,
  rawSequence: number,
  count: number,
): ProducedEvent[] {
  const { random, nowMs, spreadMs } = maker;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const projects = maker.projects ?? ["alpha"];
  const projectId = pick(projects);
  return Array.from({ length: count }, (_, rawIndex) => {
    const isSystem = random() < 0.05;
    const receivedTimeMs = nowMs - (random() < 0.3 ? (maker.earlierMs ?? 0) : 0);
    return {
      projectId,
      type: isSystem ? pick(["identify", "traits"]) : pick(types),
      visitorId: `user-${Math.floor(random() * 300)}`,
      country: pick(countries),
      deviceClass: pick(classes),
      timeMs: nowMs - Math.floor(random() * spreadMs),
      receivedTimeMs,
      partition,
      rawSequence,
      rawIndex,
      isSystem,
      // Quarters add up exactly in any order.
      amount: random() < 0.5 ? 0 : Math.floor(random() * 4_000) / 4,
      properties: JSON.stringify({
        price: Math.floor(random() * 100),
        "a.b": { c: "2020-01-01" },
        name: "x",
      }),
    };
  });
}

export function eventBytes(event: ProducedEvent): Uint8Array {
  return toBinary(EventSchema, create(EventSchema, fieldsOf(event)));
}

export function blockBytes(events: readonly ProducedEvent[]): Uint8Array {
  return toBinary(BlockSchema, create(BlockSchema, { events: events.map(fieldsOf) }));
}

function fieldsOf(event: ProducedEvent): MessageInitShape<typeof EventSchema> {
  const { projectId, type, visitorId, country, deviceClass, partition, rawIndex, isSystem, amount } = event;
  return {
    projectId,
    type,
    visitorId,
    country,
    deviceClass,
    partition,
    rawIndex,
    isSystem,
    amount,
    eventId: `${event.rawSequence}-${rawIndex}`,
    userId: visitorId,
    anonymousId: `device-${visitorId}`,
    timeMs: BigInt(event.timeMs),
    clientTimeMs: BigInt(event.timeMs),
    receivedTimeMs: BigInt(event.receivedTimeMs),
    rawSequence: BigInt(event.rawSequence),
    localDate: Math.floor(event.timeMs / 86_400_000),
    localHour: Math.floor(event.timeMs / 3_600_000) % 24,
    properties: event.properties,
  };
}

/** A message of EVENTS that covers whole raw blocks. */
export function messageOf(sequence: number, data: Uint8Array): LogMessage {
  return { sequence, data, receivedMs: 0, endsInBlock: false };
}
