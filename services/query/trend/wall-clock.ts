import { zoneOffsetMs } from "../../../platform/local-time.js";

/** What the clock of a zone reads at an instant, as if it were UTC's. */
export function localTimeOf(instantMs: number, timeZone: string): number {
  return instantMs + zoneOffsetMs(timeZone, instantMs);
}

/**
 * The first instant at which the clock of a zone reads this; where it jumps over it, as long after the jump as it would
 * have been after the time before it.
 */
export function instantAt(localMs: number, timeZone: string): number {
  const dayMs = 86_400_000;
  const offsets = [localMs - dayMs, localMs + dayMs].map((near) => zoneOffsetMs(timeZone, near));
  const fitting = offsets
    .map((offsetMs) => localMs - offsetMs)
    .filter((instantMs) => localTimeOf(instantMs, timeZone) === localMs);
  return fitting.length > 0 ? Math.min(...fitting) : localMs - (offsets[0] ?? 0);
}
