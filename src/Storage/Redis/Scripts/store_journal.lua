-- A customer's journal segments whose last position is above a number, oldest first.
-- KEYS: journal.  ARGV: after, most segments.
local found, after, most, from = {}, tonumber(ARGV[1]), tonumber(ARGV[2]), 0
while #found < most do
  local segments = redis.call('LRANGE', KEYS[1], from, from + 31)
  if #segments == 0 then break end
  for _, segment in ipairs(segments) do
    if #found < most and tonumber(string.match(segment, '^%d+ (%d+)')) > after then found[#found + 1] = segment end
  end
  from = from + #segments
end
return found
