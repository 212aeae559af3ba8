-- Changes a dead letter's state by compare-and-set; a letter begins with its state. State 2 removes it.
-- KEYS: dead letters, their order.  ARGV: position, expected state, next state.
local letter = redis.call('HGET', KEYS[1], ARGV[1])
if not letter or string.sub(letter, 1, 1) ~= ARGV[2] then return 0 end
if ARGV[3] == '2' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. string.sub(letter, 2))
end
return 1
