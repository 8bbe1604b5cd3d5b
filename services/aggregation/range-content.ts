import { splitRepeated, WireCursor } from "../../platform/wire.js";
import type { LogMessage } from "./ports.js";
import type { Expected, ExpectedMonth, RawPosition } from "./recovery.js";
import { type ScannedEvent, scanEvent } from "./scan.js";

/** Events of one minute of effective time, one project, type, country and device class. */
export interface MinuteCount {
  readonly projectId: string;
  /** The minute's start; 0 for all that is older than what windows and live screens show. */
  readonly minuteMs: number;
  readonly type: string;
  readonly country: string;
  readonly deviceClass: string;
  events: number;
  amount: number;
}

export interface ContentOptions {
  /** Indexes of events to leave out. */
  readonly poisoned?: Iterable<number>;
  /** Effective times before this are counted together, as minute 0. */
  readonly minutesFromMs?: number;
}

/** A place in a partition of EVENTS: all messages up to the sequence, and of the next one the events below `index`. */
export interface LogPlace {
  readonly sequence: number;
  readonly index: number;
}

/** A stretch of a range with what is counted over it. */
export interface CountedPiece {
  readonly to: LogPlace;
  readonly counts: ReadonlyMap<string, MinuteCount>;
}

/** A piece counts at most so many minutes, types, countries and device classes apart. */
export const pieceCountsMax = 250;

const minuteMs = 60_000;
const blockEventsField = 1;
const cursor = new WireCursor();

/**
 * The messages of a range and what is counted over them while they come in. The blocks stay as they are; an event's
 * index in the range counts over all messages, a message that can't be split counts as one event.
 */
export class RangeContent {
  readonly messages: LogMessage[] = [];
  readonly counts = new Map<string, MinuteCount>();
  readonly poisoned: ReadonlySet<number>;
  /** Bytes of all messages. */
  bytes = 0;
  /** Events of all messages, poisoned ones as well. */
  events = 0;
  systemEvents = 0;
  /** The highest received time, of events and of what the messages cover besides. */
  watermarkMs = 0;
  /** The received time of the first event, which goes into the token. */
  firstReceivedMs = 0;
  first: RawPosition | undefined;
  last: RawPosition | undefined;
  readonly #months = new Map<number, ExpectedMonth>();
  readonly #minutesFromMs: number;

  constructor(options: ContentOptions = {}) {
    this.poisoned = new Set(options.poisoned);
    this.#minutesFromMs = options.minutesFromMs ?? Number.NEGATIVE_INFINITY;
  }

  add(message: LogMessage): void {
    this.messages.push(message);
    this.bytes += message.data.length;
    this.watermarkMs = Math.max(this.watermarkMs, message.receivedMs);
    for (const bytes of eventsOf(message)) {
      const index = this.events++;
      if (this.poisoned.has(index)) continue;
      const event = tryScan(bytes);
      // The engine will refuse it too; it is found then.
      if (event !== undefined) this.#count(event);
    }
  }

  /** The first and last sequence of EVENTS. */
  get from(): number {
    return this.messages[0]?.sequence ?? 0;
  }

  get to(): number {
    return this.messages.at(-1)?.sequence ?? 0;
  }

  /**
   * True where a raw block is in it in part. A range never ends so: what tables hold is told by raw sequences.
   */
  get endsInBlock(): boolean {
    return this.messages.at(-1)?.endsInBlock ?? false;
  }

  get expected(): Expected {
    const nowhere = { sequence: 0, index: 0 };
    return {
      first: this.first ?? nowhere,
      last: this.last ?? nowhere,
      months: this.#months,
      systemEvents: this.systemEvents,
    };
  }

  /** The same range without these events besides those already left out. */
  without(poisoned: Iterable<number>): RangeContent {
    const rest = new RangeContent({
      poisoned: [...this.poisoned, ...poisoned],
      minutesFromMs: this.#minutesFromMs,
    });
    for (const message of this.messages) rest.add(message);
    return rest;
  }

  /** The events with their indexes, poisoned ones as well, as slices of the messages. */
  *slices(): Generator<{ index: number; bytes: Uint8Array }> {
    let index = 0;
    for (const message of this.messages) {
      for (const bytes of eventsOf(message)) yield { index: index++, bytes };
    }
  }

