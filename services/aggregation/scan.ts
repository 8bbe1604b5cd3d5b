import { type WireCursor, WireType } from "../../platform/wire.js";

/** What aggregation itself needs to know of an event; the rest goes by as bytes. */
export interface ScannedEvent {
  projectId: string;
  type: string;
  country: string;
  deviceClass: string;
  /** The effective time. */
  timeMs: number;
  receivedTimeMs: number;
  rawSequence: number;
  rawIndex: number;
  isSystem: boolean;
  amount: number;
}

/** Numbers of the fields of tideline.pipeline.v1.Event. */
const field = {
  projectId: 1,
  type: 3,
  receivedTimeMs: 11,
  timeMs: 13,
  rawSequence: 40,
  rawIndex: 41,
  country: 42,
  deviceClass: 49,
  isSystem: 64,
  amount: 66,
} as const;

/**
 * Reads a few fields of one event without decoding the others. As in protobuf, the last of a repeated field counts.
 * @throws WireError for bytes that are no message, TypeError for text that is not UTF-8.
 */
export function scanEvent(cursor: WireCursor, bytes: Uint8Array): ScannedEvent {
  const event: ScannedEvent = {
    projectId: "",
    type: "",
    country: "",
    deviceClass: "",
    timeMs: 0,
    receivedTimeMs: 0,
    rawSequence: 0,
    rawIndex: 0,
    isSystem: false,
    amount: 0,
  };
  cursor.reset(bytes);
  while (cursor.next()) {
    if (cursor.wireType === WireType.varint) scanNumber(cursor, event);
    else if (cursor.wireType === WireType.bytes) scanText(cursor, event);
    else if (cursor.field === field.amount && cursor.wireType === WireType.fixed64)
      event.amount = cursor.double();
  }
  return event;
}

function scanNumber(cursor: WireCursor, event: ScannedEvent): void {
  switch (cursor.field) {
    case field.receivedTimeMs:
      event.receivedTimeMs = cursor.int();
      break;
    case field.timeMs:
      event.timeMs = cursor.int();
      break;
    case field.rawSequence:
      event.rawSequence = cursor.uint();
      break;
    case field.rawIndex:
      event.rawIndex = cursor.uint();
      break;
    case field.isSystem:
      event.isSystem = cursor.uint() !== 0;
      break;
    default:
  }
}

function scanText(cursor: WireCursor, event: ScannedEvent): void {
  switch (cursor.field) {
    case field.projectId:
      event.projectId = cursor.text();
      break;
    case field.type:
      event.type = cursor.text();
      break;
    case field.country:
      event.country = cursor.text();
      break;
    case field.deviceClass:
      event.deviceClass = cursor.text();
      break;
    default:
  }
}
