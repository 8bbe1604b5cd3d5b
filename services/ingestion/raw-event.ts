// Writes events as the log has them: the fields below 40 of tideline.pipeline.v1.Event, framed as items of a Block, by
// copying what the scanner found. Fields may stand in any order: first what all events of a request share, then what
// the client sent and the payload hash covers, then the rest.
import { isUtf8 } from "node:buffer";
import { formatIp, parseIp, truncateIp } from "../../platform/ip.js";
import { KEY_BYTES, KeyedHash } from "../../platform/keyed-hash.js";
import { FieldWriter } from "../../platform/wire.js";
import { logFieldNumber, payloadSlot, slotOf, textFields } from "./event-fields.js";
import { BodyCase, type EventScanner } from "./event-scanner.js";
import { PayloadHash } from "./payload-hash.js";
import type { Replaces } from "./replaces.js";
import { ClockSkews } from "./skew.js";

/** What the events of a request have in common. */
export interface RequestStamp {
  readonly projectId: string;
  readonly keyId: string;
  readonly receivedMs: number;
  readonly partitions: number;
  readonly keepIp: boolean;
  /** What hides the payload's hash: by itself it would tell who guesses a personal value that the guess is right. */
  readonly payloads: KeyedHash;
  /** For browsers: what stands in for an empty address and user agent. */
  readonly browser: { readonly ip: string; readonly userAgent: string } | undefined;
  /** What events of the request replace in the log. */
  readonly replaces?: Replaces;
}

/** The properties as they go to the log, and what they were checked against. */
export interface CheckedProperties {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly schemaVersion: number;
  readonly schemaId: number;
  /** They came in bytes that name that schema. */
  readonly isEncoded?: boolean;
}

/** An event's times in ms since 1970. */
export interface EventTimes {
  /** The client's time, or the received time where there is none. */
  readonly clientMs: number;
  /** 0 where there is none. */
  readonly sentMs: number;
  readonly skewMs: number;
}

const slots = {
  eventId: slotOf("event_id"),
  type: slotOf("type"),
  userId: slotOf("user_id"),
  anonymousId: slotOf("anonymous_id"),
  producerId: slotOf("producer_id"),
  properties: slotOf("properties"),
  ip: slotOf("context.ip"),
  userAgent: slotOf("context.user_agent"),
} as const;

const fields = {
  projectId: logFieldNumber("project_id"),
  sequence: logFieldNumber("sequence"),
  clientTime: logFieldNumber("client_time_ms"),
  sentTime: logFieldNumber("sent_time_ms"),
  receivedTime: logFieldNumber("received_time_ms"),
  skew: logFieldNumber("skew_ms"),
  time: logFieldNumber("time_ms"),
  properties: logFieldNumber("properties"),
  schemaVersion: logFieldNumber("schema_version"),
  schemaId: logFieldNumber("schema_id"),
  isEncoded: logFieldNumber("is_encoded"),
  ip: logFieldNumber("ip"),
  eventIdMade: logFieldNumber("event_id_made"),
  keyId: logFieldNumber("key_id"),
  partition: logFieldNumber("partition"),
  payloadHash: logFieldNumber("payload_hash"),
  replacesRawSequence: logFieldNumber("replaces_raw_sequence"),
} as const;

/** The texts that are copied as they are; the address and the properties are not among them. */
const copied = textFields.filter(({ slot }) => slot !== slots.ip && slot !== slots.properties);
const copiedSlots = Int32Array.from(copied, ({ slot }) => slot);
const copiedTags = Int32Array.from(copied, ({ logField }) => (logField << 3) | 2);

/** Below this, copying byte by byte beats a call. */
const LOOP_MAX = 100;
/** Tags, lengths and numbers of one event take less than this. */
const OVERHEAD_MAX = 1_024;
/** Room for the length of an event in its frame: three bytes hold up to 2 MiB. */
const FRAME_BYTES = 4;
const ADDRESSES_MAX = 4_096;

const visitorHash = new KeyedHash(Buffer.alloc(KEY_BYTES, "tideline"));

