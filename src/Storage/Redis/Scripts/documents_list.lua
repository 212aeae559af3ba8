-- Documents in the order of their keys' bytes.
-- KEYS: versions, bodies, keys in order.  ARGV: from, to (as ZRANGEBYLEX has them), most.
local keys = redis.call('ZRANGEBYLEX', KEYS[3], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local found = {}
for _, key in ipairs(keys) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('HGET', KEYS[1], key)
  found[#found + 1] = redis.call('HGET', KEYS[2], key)
end
return found
