-- Records the generation that the owner works on from now on.
-- KEYS: state.  ARGV: epoch, nonce, generation, position, hash at the position, entries lost.
local s = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'generation')
if s[1] ~= ARGV[1] or s[2] ~= ARGV[2] then return 0 end
if s[3] ~= ARGV[3] then
  redis.call('HSET', KEYS[1], 'generation', ARGV[3], 'position', ARGV[4], 'positionHash', ARGV[5], 'highestHash', '0')
  redis.call('HINCRBY', KEYS[1], 'lost', ARGV[6])
end
return 1
