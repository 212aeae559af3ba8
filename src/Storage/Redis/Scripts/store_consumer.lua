-- Registers a consumer of the outbox, saves how far it has come, or forgets it; then drops the rows that all have passed.
-- KEYS: state, consumers, outbox.  ARGV: register | save | remove, consumer, number.
-- Answers the number that is saved for the consumer ('' if it is not registered).
local s = redis.call('HMGET', KEYS[1], 'outboxHead', 'outboxFirst')
local head, first = tonumber(s[1] or '0'), tonumber(s[2] or '1')
local function text(number) return string.format('%.0f', number) end
local saved = redis.call('HGET', KEYS[2], ARGV[2])
if ARGV[1] == 'register' then
  if saved then return saved end
  redis.call('HSET', KEYS[2], ARGV[2], text(head))
  return text(head)
end
if not saved then return '' end
if ARGV[1] == 'save' then
  saved = text(math.min(math.max(tonumber(saved), tonumber(ARGV[3])), head))
  redis.call('HSET', KEYS[2], ARGV[2], saved)
else
  redis.call('HDEL', KEYS[2], ARGV[2])
end
local passed = head
for _, number in ipairs(redis.call('HVALS', KEYS[2])) do passed = math.min(passed, tonumber(number)) end
for from = first, passed, 512 do
  local numbers = {}
  for number = from, math.min(from + 511, passed) do numbers[#numbers + 1] = text(number) end
  redis.call('HDEL', KEYS[3], unpack(numbers))
end
if passed >= first then redis.call('HSET', KEYS[1], 'outboxFirst', text(passed + 1)) end
return saved
