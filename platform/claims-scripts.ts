// The Lua scripts behind claims.ts. Each runs in Redis as one step, so that claims and position never part.
//
// A partition's state is a hash: `epoch` of its owner, `position` (the raw sequence up to which its blocks are
// claimed), `events` (the sequence of EVENTS up to which its messages are covered by claims), and `run`, the engine's
// run in which the owner made sure of all that. The run changes when Redis restarts: data may then be older than what
// was answered, so a claim is refused until the owner has compared again.
//
// A claim is a field of a bucket: 8 bytes of the id's hash, with the raw sequence of the block that has the id; where
// ids collide, several sequences with commas.

const currentRun = `string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')`;

/** The highest sequence of a claim's value. */
const lastOf = `
local function last(value)
  local number = tonumber(value)
  if number then return number end
  local highest = 0
  for one in string.gmatch(value, '%d+') do highest = math.max(highest, tonumber(one)) end
  return highest
end`;

/** KEYS: state. ARGV: epoch. Takes the state over; an older owner's scripts are refused from then on. */
export const beginScript = `
local state = redis.call('HMGET', KEYS[1], 'epoch', 'position', 'events')
if state[1] and tonumber(state[1]) > tonumber(ARGV[1]) then return {'stale'} end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'position', state[2] or '0', 'events', state[3] or '0', 'run', '')
return {'ok', ${currentRun}, state[2] or '0', state[3] or '0'}`;

/**
 * KEYS: state, progress. ARGV: epoch, run, position, events, partition, minute of the position's block. The owner has
 * made sure that claims reach the position.
 */
export const finishScript = `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then return {'stale'} end
if epoch ~= ARGV[1] or ARGV[2] ~= ${currentRun} then return {'unverified'} end
redis.call('HSET', KEYS[1], 'position', ARGV[3], 'events', ARGV[4], 'run', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[5])
return {'ok'}`;

/**
 * KEYS: state, progress. ARGV: epoch, partition. The partition is at the log's end: its next block will be as young as
 * those of the partition that is furthest.
 */
export const idleScript = `
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return end
local furthest = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
if furthest[2] then redis.call('ZADD', KEYS[2], furthest[2], ARGV[2]) end`;

/** KEYS: the states of all partitions. Gives the indexes of those that nobody has made sure of in this run. */
export const unverifiedScript = `
local run, missing = ${currentRun}, {}
for index, key in ipairs(KEYS) do
  if redis.call('HGET', key, 'run') ~= run then missing[#missing + 1] = index - 1 end
end
return missing`;

/**
 * KEYS: state, floors, progress. ARGV: prefix of buckets, epoch, expected position, position, events, minute of
 * receipt, run (empty when claiming, set when restoring), minutes of the window, the ids (12 bytes each: bucket and
 * field), partition.
 *
 * Gives 'ok', the floor (the first raw sequence of the window; claims below it count as absent), and for each id that
 * another block holds its number and that claim's value.
 */
export const claimScript = `${lastOf}
local state = redis.call('HMGET', KEYS[1], 'epoch', 'position', 'run')
local run, restoring = ${currentRun}, ARGV[7] ~= ''
if state[1] and tonumber(state[1]) > tonumber(ARGV[2]) then return {'stale'} end
if state[1] ~= ARGV[2] or (restoring and ARGV[7] or state[3]) ~= run then return {'unverified'} end
if state[2] ~= ARGV[3] then return {'moved'} end

local prefix, position, minute, ids = ARGV[1], ARGV[4], tonumber(ARGV[6]), ARGV[9]
local own = tonumber(position)
local first = redis.call('ZRANGEBYSCORE', KEYS[2], minute, minute)
if not first[1] then
  redis.call('ZADD', KEYS[2], minute, position)
  if redis.call('ZCARD', KEYS[2]) > 8 * tonumber(ARGV[8]) then redis.call('ZREMRANGEBYRANK', KEYS[2], 0, 0) end
elseif tonumber(first[1]) > own then
  redis.call('ZREM', KEYS[2], first[1])
  redis.call('ZADD', KEYS[2], minute, position)
end
local function first_since(since)
  local oldest = redis.call('ZRANGEBYSCORE', KEYS[2], since - tonumber(ARGV[8]), '+inf', 'LIMIT', 0, 1)
  return tonumber(oldest[1])
end
local floor = first_since(minute)

redis.call('ZADD', KEYS[3], minute, ARGV[10])
local needless
local function trim(key)
  -- Another partition may be far behind, and still need what this one has no use for.
  if not needless then
    local slowest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
    needless = math.min(floor, first_since(tonumber(slowest[2])) or 0)
  end
  local all, kept = redis.call('HGETALL', key), {}
  for at = 1, #all, 2 do
    if last(all[at + 1]) >= needless then
      kept[#kept + 1] = all[at]
      kept[#kept + 1] = all[at + 1]
    end
  end
  if #kept == #all then return end
  redis.call('DEL', key)
  for at = 1, #kept, 200 do redis.call('HSET', key, unpack(kept, at, math.min(at + 199, #kept))) end
end

local foreign = {'ok', floor}
for at = 1, #ids, 12 do
  local key, field = prefix .. string.sub(ids, at, at + 3), string.sub(ids, at + 4, at + 11)
  if redis.call('HSETNX', key, field, position) == 1 then
    local length = redis.call('HLEN', key)
    if length >= 112 and length % 16 == 0 then trim(key) end
  else
    local held = redis.call('HGET', key, field)
    if held ~= position then
      if last(held) < floor then
        redis.call('HSET', key, field, position)
      elseif not string.find(',' .. held .. ',', ',' .. position .. ',', 1, true) then
        if restoring then
          redis.call('HSET', key, field, held .. ',' .. position)
        else
          foreign[#foreign + 1] = (at - 1) / 12
          foreign[#foreign + 1] = held
        end
      end
    end
  end
end
redis.call('HSET', KEYS[1], 'position', position, 'events', ARGV[5])
return foreign`;

/** KEYS: bucket. ARGV: field, the value seen, position. Adds a position to a claim that another id holds. */
export const appendScript = `
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held ~= ARGV[2] then return held or '' end
redis.call('HSET', KEYS[1], ARGV[1], held .. ',' .. ARGV[3])
return 'ok'`;

/** KEYS: floors. ARGV: prefix of buckets, minute, minutes of the window, ids. Gives floor; number, value. */
export const lookupScript = `${lastOf}
local oldest = redis.call('ZRANGEBYSCORE', KEYS[1], tonumber(ARGV[2]) - tonumber(ARGV[3]), '+inf', 'LIMIT', 0, 1)
local floor, ids = tonumber(oldest[1] or '0'), ARGV[4]
local found = {floor}
for at = 1, #ids, 12 do
  local held = redis.call('HGET', ARGV[1] .. string.sub(ids, at, at + 3), string.sub(ids, at + 4, at + 11))
  if held and last(held) >= floor then
    found[#found + 1] = (at - 1) / 12
    found[#found + 1] = held
  end
end
return found`;
