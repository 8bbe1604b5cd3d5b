// Publishes to JetStream with one subscription for all acks and one timer for all that wait: no promise and no timer of
// its own for a message. Whether an ack means "on disk" is the streams' and the server's configuration.
import { createInbox, type MsgHdrs, type Subscription } from "nats";
import type { Nats } from "../../../platform/engines/nats.js";

/** Told once: stored, or not known to be, with what the server said. */
export type Settle = (isStored: boolean, reason: string) => void;

interface Waiting {
  readonly settle: Settle;
  readonly deadline: number;
}

export interface AckedPublisherOptions {
  readonly nats: Nats;
  /** A message without an ack for so long counts as not stored. */
  readonly ackTimeoutMs: number;
}

const sweepMs = 250;

export class AckedPublisher {
  readonly #nats: Nats;
  readonly #ackTimeoutMs: number;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  readonly #sweep: NodeJS.Timeout;
  /** In the order of their deadlines, which is that of publishing. */
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  constructor({ nats, ackTimeoutMs }: AckedPublisherOptions) {
    this.#nats = nats;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#subscription = nats.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        const token = message.subject.slice(this.#inbox.length + 1);
        if (error !== null) this.#settle(token, false, error.message);
        else if (message.headers?.code === 503) this.#settle(token, false, "no stream takes the subject");
        else this.#answered(token, message.data);
      },
    });
    this.#sweep = setInterval(() => this.#expire(), sweepMs);
  }

  isReachable(): boolean {
    return this.#nats.connected();
  }

  /** Sends a message; its bytes are not to be changed until it is settled. */
  publish(message: { subject: string; bytes: Uint8Array; headers: MsgHdrs }, settle: Settle): void {
    const token = (++this.#last).toString(36);
    this.#waiting.set(token, { settle, deadline: performance.now() + this.#ackTimeoutMs });
    try {
      const { subject, bytes, headers } = message;
      this.#nats.connection.publish(subject, bytes, { reply: `${this.#inbox}.${token}`, headers });
    } catch (error) {
      this.#settle(token, false, error instanceof Error ? error.message : "not sent");
    }
  }

  /** Whatever waits still is settled as not known to be stored. */
  close(): void {
    clearInterval(this.#sweep);
    this.#subscription.unsubscribe();
    for (const token of [...this.#waiting.keys()]) this.#settle(token, false, "closed");
  }

  #answered(token: string, data: Uint8Array): void {
    const answer = parseAck(data);
    this.#settle(token, answer === undefined, answer ?? "");
  }

  #settle(token: string, isStored: boolean, reason: string): void {
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return;
    this.#waiting.delete(token);
    waiting.settle(isStored, reason);
  }

  #expire(): void {
    const now = performance.now();
    const isAway = !this.#nats.connected();
    for (const [token, { deadline }] of [...this.#waiting]) {
      if (isAway) this.#settle(token, false, "disconnected");
      else if (deadline <= now) this.#settle(token, false, "no ack in time");
      else break;
    }
  }
}

/** Undefined where the server says that it has stored the message, else what it says instead. */
const parseAck = (data: Uint8Array): string | undefined => {
  try {
    const answer: unknown = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString());
    if (typeof answer !== "object" || answer === null) return "no ack";
    if ("seq" in answer && !("error" in answer)) return undefined;
    const error: unknown = Reflect.get(answer, "error");
    const description =
      typeof error === "object" && error !== null ? Reflect.get(error, "description") : undefined;
    return typeof description === "string" ? description : "refused";
  } catch {
    return "an ack that is not JSON";
  }
};
