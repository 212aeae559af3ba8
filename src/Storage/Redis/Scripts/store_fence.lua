-- Whether an owner may write: CommitRules.Decide, in the moment of the write. Shared by its scripts, whose keys and arguments begin alike.
-- KEYS: 1 state, 2 the log's head, 3 log.
-- ARGV: 1 epoch, 2 nonce, 3 generation, 4 count of writes that it was answered, 5 position of the highest entry that it writes, 6 the entry's log time, 7 its hash (zeros = not known).
-- Answers 0 (it may), 1 (another tenure began) or 2 (log or store are not what it builds on), and the count of writes.
local function fence()
  local s = redis.call('HMGET', KEYS[1], 'epoch', 'nonce', 'writes')
  local writes = tonumber(s[3] or '0')
  if s[1] ~= ARGV[1] or s[2] ~= ARGV[2] then return 1, writes end
  if writes < tonumber(ARGV[4]) then return 2, writes end
  local h, position = redis.call('HMGET', KEYS[2], 'generation', 'tail', 'trimmed'), tonumber(ARGV[5])
  if h[1] ~= ARGV[3] or tonumber(h[2]) < position then return 2, writes end
  local knowsTime, knowsHash = ARGV[6] ~= '0', ARGV[7] ~= '0000000000000000'
  if position > tonumber(h[3]) and (knowsTime or knowsHash) then
    local entry = redis.call('XRANGE', KEYS[3], ARGV[5] .. '-0', ARGV[5] .. '-0')[1]
    if not entry then return 2, writes end
    -- Entries of earlier programs carry no hash.
    local time, hash = entry[2][2], entry[2][6]
    if knowsTime and time ~= ARGV[6] or knowsHash and hash and hash ~= ARGV[7] then return 2, writes end
  end
  return 0, writes
end

-- Counts an owner's write; answers the count.
local function count(writes)
  local counted = string.format('%.0f', writes + 1)
  redis.call('HSET', KEYS[1], 'writes', counted)
  return counted
end

