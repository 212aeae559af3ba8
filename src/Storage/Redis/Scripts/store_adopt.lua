-- Records the generation that the owner works on from now on.
-- KEYS, ARGV: those of the fence, then 8 position, 9 hash at the position, 10 entries lost.
-- Answers the fence's verdict and the count of writes.
local refused, writes = fence()
if refused > 0 then return {refused, writes} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[3] then
  redis.call('HSET', KEYS[1], 'generation', ARGV[3], 'position', ARGV[8], 'positionHash', ARGV[9], 'highestHash', '0')
  redis.call('HINCRBY', KEYS[1], 'lost', ARGV[10])
end
return {0, count(writes)}
