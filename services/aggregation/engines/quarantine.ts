import type { Nats } from "../../../platform/engines/nats.js";
import { keepAside, quarantinedOf } from "../../../platform/quarantine.js";
import type { StreamNames } from "../../../platform/streams.js";
import { WireCursor } from "../../../platform/wire.js";
import type { Quarantine } from "../ports.js";
import { scanEvent } from "../scan.js";

/** Publishes what no table takes on the stream QUARANTINE. The id comes from the log, so that a repetition is known. */
export function openQuarantine(nats: Nats, names: StreamNames): Quarantine {
  return {
    async keep(partition, content, indexes) {
      const wanted = new Set(indexes);
      for (const { index, bytes } of content.slices()) {
        if (!wanted.has(index)) continue;
        const quarantined = quarantinedOf({
          bytes,
          step: "aggregation",
          quarantineId: rawId(bytes) ?? `aggregation-${partition}-${content.from}-${index}`,
          rule: "table",
          message: "The tables could not take the event; the others of its block are stored.",
        });
        await keepAside(nats, names, quarantined);
      }
    },
  };
}

/** The event's place in RAW, which stays the same however ranges are cut. */
function rawId(bytes: Uint8Array): string | undefined {
  try {
    const { rawSequence, rawIndex } = scanEvent(new WireCursor(), bytes);
    return rawSequence === 0 ? undefined : `aggregation-${rawSequence}-${rawIndex}`;
  } catch {
    return undefined;
  }
}
