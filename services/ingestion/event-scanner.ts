// Reads the wire bytes of a tideline.event.v1.Event without decoding them: the places of its texts, and its numbers.
// As protobuf has it: fields in any order, unknown ones passed over, of a repeated singular field the last counts,
// parts of a message are merged, the last member of a oneof wins. A field of a known number with another wire type is
// an unknown field.
import {
  avroFields,
  campaignTable,
  contextTable,
  eventTable,
  FieldCode,
  payloadSlot,
  slotCount,
  slotOf,
} from "./event-fields.js";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const TWO_32 = 4_294_967_296;

export const BodyCase = { none: 0, properties: 1, avro: 2, framed: 3, badFrame: 4 } as const;

/** Bytes before the payload of a framed body: zero, and the schema's id. */
export const frameBytes = 5;

/** Which instant a part of a timestamp belongs to. */
type Instant = "client" | "sent";

const propertiesSlot = slotOf("properties");

/**
 * One event's places and numbers; reused from event to event. `from` and `to` of a slot are equal where the text is
 * empty or missing.
 */
export class EventScanner {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the event begins and ends. */
  start = 0;
  end = 0;
  readonly from = new Int32Array(slotCount);
  readonly to = new Int32Array(slotCount);
  body: number = BodyCase.none;
  /** The writer's schema of a body that names one. */
  schemaId = 0;
  sequenceLow = 0;
  sequenceHigh = 0;
  hasClientTime = false;
  clientSeconds = 0;
  clientNanos = 0;
  hasSentTime = false;
  sentSeconds = 0;
  sentNanos = 0;
  // The last varint.
  #low = 0;
  #high = 0;
  // The last field.
  #field = 0;
  #wireType = 0;
  #start = 0;

  /** Reads the event between `start` and `end`; false where the bytes are no protobuf message. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    for (let slot = 0; slot < slotCount; slot++) this.#clear(slot);
    this.body = BodyCase.none;
    this.schemaId = 0;
    this.sequenceLow = 0;
    this.sequenceHigh = 0;
    this.hasClientTime = false;
    this.clientSeconds = 0;
    this.clientNanos = 0;
    this.hasSentTime = false;
    this.sentSeconds = 0;
    this.sentNanos = 0;
    let at = start;
    while (at < end) {
      at = this.#next(at, end);
      if (at < 0) return false;
      const field = this.#field;
      const code = field < eventTable.length ? (eventTable[field] as number) : -1;
      if (this.#wireType === BYTES) {
        if (code < 0) continue;
        if (code < slotCount) {
          this.from[code] = this.#start;
          this.to[code] = at;
          if (code === propertiesSlot) this.#takeProperties();
        } else if (!this.#part(code, this.#start, at)) return false;
      } else if (code === FieldCode.sequence && this.#wireType === VARINT) {
        this.sequenceLow = this.#low;
        this.sequenceHigh = this.#high;
      }
    }
    return true;
  }

  #takeProperties(): void {
    this.body = BodyCase.properties;
    this.#clear(payloadSlot);
    this.schemaId = 0;
  }

  #clear(slot: number): void {
    this.from[slot] = 0;
    this.to[slot] = 0;
  }

  /** A part of an embedded message. */
  #part(code: number, start: number, end: number): boolean {
    if (code === FieldCode.clientTime) {
      this.hasClientTime = true;
      return this.#timestamp("client", start, end);
    }
    if (code === FieldCode.sentTime) {
      this.hasSentTime = true;
      return this.#timestamp("sent", start, end);
    }
    if (code === FieldCode.context) return this.#texts(contextTable, start, end);
    if (code === FieldCode.campaign) return this.#texts(campaignTable, start, end);
    if (code === FieldCode.framed) this.#framed(start, end);
    return code !== FieldCode.avro || this.#avro(start, end);
  }

  /** Confluent's wire format; a frame that is none is found out by whoever judges the body. */
  #framed(start: number, end: number): void {
    const { bytes } = this;
    this.#clear(propertiesSlot);
    const isFrame = end - start >= frameBytes && bytes[start] === 0;
    this.body = isFrame ? BodyCase.framed : BodyCase.badFrame;
    this.schemaId = isFrame
      ? bytes.slice(start + 1, start + frameBytes).reduce((id, byte) => id * 256 + byte, 0)
      : 0;
    this.from[payloadSlot] = isFrame ? start + frameBytes : start;
    this.to[payloadSlot] = end;
  }

  #timestamp(instant: Instant, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      at = this.#next(at, end);
      if (at < 0) return false;
      if (this.#wireType !== VARINT) continue;
      if (this.#field === 1) {
        const seconds = (this.#high | 0) * TWO_32 + (this.#low >>> 0);
        if (instant === "client") this.clientSeconds = seconds;
        else this.sentSeconds = seconds;
      } else if (this.#field === 2) {
        if (instant === "client") this.clientNanos = this.#low | 0;
        else this.sentNanos = this.#low | 0;
      }
    }
    return true;
  }

  #texts(table: Int8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      at = this.#next(at, end);
      if (at < 0) return false;
      const code = this.#field < table.length ? (table[this.#field] as number) : -1;
      if (code < 0 || this.#wireType !== BYTES) continue;
      if (code < slotCount) {
        this.from[code] = this.#start;
        this.to[code] = at;
      } else if (!this.#part(code, this.#start, at)) return false;
    }
    return true;
  }

  #avro(start: number, end: number): boolean {
    if (this.body !== BodyCase.avro) {
      this.body = BodyCase.avro;
      this.#clear(propertiesSlot);
      this.#clear(payloadSlot);
      this.schemaId = 0;
    }
    let at = start;
    while (at < end) {
      at = this.#next(at, end);
      if (at < 0) return false;
      if (this.#field === avroFields.schemaId && this.#wireType === VARINT) this.schemaId = this.#low >>> 0;
      else if (this.#field === avroFields.data && this.#wireType === BYTES) {
        this.from[payloadSlot] = this.#start;
        this.to[payloadSlot] = at;
      }
    }
    return true;
  }

  /** Reads a tag and finds its value; the position after the value, or -1. */
  #next(from: number, limit: number): number {
    const { bytes } = this;
    let at = from;
    let tag = bytes[at] as number;
    if (tag < 0x80) at++;
    else {
      at = this.#varint(at, limit);
      if (at < 0 || this.#high !== 0) return -1;
      tag = this.#low >>> 0;
    }
    this.#field = tag >>> 3;
    this.#wireType = tag & 7;
    if (this.#field === 0) return -1;
    let end: number;
    switch (this.#wireType) {
      case BYTES: {
        const length = at < limit ? (bytes[at] as number) : 0xff;
        if (length < 0x80) at++;
        else {
          at = this.#varint(at, limit);
          if (at < 0 || this.#high !== 0) return -1;
        }
        end = at + (length < 0x80 ? length : this.#low >>> 0);
        break;
      }
      case VARINT:
        end = this.#varint(at, limit);
        break;
      case FIXED64:
        end = at + 8;
        break;
      case FIXED32:
        end = at + 4;
        break;
      default:
        return -1;
    }
    this.#start = at;
    return end > limit ? -1 : end;
  }

  /** Reads a varint of up to ten bytes into #low and #high; the position after it, or -1. */
  #varint(from: number, limit: number): number {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    let at = from;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= limit) return -1;
      const byte = bytes[at++] as number;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return at;
      }
    }
    return -1;
  }
}
