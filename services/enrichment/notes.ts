import type { Life } from "../../platform/run.js";
import type { Health } from "../../platform/serve/health.js";
import type { OwnedPartitions } from "./owned-partitions.js";

const everyMs = 1_000;

/** Says in the instance's health what is out of the ordinary: partitions that don't go on, copies, poisoned events. */
export function watchNotes({ health, owned }: { health: Health; owned: OwnedPartitions }, life: Life): void {
  const timer = setInterval(() => {
    const troubles = owned.troubles();
    health.note("troubles", troubles.length === 0 ? undefined : troubles.join(" "));
    const { duplicates, conflicts, poisoned } = owned.counts;
    const copies = `Since the start ${duplicates} events were copies; ${conflicts} of them with another payload.`;
    health.note("copies", duplicates === 0 ? undefined : copies);
    const aside = `Since the start ${poisoned} events could not be enriched; they are in quarantine.`;
    health.note("poisoned", poisoned === 0 ? undefined : aside);
  }, everyMs);
  life.onStop("notes", () => clearInterval(timer));
}
