import type { KV } from "nats";
import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import { PartitionReader } from "../../../platform/partition-reader.js";
import type { StreamNames } from "../../../platform/streams.js";

export interface KeptAsideOptions {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly progress: KV;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly project: string;
  /** Where the replay remembers up to where it looked: a replay that is finished later must select the same. */
  readonly key: string;
}

/**
 * The places in RAW ("sequence-index") of the events that aggregation kept aside. No replay brings them back, also
 * where an engine would take them by now: they are in quarantine, and what was fed again in their place counts.
 */
export async function keptAsidePlaces(options: KeptAsideOptions): Promise<ReadonlySet<string>> {
  const { nats, names, log, signal, project } = options;
  const places = new Set<string>();
  const last = await lastLookedAt(options);
  if (last === 0) return places;
  const filter = names.quarantineSubject(project);
  const { state } = await nats.jsm.streams.info(names.quarantine, { subjects_filter: filter });
  if (state.subjects?.[filter] === undefined) return places;
  const reader = new PartitionReader({
    nats,
    stream: names.quarantine,
    filter,
    log,
    from: { sequence: 1 },
    headersOnly: true,
  });
  try {
    for (;;) {
      signal.throwIfAborted();
      for (const { sequence, headers } of await reader.take({ bytes: 1024 * 1024, waitMs: 200 })) {
        if (sequence > last) return places;
        // One message for each event, with its name as the message's id: platform/quarantine.ts.
        const [, place] = /^aggregation-(\d+-\d+)$/.exec(headers?.get("Nats-Msg-Id") ?? "") ?? [];
        if (place !== undefined) places.add(place);
      }
      if (reader.isAtEnd) return places;
    }
  } finally {
    await reader.close();
  }
}

async function lastLookedAt({ nats, names, progress, key }: KeptAsideOptions): Promise<number> {
  const found = await progress.get(key);
  if (found?.operation === "PUT") return Number(found.string());
  const { state } = await nats.jsm.streams.info(names.quarantine);
  await progress.put(key, String(state.last_seq));
  return state.last_seq;
}