  /**
   * The counts of what follows a place, in pieces that are small enough for one step each; a piece may end within a
   * message. Cut by the events alone: where one was left out of counts or not, its index counts.
   */
  *pieces(after: LogPlace): Generator<CountedPiece> {
    if (after.index === 0 && this.counts.size <= pieceCountsMax) {
      yield { to: { sequence: this.to, index: 0 }, counts: this.counts };
      return;
    }
    let counts = new Map<string, MinuteCount>();
    let indexInRange = 0;
    let before = after.sequence;
    for (const message of this.messages) {
      const events = eventsOf(message);
      const skip = message === this.messages[0] ? after.index : 0;
      for (const [index, bytes] of events.entries()) {
        const isPoisoned = this.poisoned.has(indexInRange++);
        if (index < skip) continue;
        const event = isPoisoned ? undefined : tryScan(bytes);
        if (event !== undefined && !event.isSystem) countMinute(counts, event, this.#minutesFromMs);
        if (counts.size < pieceCountsMax || index === events.length - 1) continue;
        yield { to: { sequence: before, index: index + 1 }, counts };
        counts = new Map();
      }
      before = message.sequence;
      if (counts.size < pieceCountsMax && before !== this.to) continue;
      yield { to: { sequence: before, index: 0 }, counts };
      counts = new Map();
    }
  }

  /** What goes to the engine: the blocks as they are, or the events that are left one by one. */
  body(): Uint8Array[] {
    if (this.poisoned.size === 0) return envelopeOfBlocks(this.messages.map(({ data }) => data));
    return envelopeOfEvents(this.#left());
  }

  /** The events of one month of received time. */
  bodyOfMonth(month: number): Uint8Array[] {
    const events: Uint8Array[] = [];
    for (const bytes of this.#left()) {
      const event = tryScan(bytes);
      if (event !== undefined && monthOf(event.receivedTimeMs) === month) events.push(bytes);
    }
    return envelopeOfEvents(events);
  }

  *#left(): Generator<Uint8Array> {
    for (const { index, bytes } of this.slices()) if (!this.poisoned.has(index)) yield bytes;
  }

  #count(event: ScannedEvent): void {
    const position = { sequence: event.rawSequence, index: event.rawIndex };
    if (this.first === undefined) {
      this.first = position;
      this.firstReceivedMs = event.receivedTimeMs;
    }
    this.last = position;
    this.watermarkMs = Math.max(this.watermarkMs, event.receivedTimeMs);
    const month = this.#month(monthOf(event.receivedTimeMs));
    month.events++;
    if (event.isSystem) {
      this.systemEvents++;
      return;
    }
    month.counted++;
    if (month.counted === 1) month.countedFrom = event.rawSequence;
    month.countedTo = event.rawSequence;
    countMinute(this.counts, event, this.#minutesFromMs);
  }

  #month(month: number): ExpectedMonth {
    let entry = this.#months.get(month);
    if (entry === undefined) {
      entry = { events: 0, counted: 0, countedFrom: 0, countedTo: 0 };
      this.#months.set(month, entry);
    }
    return entry;
  }
}

function countMinute(
  counts: Map<string, MinuteCount>,
  { projectId, type, country, deviceClass, timeMs, amount }: ScannedEvent,
  minutesFromMs: number,
): void {
  const minute = timeMs < minutesFromMs ? 0 : Math.floor(timeMs / minuteMs) * minuteMs;
  const key = `${projectId}\0${minute}\0${country}\0${deviceClass}\0${type}`;
  const count = counts.get(key);
  if (count === undefined) {
    counts.set(key, { projectId, minuteMs: minute, type, country, deviceClass, events: 1, amount });
  } else {
    count.events++;
    count.amount += amount;
  }
}

/** The month of a time in UTC, as the tables' partitions are named. */
export function monthOf(timeMs: number): number {
  const time = new Date(timeMs);
  return time.getUTCFullYear() * 100 + time.getUTCMonth() + 1;
}

/** The events of a message; itself where it is no block. */
function eventsOf(message: LogMessage): Uint8Array[] {
  try {
    return splitRepeated(message.data, blockEventsField);
  } catch {
    return [message.data];
  }
}

function tryScan(bytes: Uint8Array): ScannedEvent | undefined {
  try {
    return scanEvent(cursor, bytes);
  } catch {
    return undefined;
  }
}

/** ProtobufList: one message, its length before it. Concatenated blocks are one block. */
export function envelopeOfBlocks(blocks: readonly Uint8Array[]): Uint8Array[] {
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  return [varint(length), ...blocks];
}

/** The same of single events. */
export function envelopeOfEvents(events: Iterable<Uint8Array>): Uint8Array[] {
  const tag = (blockEventsField << 3) | 2;
  const parts: Uint8Array[] = [];
  for (const event of events) parts.push(Buffer.concat([Buffer.of(tag), varint(event.length), event]));
  return envelopeOfBlocks(parts);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
