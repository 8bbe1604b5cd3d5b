// Reads one partition of a stream in order, from a sequence of the stream, for ever.
//
// What the reader promises: every message of the filter from the start on, each once, in order. The server's consumer
// is a throw-away: it is made anew from the next sequence whenever anything is in doubt (a gap in its own count, a lost
// connection, silence, a deleted consumer). What is on its way or waiting to be taken never exceeds `bytesMax`, since
// the server cuts off clients that let 64 MiB pile up.

import type { MsgHdrs } from "nats";
import {
  AckPolicy,
  type ConsumerConfig,
  createInbox,
  DeliverPolicy,
  type Msg,
  type Subscription,
} from "nats";
import type { Nats } from "./engines/nats.js";
import type { Log } from "./log.js";

export interface ReaderOptions {
  readonly nats: Nats;
  readonly stream: string;
  /** The subjects to read; one partition's. */
  readonly filter: string;
  readonly log: Log;
  /** Where to begin: a sequence of the stream, or the first message stored at a time or later. */
  readonly from: { readonly sequence: number } | { readonly timeMs: number };
  /** At least `readerBytesMin`. */
  readonly bytesMax?: number;
  /** Leaves out what messages hold. */
  readonly headersOnly?: boolean;
}

/** A message of the log. */
export interface LogMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
}

/** The largest message a server takes by default, with room for headers: less could never be asked for. */
export const readerBytesMin = 1024 * 1024 + 64 * 1024;
const bytesMaxDefault = 2 * 1024 * 1024;
const messagesMax = 2_000;

const nanosecondsPerMs = 1_000_000;
const requestMs = 30_000;
const heartbeatMs = 2_000;
const inactiveMs = 60_000;
const reopenMsMax = 2_000;

/**
 * Makes what all readers of a process may have outstanding into one reader's share. With more than 30 readers the
 * smallest share adds up to more, with 56 to the server's limit of 64 MiB a connection: then run more processes.
 */
export function readerBytes(partitions: number, bytesTotal = 32 * 1024 * 1024): number {
  return Math.max(readerBytesMin, Math.min(2 * bytesMaxDefault, Math.floor(bytesTotal / partitions)));
}

/** One life of the server's consumer. */
interface Consumer {
  readonly name: string;
  readonly subscription: Subscription;
  /** How many messages it has delivered. */
  delivered: number;
  /** Messages and bytes that the open request may still bring; no messages: none is open. */
  messagesOpen: number;
  bytesOpen: number;
  heardAt: number;
}

