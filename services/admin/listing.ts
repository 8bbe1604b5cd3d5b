import { setTimeout as sleep } from "node:timers/promises";
import type { Nats } from "../../platform/engines/nats.js";
import type { Log } from "../../platform/log.js";
import type { StreamNames } from "../../platform/streams.js";
import { readQuarantine } from "./engines/nats-quarantine.js";
import { listBlock } from "./keep-listing.js";
import type { QuarantineStore } from "./ports.js";

const PRUNE_MS = 60 * 60_000;

/** What keeps the quarantine's listing up to date. */
export interface ListingOptions {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly log: Log;
  readonly quarantine: QuarantineStore;
}

/** The work that keeps the listing; `stop` resolves when nothing of it runs any more. */
export interface Listing {
  /** Events listed since the start. */
  eventsHandled(): number;
  stop(): Promise<void>;
}

/** Starts filling the listing from the stream, and removing what was settled long ago. */
export function startListing({ nats, names, log, quarantine }: ListingOptions): Listing {
  const stopping = new AbortController();
  const { signal } = stopping;
  let handled = 0;
  const ports = { quarantine, log, sleep: (ms: number) => sleep(ms, undefined, { signal }) };
  const reader = readQuarantine({ nats, names, log }, async (block) => {
    handled += await listBlock(ports, block);
  });
  const pruning = setInterval(() => {
    quarantine.prune().catch((error: unknown) => log.warn({ err: error }, "settled events not removed"));
  }, PRUNE_MS);
  return {
    eventsHandled: () => handled,
    async stop() {
      clearInterval(pruning);
      stopping.abort();
      reader.stop();
      await reader.ended;
    },
  };
}
