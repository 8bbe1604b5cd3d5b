import type { Redis } from "ioredis";
import { defineScript } from "../../../platform/engines/redis.js";
import type { RateLimiter } from "../ports.js";
import { LocalBuckets } from "../rate-limit.js";
import type { SoftRedis } from "./soft-redis.js";

/**
 * KEYS: bucket. ARGV: events a second, burst, events. Gives 0, or the ms to wait; `takeTokens` in rate-limit.ts, by the
 * clock of Redis, which all instances share.
 */
const takeScript = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local rate, burst, events = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(held[1] or burst), tonumber(held[2] or now)
tokens = math.min(burst, tokens + math.max(0, now - at) * rate / 1000)
local needed, wait = math.min(events, burst), 0
if tokens >= needed then tokens = tokens - events
else wait = math.max(1, math.ceil((needed - tokens) * 1000 / rate)) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) * 1000 / rate) + 60000)
return wait`;

/** Buckets in Redis; while it is away, buckets of this process alone stand in for them. */
export function redisRateLimiter(options: { redis: Redis; soft: SoftRedis; prefix: string }): RateLimiter {
  const { redis, soft, prefix } = options;
  const take = defineScript(redis, "rateTake", takeScript);
  const local = new LocalBuckets();
  const base = `${prefix === "" ? "" : `${prefix}:`}rate:`;
  return {
    take: async (key, events) => {
      const { keyId, eventsPerSecond, burst } = key;
      const waitMs = await soft.ask(() => take([`${base}${keyId}`], [eventsPerSecond, burst, events]));
      if (typeof waitMs === "number") return waitMs;
      return local.take(keyId, key, { events, now: performance.now() });
    },
  };
}
