import { randomOf } from "./random.js";

const HOUR_MS = 3_600_000;

/** How busy each hour of the day is, in UTC, for a shop in central Europe. */
const hours = [4, 2, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 12, 11, 10, 10, 11, 13, 16, 18, 17, 13, 9, 6];
/** How busy each day of the week is, from Sunday. */
const days = [1.25, 0.95, 0.9, 0.9, 0.95, 1, 1.15];

/** How busy an instant is, 1 on average over a week. */
export function busyness(ms: number): number {
  const time = new Date(ms);
  const hour = hours[time.getUTCHours()] ?? 0;
  const next = hours[(time.getUTCHours() + 1) % 24] ?? 0;
  const share = time.getUTCMinutes() / 60;
  return ((hour * (1 - share) + next * share) / 8.75) * ((days[time.getUTCDay()] ?? 1) / 1.0143);
}

/**
 * The starts of about `count` visits between two instants, in order, busier by day and in the evening, and a third
 * more at the end than at the beginning. The same arguments give the same starts.
 */
export function visitStarts(range: { fromMs: number; toMs: number; seed: number; count: number }): number[] {
  const { fromMs, toMs, seed, count } = range;
  const slots: { startMs: number; weight: number }[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += HOUR_MS / 2) {
    const growth = 0.85 + (0.3 * (startMs - fromMs)) / (toMs - fromMs);
    slots.push({ startMs, weight: busyness(startMs) * growth });
  }
  const total = slots.reduce((sum, { weight }) => sum + weight, 0);
  const starts: number[] = [];
  let owed = 0;
  slots.forEach(({ startMs, weight }, slot) => {
    owed += (weight / total) * count;
    const random = randomOf(seed, 4, slot);
    const width = Math.min(HOUR_MS / 2, toMs - startMs);
    const inSlot = Array.from({ length: Math.floor(owed) }, () => startMs + random.next() * width);
    owed -= inSlot.length;
    starts.push(...inSlot.sort((one, other) => one - other));
  });
  return starts;
}
