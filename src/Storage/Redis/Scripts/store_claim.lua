-- Starts a tenure. A repeat with the nonce that is stored changes nothing.
-- KEYS: state.  ARGV: nonce, counter that the new one is to exceed.
local s = redis.call('HMGET', KEYS[1], 'epoch', 'nonce')
if not s[1] or s[2] ~= ARGV[1] then
  redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', math.max(tonumber(s[1] or '0'), tonumber(ARGV[2])) + 1), 'nonce', ARGV[1])
end
return 1
