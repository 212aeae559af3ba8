-- Drops entries from the front, a step at a time so that other commands do not wait for long.
-- KEYS: head, log, writers.
-- ARGV: drop up to this position, keep what is as young as this, most entries of a step, forget writers that were last used before this.
-- Answers the lowest position still held, and 1 when there is nothing more to drop.
local h = redis.call('HMGET', KEYS[1], 'first', 'tail', 'trimmed')
if not h[1] then return redis.error_reply('NOHEAD the log of this partition is gone') end
local upTo, keepFrom, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if upTo < 1 then return {h[1], 1} end
local entries = redis.call('XRANGE', KEYS[2], '-', ARGV[1] .. '-0', 'COUNT', step)
local last
for _, entry in ipairs(entries) do
  if tonumber(entry[2][2]) >= keepFrom then break end
  last = string.match(entry[1], '^%d+')
end
if not last then return {h[1], 1} end

local after = string.format('%.0f', tonumber(last) + 1)
redis.call('XTRIM', KEYS[2], 'MINID', '=', after .. '-0')
local rest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
local first
if rest[1] then
  first = string.match(rest[1][1], '^%d+')
else
  first = string.format('%.0f', tonumber(h[2]) + 1)
  redis.call('HSET', KEYS[1], 'hash', '0')
end
redis.call('HSET', KEYS[1], 'first', first, 'trimmed', last)
local trimmed, idle = tonumber(last), tonumber(ARGV[4])
local writers = redis.call('HGETALL', KEYS[3])
for i = 1, #writers, 2 do
  local highest, used = string.match(writers[i + 1], '^%d+ %d+ %d+ (%d+) (%d+)')
  if tonumber(highest) <= trimmed and tonumber(used) < idle then redis.call('HDEL', KEYS[3], writers[i]) end
end
return {first, (#entries < step or string.match(entries[#entries][1], '^%d+') ~= last) and 1 or 0}
