-- Appends a group to a partition's log, or says why not. The order of the rules is that of AppendRules.Decide.
-- KEYS: head, log, writers.
-- ARGV: 1 writer, 2 counter, 3 generation, 4 highest position acknowledged, 5 number of entries, 6 now, 7 channel of the tail,
--       8 hashes of the entries (16 digits each), 9 tenures of the entries with commas ('' = none carries one), 10 how many listen on the channel that need
--       no message (the caller, whom the answer tells), 11.. the entries.
-- Positions are the ids of the stream, so that the stream itself refuses a position that was given before.
local h = redis.call('HMGET', KEYS[1], 'generation', 'start', 'first', 'tail', 'hash', 'time', 'epoch', 'nonce', 'trimmed')
if not h[1] then return redis.error_reply('NOHEAD the log of this partition is gone') end
local function text(number) return string.format('%.0f', number) end
local counter, count, acknowledged = tonumber(ARGV[2]), tonumber(ARGV[5]), tonumber(ARGV[4])
local start, first, tail, trimmed = tonumber(h[2]), tonumber(h[3]), tonumber(h[4]), tonumber(h[9])

local function answer(status, from, stale)
  return {status, h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], from, stale}
end

local known, knownFirst, knownCount, highest, knownStale
local record = redis.call('HGET', KEYS[3], ARGV[1])
if record then
  local c, f, n, top, stale = string.match(record, '^(%d+) (%d+) (%d+) (%d+) %d+ ([01]*)$')
  known, knownFirst, knownCount, highest, knownStale = tonumber(c), f, tonumber(n), tonumber(top), stale
  if counter == known then
    if knownCount ~= count then return answer(4, '0', '') end
    return answer(0, knownFirst, knownStale)
  end
  if counter < known then return answer(3, '0', '') end
end
if ARGV[3] ~= h[1] then return answer(1, '0', '') end
if tail < acknowledged then return answer(2, '0', '') end
if counter > 1 and acknowledged >= start and acknowledged > trimmed and known ~= counter - 1 then return answer(2, '0', '') end

local now, time = tonumber(ARGV[6]), tonumber(h[6])
if now > time then time = now end
local logTime = text(time)
local stale, last, position = {}, 0, tail
local function hash(i) return string.sub(ARGV[8], i * 16 - 15, i * 16) end
local function add(at, i) redis.call('XADD', KEYS[2], text(at) .. '-0', 't', logTime, 'b', ARGV[10 + i], 'h', hash(i)) end
if ARGV[9] == '' then
  for i = 1, count do add(position + i, i) end
  position, last = tail + count, count
else
  local announced, i = tonumber(h[7]), 0
  for epoch in string.gmatch(ARGV[9], '%d+') do
    i = i + 1
    local tenure = tonumber(epoch)
    if tenure > 0 and tenure < announced then
      stale[i] = '1'
    else
      stale[i] = '0'
      position, last = position + 1, i
      add(position, i)
    end
  end
end

local bits = table.concat(stale)
local from = '0'
if last > 0 then
  from = text(tail + 1)
  highest = position
  if first > tail then h[3] = from end
  h[4], h[5], h[6] = text(position), hash(last), logTime
  redis.call('HSET', KEYS[1], 'first', h[3], 'tail', h[4], 'hash', h[5], 'time', h[6])
  if redis.call('PUBSUB', 'NUMSUB', ARGV[7])[2] > tonumber(ARGV[10]) then redis.call('PUBLISH', ARGV[7], h[4]) end
end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ' ' .. from .. ' ' .. count .. ' ' .. text(highest or 0) .. ' ' .. ARGV[6] .. ' ' .. bits)
return answer(0, from, bits)
