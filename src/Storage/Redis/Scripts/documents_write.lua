-- Writes documents, each by its version.
-- KEYS: versions, bodies, keys in order.  ARGV: per document: key, expected version (-1 = any), 1 = write | 0 = delete, body.
-- Answers per document the new version, 0 after a deletion, -1 where the stored version is another.
local answers = {}
for i = 1, #ARGV, 4 do
  local key, expected = ARGV[i], tonumber(ARGV[i + 1])
  local stored = tonumber(redis.call('HGET', KEYS[1], key) or '0')
  if expected ~= -1 and expected ~= stored then
    answers[#answers + 1] = -1
  elseif ARGV[i + 2] == '0' then
    redis.call('HDEL', KEYS[1], key)
    redis.call('HDEL', KEYS[2], key)
    redis.call('ZREM', KEYS[3], key)
    answers[#answers + 1] = 0
  else
    redis.call('HSET', KEYS[1], key, string.format('%.0f', stored + 1))
    redis.call('HSET', KEYS[2], key, ARGV[i + 3])
    if stored == 0 then redis.call('ZADD', KEYS[3], 0, key) end
    answers[#answers + 1] = stored + 1
  end
end
return answers
