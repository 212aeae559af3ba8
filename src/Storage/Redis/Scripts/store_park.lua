-- Parks a customer; a lower stored start stays.
-- KEYS: state, parks.  ARGV: epoch, nonce, customer, from.
local s = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'highest')
if s[1] ~= ARGV[1] or s[2] ~= ARGV[2] then return 0 end
local from, stored = tonumber(ARGV[4]), redis.call('HGET', KEYS[2], ARGV[3])
if not stored or from < tonumber(stored) then redis.call('HSET', KEYS[2], ARGV[3], ARGV[4]) end
if from > tonumber(s[3] or '0') then redis.call('HSET', KEYS[1], 'highest', ARGV[4], 'highestHash', '0') end
return 1
