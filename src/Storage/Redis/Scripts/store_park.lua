-- Parks a customer; a lower stored start stays.
-- KEYS: those of the fence, whose position is the park's start, then 4 parks.  ARGV: those of the fence, then 8 customer.
-- Answers the fence's verdict and the count of writes.
local refused, writes = fence()
if refused > 0 then return {refused, writes} end
local from, stored = tonumber(ARGV[5]), redis.call('HGET', KEYS[4], ARGV[8])
if not stored or from < tonumber(stored) then redis.call('HSET', KEYS[4], ARGV[8], ARGV[5]) end
if from > tonumber(redis.call('HGET', KEYS[1], 'highest') or '0') then redis.call('HSET', KEYS[1], 'highest', ARGV[5], 'highestHash', '0') end
return {0, count(writes)}
