import { setTimeout as sleep } from "node:timers/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { openPublisher, type Publisher } from "../../cli/publisher.js";
import { parseAddress } from "../../cli/target.js";
import { EventVerdictSchema, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { PublishEventsRequestSchema } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";

const batchEvents = 50;
const retryMsMax = 60_000;

/** Sends events one batch after another, and sends again what was not acked, under the same ids. */
export class SteadySender {
  readonly #publisher: Publisher;
  readonly #prefix: string;
  readonly #pauseMs: number;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #acked = 0;

  constructor(options: { address: string; key: string; prefix: string; pauseMs?: number }) {
    const { address, key, prefix, pauseMs = 100 } = options;
    this.#publisher = openPublisher({ address: parseAddress(address), key, retryMsMax });
    this.#prefix = prefix;
    this.#pauseMs = pauseMs;
  }

  /** Events that were answered ACCEPTED or, after a retry, DUPLICATE. */
  get acked(): number {
    return this.#acked;
  }

  start(): void {
    this.#running = this.#run();
    this.#running.catch(() => undefined); // Thrown by stop().
  }

  /** Ends after the batch that is on its way. @throws what a batch failed with for good */
  async stop(): Promise<number> {
    this.#isStopped = true;
    try {
      await this.#running;
    } finally {
      this.#publisher.close();
    }
    return this.#acked;
  }

  async #run(): Promise<void> {
    for (let batch = 0; !this.#isStopped; batch++) {
      const events = Array.from({ length: batchEvents }, (_, index) => ({
        ...{ eventId: `${this.#prefix}-${batch}-${index}`, type: "steady", userId: `user-${index}` },
        body: { case: "properties" as const, value: JSON.stringify({ batch, amount: 1 }) },
      }));
      const request = toBinary(PublishEventsRequestSchema, create(PublishEventsRequestSchema, { events }));
      for (const verdict of await this.#publisher.publish(request)) {
        const { outcome, fault } = fromBinary(EventVerdictSchema, verdict);
        if (outcome !== Outcome.ACCEPTED && outcome !== Outcome.DUPLICATE)
          throw new Error(`${Outcome[outcome]}: ${fault?.message}`);
        this.#acked++;
      }
      await sleep(this.#pauseMs);
    }
  }
}