/** Collects the framed events of one request after another in one growing buffer. */
export class RawEventWriter {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the event at hand begins, with its frame. */
  start = 0;
  /** Where it ends, after `close`. */
  end = 0;
  partition = 0;
  hashLow = 0;
  hashHigh = 0;
  #at = 0;
  #shared: Uint8Array = new Uint8Array(0);
  #stamp: RequestStamp | undefined;
  #userAgent: Uint8Array | undefined;
  #hashedFrom = 0;
  readonly #hash = new PayloadHash();
  readonly #plainHash = Buffer.alloc(8);
  readonly #skews = new ClockSkews();
  readonly #addresses = new Map<string, Uint8Array>();
  // The visitor's hash covers "project\0visitor"; the project's part stays from event to event.
  readonly #visitor = new Uint8Array(1_024);
  #visitorFrom = 0;

  /** Starts over with a request, whose events go into `bytes` as long as they fit. */
  begin(stamp: RequestStamp, bytes: Buffer): void {
    this.bytes = bytes;
    this.end = 0;
    this.#at = 0;
    this.#stamp = stamp;
    this.#shared = new FieldWriter(256)
      .string(fields.projectId, stamp.projectId)
      .int(fields.receivedTime, stamp.receivedMs)
      .string(fields.keyId, stamp.keyId)
      .copy();
    const userAgent = stamp.browser?.userAgent ?? "";
    this.#userAgent = userAgent === "" ? undefined : Buffer.from(userAgent);
    this.#visitorFrom = new TextEncoder().encodeInto(`${stamp.projectId}\0`, this.#visitor).written;
  }

