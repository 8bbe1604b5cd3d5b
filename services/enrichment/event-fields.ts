import { WireCursor, WireError } from "../../platform/wire.js";

/** Numbers of the fields of tideline.pipeline.v1.Event that enrichment reads. */
export const field = {
  projectId: 1,
  eventId: 2,
  type: 3,
  userId: 4,
  anonymousId: 5,
  receivedTimeMs: 11,
  timeMs: 13,
  properties: 14,
  ip: 17,
  userAgent: 18,
  pageUrl: 19,
  referrer: 21,
  campaignSource: 23,
  campaignMedium: 24,
  campaignName: 25,
  campaignTerm: 26,
  campaignContent: 27,
  partition: 32,
  payloadHash: 33,
  replacesRawSequence: 34,
} as const;

/** Numbers of the fields that enrichment adds. */
export const added = {
  rawSequence: 40,
  rawIndex: 41,
  country: 42,
  region: 43,
  city: 44,
  browser: 45,
  browserVersion: 46,
  os: 47,
  osVersion: 48,
  deviceClass: 49,
  deviceFamily: 50,
  isBot: 51,
  referrerClass: 52,
  referrerSource: 53,
  utmSource: 54,
  utmMedium: 55,
  utmCampaign: 56,
  utmTerm: 57,
  utmContent: 58,
  clickIdKind: 59,
  pageHost: 60,
  pagePath: 61,
  localDate: 62,
  localHour: 63,
  isSystem: 64,
  visitorId: 65,
  amount: 66,
} as const;

const slots = 40;
/** Below this, joining characters beats the decoder's call. */
const shortTextBytes = 24;

/**
 * Where the fields of one event are in its block, for reading a few of them without decoding the event. Of a repeated
 * field the last counts, as in protobuf.
 */
export class EventFields {
  #bytes: Buffer = Buffer.alloc(0);
  readonly #starts = new Int32Array(slots);
  readonly #ends = new Int32Array(slots);
  readonly #cursor = new WireCursor();
  timeMs = 0;
  receivedTimeMs = 0;
  partition = 0;
  /** The raw sequence of the event that this one replaces; 0 for all but those that are fed again. */
  replaces = 0;

  /** Looks at the event in `bytes[from, to)`. @throws WireError */
  scan(bytes: Buffer, from: number, to: number): void {
    this.#bytes = bytes;
    this.#starts.fill(0);
    this.#ends.fill(0);
    this.timeMs = 0;
    this.receivedTimeMs = 0;
    this.partition = 0;
    this.replaces = 0;
    const cursor = this.#cursor.reset(bytes, from, to);
    while (cursor.next()) {
      const number = cursor.field;
      if (number >= slots) throw new WireError("the event has fields of enrichment already");
      this.#starts[number] = cursor.start;
      this.#ends[number] = cursor.end;
      if (number === field.timeMs) this.timeMs = cursor.int();
      else if (number === field.receivedTimeMs) this.receivedTimeMs = cursor.int();
      else if (number === field.partition) this.partition = cursor.uint();
      else if (number === field.replacesRawSequence) this.replaces = cursor.uint();
    }
  }

  start(number: number): number {
    return this.#starts[number] ?? 0;
  }

  end(number: number): number {
    return this.#ends[number] ?? 0;
  }

  isEmpty(number: number): boolean {
    return this.start(number) === this.end(number);
  }

  /** A field's text. Bytes that are no UTF-8 are replaced: texts were checked at the door. */
  text(number: number): string {
    const start = this.start(number);
    const end = this.end(number);
    if (start === end) return "";
    if (end - start <= shortTextBytes) {
      let text = "";
      for (let at = start; at < end; at++) {
        const byte = this.#bytes[at] ?? 0;
        if (byte > 0x7f) return this.#bytes.toString("utf8", start, end);
        text += String.fromCharCode(byte);
      }
      return text;
    }
    return this.#bytes.toString("utf8", start, end);
  }

  /** Whether a field has exactly these bytes. */
  equals(number: number, wanted: Uint8Array): boolean {
    const start = this.start(number);
    if (this.end(number) - start !== wanted.length) return false;
    for (let index = 0; index < wanted.length; index++) {
      if (this.#bytes[start + index] !== wanted[index]) return false;
    }
    return true;
  }

  /** The payload's hash; 0 where there is none. */
  payloadHash(): bigint {
    return this.isEmpty(field.payloadHash) ? 0n : this.#bytes.readBigUInt64LE(this.start(field.payloadHash));
  }
}
