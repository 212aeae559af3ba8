-- Moves the committed position forward, with the entries that could not be read.
-- KEYS: those of the fence, whose position is the new one, then 4 dead letters, 5 their order.
-- ARGV: those of the fence, then 8 newest event time, then (position, letter) of each unreadable entry.
-- Answers the fence's verdict and the count of writes.
local refused, writes = fence()
if refused > 0 then return {refused, writes} end
local s = redis.call('HMGET', KEYS[1], 'position', 'highest', 'newest')
local position = tonumber(ARGV[5])
if position <= tonumber(s[1] or '0') then return {0, writes} end
for i = 9, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[4], ARGV[i], ARGV[i + 1]) == 1 then redis.call('ZADD', KEYS[5], ARGV[i], ARGV[i]) end
end
if position > tonumber(s[2] or '0') then redis.call('HSET', KEYS[1], 'highest', ARGV[5], 'highestHash', ARGV[7]) end
if tonumber(ARGV[8]) > tonumber(s[3] or '0') then redis.call('HSET', KEYS[1], 'newest', ARGV[8]) end
redis.call('HSET', KEYS[1], 'position', ARGV[5], 'positionHash', ARGV[7])
return {0, count(writes)}