  /**
   * Opens an event with all its texts but address and properties. Returns the slot of a text that is not UTF-8, or -1;
   * an event that is not closed is forgotten by the next `open`.
   */
  open(scan: EventScanner, madeEventId: string): number {
    // All texts lie in the event's own bytes.
    const room = this.#at + scan.end - scan.start + OVERHEAD_MAX + (this.#userAgent?.length ?? 0);
    if (room > this.bytes.length) this.#grow(room);
    this.start = this.#at;
    let at = this.start + FRAME_BYTES;
    const { bytes } = this;
    const shared = this.#shared;
    for (let index = 0; index < shared.length; index++) bytes[at++] = shared[index] as number;
    this.end = at;
    this.#hashedFrom = at;
    if (madeEventId !== "")
      this.#text(copiedTags[slots.eventId] as number, Buffer.from(madeEventId), 0, madeEventId.length);
    for (let index = 0; index < copiedSlots.length; index++) {
      const slot = copiedSlots[index] as number;
      const from = scan.from[slot] as number;
      const to = scan.to[slot] as number;
      if (from < to) {
        if (!this.#text(copiedTags[index] as number, scan.bytes, from, to)) return slot;
      } else if (slot === slots.userAgent && this.#userAgent !== undefined) {
        this.#text(copiedTags[index] as number, this.#userAgent, 0, this.#userAgent.length);
      }
    }
    const ipFrom = scan.from[slots.ip] as number;
    const ipTo = scan.to[slots.ip] as number;
    return ipFrom < ipTo && !isUtf8(scan.bytes.subarray(ipFrom, ipTo)) ? slots.ip : -1;
  }

  /** The skew of the event at hand, which has a sent time. */
  skewOf(scan: EventScanner, sentMs: number): number {
    const { receivedMs } = this.#stampNow();
    const slot = isGiven(scan, slots.producerId) ? slots.producerId : slots.anonymousId;
    if (!isGiven(scan, slot)) {
      const difference = receivedMs - sentMs;
      return Math.abs(difference) > 60_000 ? difference : 0;
    }
    const [low = 0, high = 0] = this.#hashOf(scan, slot);
    return this.#skews.of({ low, high }, sentMs, receivedMs);
  }

  /** Closes the event at hand, the `index`th of its request: it lies between `start` and `end` of `bytes`, framed. */
  close(scan: EventScanner, times: EventTimes, properties: CheckedProperties, index = 0): void {
    const stamp = this.#stampNow();
    const needed = this.end + properties.end - properties.start + OVERHEAD_MAX;
    if (needed > this.bytes.length) this.#grow(needed);
    // A client time that the server made up would make a retry another payload.
    if (scan.hasClientTime) this.#int64(fields.clientTime, times.clientMs);
    this.takeHash(scan);
    this.#bytes((fields.properties << 3) | 2, properties.bytes, properties.start, properties.end);
    if (!scan.hasClientTime) this.#int64(fields.clientTime, times.clientMs);
    if (scan.sequenceLow !== 0 || scan.sequenceHigh !== 0) {
      this.#varint(fields.sequence << 3, 0);
      this.#varint(scan.sequenceLow, scan.sequenceHigh);
    }
    if (times.sentMs !== 0) this.#int64(fields.sentTime, times.sentMs);
    if (times.skewMs !== 0) {
      this.#varint(fields.skew << 3, 0);
      this.#double(times.skewMs < 0 ? -2 * times.skewMs - 1 : 2 * times.skewMs);
    }
    this.#int64(fields.time, times.clientMs + times.skewMs);
    if (properties.schemaId !== 0) {
      this.#varint(fields.schemaVersion << 3, 0);
      this.#varint(properties.schemaVersion, 0);
      this.#varint(fields.schemaId << 3, 0);
      this.#varint(properties.schemaId, 0);
    }
    if (properties.isEncoded === true) {
      this.#varint(fields.isEncoded << 3, 0);
      this.#varint(1, 0);
    }
    const address = this.#address(scan, stamp);
    if (address !== undefined) this.#text((fields.ip << 3) | 2, address, 0, address.length);
    if (!isGiven(scan, slots.eventId)) {
      this.#varint(fields.eventIdMade << 3, 0);
      this.#varint(1, 0);
    }
    this.partition = this.#partitionOf(scan, stamp.partitions);
    if (this.partition !== 0) {
      this.#varint(fields.partition << 3, 0);
      this.#varint(this.partition, 0);
    }
    this.#varint((fields.payloadHash << 3) | 1, 0);
    this.bytes.writeInt32LE(this.hashLow, this.end);
    this.bytes.writeInt32LE(this.hashHigh, this.end + 4);
    this.end += 8;
    const replaced = stamp.replaces?.get(index);
    if (replaced !== undefined) this.#int64(fields.replacesRawSequence, replaced);
    this.#frame();
    this.#at = this.end;
  }

  /**
   * Hashes what the client sent, without sent time, sequence and address: the texts, and the body as it came. Between
   * `open` and `close`, which does it as well.
   */
  takeHash(scan: EventScanner): void {
    const { words } = this.#hash;
    this.#hash.hash(this.bytes, this.#hashedFrom, this.end);
    const low = words[0] as number;
    const high = words[1] as number;
    const slot = scan.body >= BodyCase.avro ? payloadSlot : slots.properties;
    if (!isGiven(scan, slot)) {
      this.#hide(low, high);
      return;
    }
    this.#hash.hash(scan.bytes, scan.from[slot] as number, scan.to[slot] as number, low);
    this.#hide(words[0] as number, (words[1] as number) ^ high);
  }

  /** The hash under the project's key, which is what leaves this process. */
  #hide(low: number, high: number): void {
    this.#plainHash.writeInt32LE(low | 0, 0);
    this.#plainHash.writeInt32LE(high | 0, 4);
    const hidden = this.#stampNow().payloads.hash(this.#plainHash);
    this.hashLow = (hidden[0] as number) | 0;
    this.hashHigh = (hidden[1] as number) | 0;
  }

