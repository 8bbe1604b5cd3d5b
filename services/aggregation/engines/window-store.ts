import type { Redis } from "ioredis";
import { defineScript } from "../../../platform/engines/redis.js";
import { windowFieldsMax, windowKey, windowPositionKey } from "../../../platform/windows.js";
import type { WindowStore } from "../ports.js";

/**
 * KEYS: the partition's position, then one per window.
 * ARGV: the place before the piece (sequence, index), its end (the same), the most fields of a window, then per window:
 * expiry, number of counts, number of amounts, and each count and amount as field and addition.
 * Reply: the place found when the piece does not follow it, else the piece's end.
 */
const addScript = `
local after, after_index, fields_max = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])
local to, to_index = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local place = redis.call('HMGET', KEYS[1], 'to', 'index')
if place[1] then
  local at, index = tonumber(place[1]), tonumber(place[2] or '0')
  if at > to or (at == to and index >= to_index) then return {to, to_index} end
  if at ~= after or index ~= after_index then return {at, index} end
elseif after > 0 or after_index > 0 then
  redis.call('HSET', KEYS[1], 'complete', now)
end
local at = 6
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
redis.call('HSET', KEYS[1], 'to', ARGV[3], 'index', ARGV[4])
return {to, to_index}
`;

/** The windows in Redis. */
export function openWindowStore(redis: Redis, prefix: string): WindowStore {
  const script = defineScript(redis, "addToWindows", addScript);
  return {
    async add({ partition, after, to, additions }) {
      const keys = [windowPositionKey(prefix, partition)];
      const places = [after.sequence, after.index, to.sequence, to.index];
      const args: (string | number)[] = [...places, windowFieldsMax];
      for (const { size, projectId, startMs, expiryMs, events, amounts } of additions) {
        keys.push(windowKey(prefix, size, projectId, startMs));
        args.push(expiryMs, events.size, amounts.size);
        for (const [field, by] of events) args.push(field, by);
        // The shortest text that reads back as the same number.
        for (const [field, by] of amounts) args.push(field, String(by));
      }
      const [sequence = 0, index = 0] = (await script(keys, args)) as number[];
      return { sequence, index };
    },
  };
}
