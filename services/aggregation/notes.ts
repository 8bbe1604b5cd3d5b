import type { Life } from "../../platform/run.js";
import type { Health } from "../../platform/serve/health.js";
import type { OwnedPartitions } from "./owned-partitions.js";

const everyMs = 1_000;

/** Lets health say what keeps partitions back. */
export function noteTroubles(owned: OwnedPartitions, health: Health, life: Life): void {
  const timer = setInterval(() => {
    const notes = owned.notes();
    health.note("partitions", notes.length === 0 ? undefined : notes.join(" "));
  }, everyMs);
  life.onStop("notes", () => clearInterval(timer));
}
