-- Starts a generation by compare-and-set.
-- KEYS: head.  ARGV: expected generation, position to start above, a fresh generation, channel of the tail.
local h = redis.call('HMGET', KEYS[1], 'generation', 'first', 'tail')
if not h[1] then return redis.error_reply('NOHEAD the log of this partition is gone') end
if h[1] == ARGV[1] then
  local function text(number) return string.format('%.0f', number) end
  local first, tail = tonumber(h[2]), tonumber(h[3])
  local start = math.max(tail, tonumber(ARGV[2])) + 1
  redis.call('HSET', KEYS[1], 'generation', ARGV[3], 'start', text(start), 'tail', text(start - 1), 'hash', '0',
    'first', first > tail and text(start) or h[2])
  redis.call('PUBLISH', ARGV[4], text(start - 1))
end
return redis.call('HMGET', KEYS[1], 'generation', 'start', 'first', 'tail', 'hash', 'time', 'epoch', 'nonce')
