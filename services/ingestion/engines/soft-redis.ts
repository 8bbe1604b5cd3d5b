import type { Redis } from "ioredis";
import { redisReady } from "../../../platform/engines/redis.js";

/** An answer that takes longer than this comes too late: the door goes on without it. */
const patienceMs = 1_000;
/** After a late answer nobody waits for Redis for so long. */
const pauseMs = 1_000;

/** Redis for what the door can do without: asks it, and gives up early where it is away or slow. */
export class SoftRedis {
  readonly #redis: Redis;
  #pausedUntil = 0;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** The answer, or undefined where Redis has none in time. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    if (!redisReady(this.#redis) || performance.now() < this.#pausedUntil) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.#pausedUntil = performance.now() + pauseMs;
        resolve(undefined);
      }, patienceMs);
    });
    try {
      return await Promise.race([question(), late]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
