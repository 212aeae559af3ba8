-- Moves the committed position forward, with the entries that could not be read.
-- KEYS: state, dead letters, their order.
-- ARGV: 1 epoch, 2 nonce, 3 position, 4 its hash, 5 newest event time, then (position, letter) of each unreadable entry.
local s = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'position', 'highest', 'newest')
if s[1] ~= ARGV[1] or s[2] ~= ARGV[2] then return 0 end
local position = tonumber(ARGV[3])
if position <= tonumber(s[3] or '0') then return 1 end
for i = 6, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 1]) == 1 then redis.call('ZADD', KEYS[3], ARGV[i], ARGV[i]) end
end
if position > tonumber(s[4] or '0') then redis.call('HSET', KEYS[1], 'highest', ARGV[3], 'highestHash', ARGV[4]) end
if tonumber(ARGV[5]) > tonumber(s[5] or '0') then redis.call('HSET', KEYS[1], 'newest', ARGV[5]) end
redis.call('HSET', KEYS[1], 'position', ARGV[3], 'positionHash', ARGV[4])
return 1
