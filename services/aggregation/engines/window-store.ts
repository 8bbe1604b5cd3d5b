import type { Redis } from "ioredis";
import { defineScript } from "../../../platform/engines/redis.js";
import { windowFieldsMax, windowKey, windowPositionKey } from "../../../platform/windows.js";
import type { WindowStore } from "../ports.js";

/**
 * KEYS: the partition's position, then one per window.
 * ARGV: the sequence before the range, its last sequence, the most fields of a window, then per window: expiry, number
 * of counts, number of amounts, and each count and amount as field and addition.
 * Reply: the position found when the range does not follow it, else the range's last sequence.
 */
const addScript = `
local after, to, fields_max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local position = redis.call('HGET', KEYS[1], 'to')
if position then
  position = tonumber(position)
  if position >= to then return to end
  if position < after then return position end
elseif after > 0 then
  redis.call('HSET', KEYS[1], 'complete', now)
end
local at = 4
for window = 2, #KEYS do
  local key, expiry = KEYS[window], tonumber(ARGV[at])
  local counts, amounts = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  at = at + 3
  if expiry > now then
    local full = redis.call('HLEN', key) >= fields_max
    for pair = 1, counts + amounts do
      local field, by = ARGV[at], ARGV[at + 1]
      if not full or #field == 1 or redis.call('HEXISTS', key, field) == 1 then
        redis.call(pair <= counts and 'HINCRBY' or 'HINCRBYFLOAT', key, field, by)
      end
      at = at + 2
    end
    redis.call('PEXPIREAT', key, ARGV[at - 2 * (counts + amounts) - 3])
  else
    at = at + 2 * (counts + amounts)
  end
end
redis.call('HSET', KEYS[1], 'to', ARGV[2])
return to
`;

/** The windows in Redis. */
export function openWindowStore(redis: Redis, prefix: string): WindowStore {
  const script = defineScript(redis, "addToWindows", addScript);
  return {
    async add({ partition, after, to, additions }) {
      const keys = [windowPositionKey(prefix, partition)];
      const args: (string | number)[] = [after, to, windowFieldsMax];
      for (const { size, projectId, startMs, expiryMs, events, amounts } of additions) {
        keys.push(windowKey(prefix, size, projectId, startMs));
        args.push(expiryMs, events.size, amounts.size);
        for (const [field, by] of events) args.push(field, by);
        // The shortest text that reads back as the same number.
        for (const [field, by] of amounts) args.push(field, String(by));
      }
      return Number(await script(keys, args));
    },
  };
}
