-- Drops the oldest segments of journals, as far as they were written before a time.
-- KEYS: journals by age, then journals.  ARGV: before, then the member of each journal.
local before = tonumber(ARGV[1])
for i = 2, #KEYS do
  while true do
    local oldest = redis.call('LINDEX', KEYS[i], 0)
    if not oldest then
      redis.call('ZREM', KEYS[1], ARGV[i])
      break
    end
    local writtenAt = string.match(oldest, '^%d+ %d+ (%-?%d+)')
    if tonumber(writtenAt) >= before then
      redis.call('ZADD', KEYS[1], writtenAt, ARGV[i])
      break
    end
    redis.call('LPOP', KEYS[i])
  end
end
return 1