export class PartitionReader {
  readonly #options: ReaderOptions;
  readonly #bytesMax: number;
  readonly #queue: LogMessage[] = [];
  #queuedBytes = 0;
  /** The next sequence that may come; undefined until a reader by time has read something. */
  #next: number | undefined;
  #consumer: Consumer | undefined;
  #closed = false;
  #failures = 0;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;
  #stopStatus: () => void = () => undefined;
  #behind = 0;
  #trouble: string | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#bytesMax = Math.max(readerBytesMin, options.bytesMax ?? bytesMaxDefault);
    this.#next = "sequence" in options.from ? options.from.sequence : undefined;
    this.#watch = setInterval(() => this.#listenForSilence(), heartbeatMs);
    this.#followConnection();
    this.#reopen("start");
  }

  /** Messages of the filter in the log that were not taken yet. */
  get lag(): number {
    return this.#queue.length + this.#behind;
  }

  /** Whether the server tells at present how much is left. */
  get isKnown(): boolean {
    return this.#consumer !== undefined;
  }

  /** Whether all that the log had was taken, as far as the server has told: what comes next is new. */
  get isAtEnd(): boolean {
    return (this.#consumer?.messagesOpen ?? 0) > 0 && this.#queue.length === 0 && this.#behind === 0;
  }

  /** Why nothing can be read at present. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The oldest message that was not taken yet. */
  peek(): LogMessage | undefined {
    return this.#queue[0];
  }

  /**
   * Takes what is there, at least one message and at most about `bytes` of them; waits for the first up to `waitMs`,
   * then gives none.
   */
  async take({ bytes, waitMs }: { bytes: number; waitMs: number }): Promise<LogMessage[]> {
    if (this.#queue.length === 0 && !this.#closed) await this.#arrival(waitMs);
    let count = 0;
    let size = 0;
    while (count < this.#queue.length) {
      const next = this.#queue[count]?.data.length ?? 0;
      if (count > 0 && size + next > bytes) break;
      size += next;
      count++;
    }
    const taken = this.#queue.splice(0, count);
    this.#queuedBytes -= size;
    this.#request();
    return taken;
  }

  /** Ends waiting takers and gives the consumer back. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#stopStatus();
    this.#queue.length = 0;
    this.#wake();
    const consumer = this.#drop();
    // Left alone, it goes after its time of inactivity.
    if (consumer !== undefined && this.#options.nats.connected()) {
      await this.#options.nats.jsm.consumers.delete(this.#options.stream, consumer.name).catch(() => false);
    }
  }

  #arrival(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(), waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #drop(): Consumer | undefined {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    consumer?.subscription.unsubscribe();
    return consumer;
  }

  /** Makes a new consumer from the next sequence on; at once at first, then less and less often. */
  #reopen(why: string): void {
    const old = this.#drop();
    if (this.#closed) return;
    if (old !== undefined)
      this.#options.log.debug({ why, filter: this.#options.filter }, "consumer made anew");
    const waitMs = this.#failures === 0 ? 0 : Math.min(reopenMsMax, 20 * 2 ** this.#failures);
    this.#failures++;
    // An older attempt that is still under way comes to nothing.
    const attempt = ++this.#attempt;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#open(attempt).catch((error: unknown) => {
        if (attempt !== this.#attempt) return;
        this.#trouble = error instanceof Error ? error.message : String(error);
        this.#reopen("not opened");
      });
    }, waitMs);
  }

  async #open(attempt: number): Promise<void> {
    const { nats, stream } = this.#options;
    const made = await nats.jsm.consumers.add(stream, this.#config());
    if (attempt !== this.#attempt || this.#closed) {
      await nats.jsm.consumers.delete(stream, made.name).catch(() => false);
      return;
    }
    const subscription = nats.connection.subscribe(createInbox(), {
      callback: (error, message) => {
        if (error === null && this.#consumer === consumer) this.#receive(consumer, message);
      },
    });
    const consumer: Consumer = {
      name: made.name,
      subscription,
      delivered: 0,
      messagesOpen: 0,
      bytesOpen: 0,
      heardAt: performance.now(),
    };
    this.#consumer = consumer;
    this.#behind = made.num_pending;
    this.#trouble = undefined;
    this.#request();
  }

  #config(): Partial<ConsumerConfig> {
    const { from, filter, headersOnly = false } = this.#options;
    const start =
      this.#next === undefined && "timeMs" in from
        ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(from.timeMs).toISOString() }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, this.#next ?? 1) };
    return {
      ...start,
      ...(headersOnly ? { headers_only: true } : {}),
      filter_subject: filter,
      ack_policy: AckPolicy.None,
      inactive_threshold: inactiveMs * nanosecondsPerMs,
      mem_storage: true,
      num_replicas: 1,
    };
  }

  /** Asks for as much as there is room for, when nothing is asked for already. */
  #request(): void {
    const consumer = this.#consumer;
    const room = this.#bytesMax - this.#queuedBytes;
    if (consumer === undefined || consumer.messagesOpen > 0 || room < readerBytesMin) return;
    consumer.messagesOpen = messagesMax;
    consumer.bytesOpen = room;
    consumer.heardAt = performance.now();
    const request = {
      batch: messagesMax,
      max_bytes: room,
      expires: requestMs * nanosecondsPerMs,
      idle_heartbeat: heartbeatMs * nanosecondsPerMs,
    };
    const { nats, stream } = this.#options;
    nats.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer.name}`, JSON.stringify(request), {
      reply: consumer.subscription.getSubject(),
    });
  }

  #receive(consumer: Consumer, message: Msg): void {
    consumer.heardAt = performance.now();
    const status = message.headers?.code ?? 0;
    if (status !== 0 && message.data.length === 0) {
      this.#hear(consumer, status, message.headers?.description ?? "");
      return;
    }
    const place = placeOf(message.reply ?? "");
    if (place.delivered !== consumer.delivered + 1 || place.sequence < (this.#next ?? 0)) {
      this.#reopen("gap");
      return;
    }
    consumer.delivered = place.delivered;
    consumer.messagesOpen--;
    this.#next = place.sequence + 1;
    this.#behind = place.pending;
    this.#failures = 0;
    this.#queue.push({
      sequence: place.sequence,
      subject: message.subject,
      data: message.data,
      headers: message.headers,
    });
    this.#queuedBytes += message.data.length;
    this.#wake();
    this.#request();
  }

  /** Takes a word of the server on the open request. */
  #hear(consumer: Consumer, status: number, description: string): void {
    if (status === 100) {
      this.#failures = 0;
      return;
    }
    // 404 and 408: the request is over. 409 has many reasons; one is that the next message wants more room.
    const tooLarge = /exceeds maxbytes/i.test(description);
    if (status !== 404 && status !== 408 && !tooLarge) {
      this.#reopen(`${status} ${description}`);
      return;
    }
    const broughtNothing = consumer.messagesOpen === messagesMax;
    consumer.messagesOpen = 0;
    if (tooLarge && broughtNothing && consumer.bytesOpen >= this.#bytesMax) {
      this.#reopen(description);
      this.#trouble = "a message is larger than may be read";
    } else this.#request();
  }

  #listenForSilence(): void {
    const consumer = this.#consumer;
    if (consumer === undefined) return;
    if (consumer.messagesOpen === 0) {
      void this.#count(consumer);
      return;
    }
    // After a stall of this process, words that wait in the socket are read before the next look.
    if (performance.now() - consumer.heardAt > heartbeatMs * 3) this.#reopen("silence");
  }

  /** While nothing is asked for, nobody tells how much is left. */
  async #count(consumer: Consumer): Promise<void> {
    const { nats, stream } = this.#options;
    if (!nats.connected()) return;
    const info = await nats.jsm.consumers.info(stream, consumer.name).catch(() => undefined);
    if (info !== undefined && this.#consumer === consumer && consumer.messagesOpen === 0) {
      this.#behind = info.num_pending;
    }
  }

  #followConnection(): void {
    const statuses = this.#options.nats.connection.status();
    this.#stopStatus = () => Reflect.apply(Reflect.get(statuses, "stop"), statuses, []);
    const follow = async (): Promise<void> => {
      for await (const { type } of statuses) {
        if (this.#closed) return;
        // What was on its way is lost.
        if (type === "disconnect") this.#drop();
        if (type === "reconnect") {
          this.#failures = 0;
          this.#reopen("reconnected");
        }
      }
    };
    void follow();
  }
}

/** Where a message stands, by its reply subject ($JS.ACK, with or without domain and account). */
function placeOf(reply: string): { sequence: number; delivered: number; pending: number } {
  const tokens = reply.split(".");
  const shift = tokens.length > 9 ? 2 : 0;
  return {
    sequence: Number(tokens[5 + shift]),
    delivered: Number(tokens[6 + shift]),
    pending: Number(tokens[8 + shift]),
  };
}
