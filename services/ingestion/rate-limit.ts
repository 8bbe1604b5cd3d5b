// A token bucket for each key: it fills with the key's rate up to its burst, and a batch takes one token an event. A
// batch goes through whole where the bucket holds it, or is full; a larger one leaves a debt, so that it gets through
// at all, and the next has to wait until that is paid.

/** A bucket as it was at `at`. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

export interface Rate {
  readonly eventsPerSecond: number;
  readonly burst: number;
}

/** Takes `events` tokens: the bucket afterwards, and 0, or the ms to wait where it can't be. */
export function takeTokens(
  bucket: Bucket | undefined,
  { eventsPerSecond, burst }: Rate,
  { events, now }: { events: number; now: number },
): { readonly bucket: Bucket; readonly waitMs: number } {
  const elapsed = bucket === undefined ? 0 : Math.max(0, now - bucket.at);
  // A clock that is set back must not fill the bucket twice.
  const at = Math.max(now, bucket?.at ?? now);
  const tokens = Math.min(burst, (bucket?.tokens ?? burst) + (elapsed * eventsPerSecond) / 1_000);
  const needed = Math.min(events, burst);
  if (tokens >= needed) return { bucket: { tokens: tokens - events, at }, waitMs: 0 };
  return {
    bucket: { tokens, at },
    waitMs: Math.max(1, Math.ceil(((needed - tokens) * 1_000) / eventsPerSecond)),
  };
}

/** Buckets of one process, for while the shared ones can't be asked; bounded in keys. */
export class LocalBuckets {
  readonly #keysMax: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(keysMax = 10_000) {
    this.#keysMax = keysMax;
  }

  /** 0 where the events are granted, else the ms to wait. */
  take(keyId: string, rate: Rate, request: { events: number; now: number }): number {
    const { bucket, waitMs } = takeTokens(this.#buckets.get(keyId), rate, request);
    if (this.#buckets.size >= this.#keysMax) this.#buckets.clear();
    this.#buckets.set(keyId, bucket);
    return waitMs;
  }
}