  /** The event's frame: the tag of Block.events and the length, which is moved up to where the event begins. */
  #frame(): void {
    const length = this.end - this.start - FRAME_BYTES;
    const { bytes } = this;
    const lengthBytes = length < 0x80 ? 1 : length < 0x40_00 ? 2 : 3;
    this.start += FRAME_BYTES - 1 - lengthBytes;
    let at = this.start;
    bytes[at++] = (1 << 3) | 2;
    if (lengthBytes > 1) bytes[at++] = (length & 0x7f) | 0x80;
    if (lengthBytes > 2) bytes[at++] = ((length >>> 7) & 0x7f) | 0x80;
    bytes[at] = length >>> (7 * (lengthBytes - 1));
  }

  #address(scan: EventScanner, { keepIp, browser }: RequestStamp): Uint8Array | undefined {
    const from = scan.from[slots.ip] as number;
    const to = scan.to[slots.ip] as number;
    const text = from < to ? latin1(scan.bytes, from, to) : (browser?.ip ?? "");
    if (text === "") return undefined;
    const key = keepIp ? `+${text}` : text;
    const known = this.#addresses.get(key);
    if (known !== undefined) return known.length === 0 ? undefined : known;
    const address = Buffer.from((keepIp ? canonicalIp(text) : truncateIp(text)) ?? "");
    if (this.#addresses.size >= ADDRESSES_MAX) this.#addresses.clear();
    this.#addresses.set(key, address);
    return address.length === 0 ? undefined : address;
  }

  /** As platform/partition.ts has it, from bytes. */
  #partitionOf(scan: EventScanner, partitions: number): number {
    for (const slot of [slots.anonymousId, slots.userId, slots.eventId]) {
      if (isGiven(scan, slot)) return ((this.#hashOf(scan, slot)[0] as number) >>> 0) % partitions;
    }
    // A made id is random: any partition will do, so long as it is the id's own.
    const from = this.#hashedFrom + 2;
    return ((this.#hashPart(this.bytes, from, from + 36)[0] as number) >>> 0) % partitions;
  }

  #hashOf(scan: EventScanner, slot: number): Uint32Array {
    return this.#hashPart(scan.bytes, scan.from[slot] as number, scan.to[slot] as number);
  }

  #hashPart(source: Uint8Array, from: number, to: number): Uint32Array {
    const visitor = this.#visitor;
    let at = this.#visitorFrom;
    for (let index = from; index < to; index++) visitor[at++] = source[index] as number;
    return visitorHash.hashPart(visitor, at);
  }

  #stampNow(): RequestStamp {
    if (this.#stamp === undefined) throw new Error("no request has begun");
    return this.#stamp;
  }

  /** Copies a text; false where it is not UTF-8. */
  #text(tag: number, source: Uint8Array, from: number, to: number): boolean {
    if (to - from > LOOP_MAX) {
      this.#bytes(tag, source, from, to);
      return isUtf8(source.subarray(from, to));
    }
    const { bytes } = this;
    let at = this.end;
    if (tag < 0x80) bytes[at++] = tag;
    else {
      bytes[at++] = (tag & 0x7f) | 0x80;
      bytes[at++] = tag >>> 7;
    }
    bytes[at++] = to - from;
    let bits = 0;
    for (let index = from; index < to; index++) {
      const byte = source[index] as number;
      bits |= byte;
      bytes[at++] = byte;
    }
    this.end = at;
    return bits < 0x80 || isUtf8(source.subarray(from, to));
  }

  #bytes(tag: number, source: Uint8Array, from: number, to: number): void {
    this.#varint(tag, 0);
    this.#varint(to - from, 0);
    this.bytes.set(source.subarray(from, to), this.end);
    this.end += to - from;
  }

  #int64(field: number, value: number): void {
    this.#varint(field << 3, 0);
    this.#double(value);
  }

  /** A whole number within 2^53 as an int64 varint. */
  #double(value: number): void {
    const high = Math.floor(value / 4_294_967_296);
    this.#varint((value - high * 4_294_967_296) | 0, high | 0);
  }

  #varint(low: number, high: number): void {
    const { bytes } = this;
    let at = this.end;
    let rest = low;
    let upper = high;
    while (upper !== 0 || rest >>> 0 > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest = (rest >>> 7) | (upper << 25);
      upper >>>= 7;
    }
    bytes[at++] = rest;
    this.end = at;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, Math.max(this.#at, this.end)));
    this.bytes = grown;
  }
}

const isGiven = (scan: EventScanner, slot: number): boolean =>
  (scan.from[slot] as number) < (scan.to[slot] as number);

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");

const canonicalIp = (text: string): string | undefined => {
  const bytes = parseIp(text);
  return bytes === undefined ? undefined : formatIp(bytes);
};
