import { headers, type MsgHdrs, NatsError } from "nats";
import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import { headerNames, type StreamNames } from "../../../platform/streams.js";
import { backOffMs, DivergedError, mustGoOn, pause, StaleOwnerError, type Turn } from "../turn.js";

/** How far RAW is covered. */
export interface Covered {
  /** The last block of the partition that is covered; 0: none. */
  readonly rawTo: number;
  /** Where that block is covered in part only: its events below this index are; else 0. */
  readonly rawIndex: number;
  /** Its received time. */
  readonly receivedMs: number;
}

/** A message of EVENTS. */
export interface EventsMessage extends Covered {
  readonly rawFrom: number;
  readonly events: number;
  readonly duplicates: number;
  readonly conflicts: number;
  /** A Block; empty where it only says what is covered. */
  readonly data: Uint8Array;
}

/** The last message of a partition of EVENTS. */
export interface Tail extends Covered {
  /** Its sequence in EVENTS; 0: there is none. */
  readonly sequence: number;
  /** The epoch of the owner that published it. */
  readonly epoch: bigint;
}

const expectedHeader = "Nats-Expected-Last-Subject-Sequence";
const wrongLastSequence = 10_071;
const noMessageFound = 10_037;
const publishTimeoutMs = 3_000;

/**
 * One owner's writing to its partition of EVENTS. Each message is stored only if the one before it is the last of the
 * subject, so that a stale owner writes nothing; an outcome that is not known is looked up before anything is repeated.
 */
export class EventsLog {
  readonly #options: { nats: Nats; names: StreamNames; turn: Turn; log: Log };
  readonly #subject: string;
  /** The last sequence of the subject, as we know it. */
  #last = 0;
  /** Why nothing can be stored at present. */
  trouble: string | undefined;

  constructor(options: { nats: Nats; names: StreamNames; turn: Turn; log: Log }) {
    this.#options = options;
    this.#subject = options.names.eventsSubject(options.turn.partition);
  }

  /** The last sequence that this owner knows of. */
  get last(): number {
    return this.#last;
  }

  /**
   * Publishes an empty message behind the last one: whatever an earlier owner, or this one before, still has on its way
   * is refused from here on. Gives that message.
   *
   * @param check looks at the last message before anything is published.
   * @throws StaleOwnerError
   */
  async fence(check: (tail: Tail) => Promise<void> = async () => undefined): Promise<Tail> {
    for (let attempt = 0; ; attempt++) {
      const { turn } = this.#options;
      const tail = await this.#tail();
      if (tail.epoch > turn.epoch) throw new StaleOwnerError(`partition ${turn.partition} has a later epoch`);
      await check(tail);
      const { rawTo, rawIndex, receivedMs } = tail;
      const nothing = { events: 0, duplicates: 0, conflicts: 0, data: new Uint8Array(0) };
      try {
        this.#last = tail.sequence;
        await this.#publish({ ...nothing, rawFrom: rawTo, rawTo, rawIndex, receivedMs });
        return { rawTo, rawIndex, receivedMs, sequence: this.#last, epoch: turn.epoch };
      } catch (error) {
        await this.#refused(error, attempt);
      }
    }
  }

  /**
   * Stores a message behind the last one, exactly once; does not give up while the turn lasts.
   * @throws StaleOwnerError, DivergedError where another message stands there, TurnOverError
   */
  async append(message: EventsMessage): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#publish(message);
        this.trouble = undefined;
        return;
      } catch (error) {
        await this.#refused(error, attempt);
        if (await this.#isStored(message)) return;
      }
    }
  }

  async #publish(message: EventsMessage): Promise<void> {
    const { nats, turn } = this.#options;
    mustGoOn(turn);
    const set = headers();
    set.set(expectedHeader, String(this.#last));
    set.set(headerNames.eventCount, String(message.events));
    set.set(headerNames.receivedMs, String(message.receivedMs));
    set.set(headerNames.rawFrom, String(message.rawFrom));
    set.set(headerNames.rawTo, String(message.rawTo));
    if (message.rawIndex > 0) set.set(headerNames.rawIndex, String(message.rawIndex));
    set.set(headerNames.epoch, String(turn.epoch));
    if (message.duplicates > 0) set.set(headerNames.duplicates, String(message.duplicates));
    if (message.conflicts > 0) set.set(headerNames.conflicts, String(message.conflicts));
    const options = { headers: set, timeout: publishTimeoutMs };
    this.#last = (await nats.js.publish(this.#subject, message.data, options)).seq;
  }

  /** After a publish that failed: waits, unless another message stands there, which is to be looked at at once. */
  async #refused(error: unknown, attempt: number): Promise<void> {
    const { turn, log } = this.#options;
    mustGoOn(turn);
    if (error instanceof NatsError && error.api_error?.err_code === wrongLastSequence) return;
    this.trouble = error instanceof Error ? error.message : String(error);
    log.warn({ err: error, partition: turn.partition, attempt }, "EVENTS did not take a message");
    await pause(turn, backOffMs(attempt));
  }

  /** Whether the message stands where it was to be. @throws where another does. */
  async #isStored(message: EventsMessage): Promise<boolean> {
    const { turn } = this.#options;
    const tail = await this.#tail();
    if (tail.sequence === this.#last) return false;
    if (tail.epoch > turn.epoch) throw new StaleOwnerError(`partition ${turn.partition} has a later epoch`);
    const { rawTo, rawIndex } = message;
    if (tail.epoch === turn.epoch && tail.rawTo === rawTo && tail.rawIndex === rawIndex) {
      this.#last = tail.sequence;
      this.trouble = undefined;
      return true;
    }
    throw new DivergedError(`another message stands behind sequence ${this.#last} of ${this.#subject}`);
  }

  /** The last message of the subject, by the leader's word. Waits while the log can't be asked. */
  async #tail(): Promise<Tail> {
    const { nats, names, turn } = this.#options;
    for (let attempt = 0; ; attempt++) {
      mustGoOn(turn);
      try {
        const found = await nats.jsm.streams.getMessage(names.events, { last_by_subj: this.#subject });
        return tailOf(found.seq, found.header);
      } catch (error) {
        if (error instanceof NatsError && error.api_error?.err_code === noMessageFound) {
          return { sequence: 0, epoch: 0n, rawTo: 0, rawIndex: 0, receivedMs: 0 };
        }
        this.trouble = error instanceof Error ? error.message : String(error);
        await pause(turn, backOffMs(attempt));
      }
    }
  }
}

function tailOf(sequence: number, found: MsgHdrs): Tail {
  const number = (name: string): number => Number(found.get(name) || "0");
  return {
    sequence,
    epoch: BigInt(found.get(headerNames.epoch) || "0"),
    rawTo: number(headerNames.rawTo),
    rawIndex: number(headerNames.rawIndex),
    receivedMs: number(headerNames.receivedMs),
  };
}
