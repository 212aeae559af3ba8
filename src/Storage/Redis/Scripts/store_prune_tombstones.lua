-- Drops customers that are tombstones since before a time, with what may be left of their journals.
-- KEYS: tombstones, wake-ups, journals by age, then per customer: versions, rows, journal.  ARGV: before, then per customer: member, key.
local before = tonumber(ARGV[1])
for i = 1, (#KEYS - 3) / 3 do
  local member, key = ARGV[i * 2], ARGV[i * 2 + 1]
  local since = redis.call('ZSCORE', KEYS[1], member)
  if since and tonumber(since) < before then
    redis.call('HDEL', KEYS[1 + i * 3], key)
    redis.call('HDEL', KEYS[2 + i * 3], key)
    redis.call('DEL', KEYS[3 + i * 3])
    redis.call('ZREM', KEYS[1], member)
    redis.call('ZREM', KEYS[2], member)
    redis.call('ZREM', KEYS[3], member)
  end
end
return 1
