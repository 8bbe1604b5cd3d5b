import { setTimeout as sleep } from "node:timers/promises";
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from "nats";
import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import type { StreamNames } from "../../../platform/streams.js";
import type { KeptBlock } from "../keep-listing.js";

/** The durable consumer that all instances share: each message goes to one of them at a time. */
const DURABLE = "admin_listing";
const ACK_WAIT_MS = 30_000;
const NANOSECONDS = 1_000_000;
const AHEAD_MAX = 64;
const AGAIN_MS = 1_000;

/** Reads the stream QUARANTINE, message by message, at least once each. */
export interface QuarantineReader {
  /** Resolves when reading has ended after `stop`. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Starts reading; whatever happens to the connection or the consumer, it is tried again. */
export function readQuarantine(
  options: { nats: Nats; names: StreamNames; log: Log },
  handle: (block: KeptBlock) => Promise<void>,
): QuarantineReader {
  const { nats, names, log } = options;
  const stopping = new AbortController();
  let messages: ConsumerMessages | undefined;

  const read = async (): Promise<void> => {
    await nats.jsm.consumers.add(names.quarantine, {
      durable_name: DURABLE,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: ACK_WAIT_MS * NANOSECONDS,
      max_ack_pending: 4 * AHEAD_MAX,
    });
    const consumer = await nats.js.consumers.get(names.quarantine, DURABLE);
    messages = await consumer.consume({ max_messages: AHEAD_MAX });
    for await (const message of messages) {
      await handle(blockOf(message));
      if (stopping.signal.aborted) break;
    }
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await read();
      } catch (error) {
        if (!stopping.signal.aborted) log.warn({ err: error }, "quarantine is not read; trying again");
      }
      await sleep(AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  return {
    ended: loop(),
    stop() {
      stopping.abort();
      messages?.stop();
    },
  };
}

function blockOf(message: JsMsg): KeptBlock {
  return {
    bytes: message.data,
    streamSequence: message.seq,
    done: () => message.ack(),
    working: () => message.working(),
    bury: (why) => message.term(why),
  };
}
