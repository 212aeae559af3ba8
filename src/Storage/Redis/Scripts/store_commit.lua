-- Writes a chunk: each customer by its version (CommitRules.Decide), the others of the chunk whatever happens to one.
-- KEYS: those of the fence, whose position is the highest of the chunk, then 4 counters, 5 parks, 6 consumers, 7 outbox, 8 dead letters, 9 their order, 10 wake-ups, 11 tombstones,
--       12 journals by age, 13 slots, then per customer: versions of its slot, rows of its slot, its journal.
-- ARGV: those of the fence, then 8 customers, 9 now, then per customer:
--       member (slot:key), key, base, applied, hash at applied, due ('' = none), tombstone 0|1, ends its park 0|1, erased up to, row,
--       journal segment ('' = none), its writing time, and four counted lists: outbox rows; dead letters (position, letter);
--       counters (name, change); what an erasure takes (o, outbox number | d, dead letter's position).
-- Answers the fence's verdict, the count of writes, and one outcome a customer (0 written, 1 already, 2 conflict) if it was written.
local refused, writes = fence()
if refused > 0 then return {refused, writes} end
local s = redis.call('HMGET', KEYS[1], 'outboxHead', 'highest')
local function text(number) return string.format('%.0f', number) end
local outboxHead, highest, highestHash = tonumber(s[1] or '0'), tonumber(s[2] or '0'), nil
local heard = redis.call('EXISTS', KEYS[6]) == 1
local sums, given = {}, false
local answer = {0, count(writes)}
local at = 10

local function list(width, each)
  local items = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, items do
    if each then each(ARGV[at], ARGV[at + 1]) end
    at = at + width
  end
end

-- Numbers here are doubles: what they would not hold exactly is added by Redis itself, whose integers have 64 bits.
local exact = 2 ^ 52
local function add(name, change)
  local number = tonumber(change)
  if number > exact or number < -exact then
    redis.call('HINCRBY', KEYS[4], name, change)
    return
  end
  local sum = (sums[name] or 0) + number
  if sum > exact or sum < -exact then
    redis.call('HINCRBY', KEYS[4], name, text(sum))
    sum = 0
  end
  sums[name] = sum
end

local function blankRow(number)
  local row = redis.call('HGET', KEYS[7], number)
  if row then redis.call('HSET', KEYS[7], number, string.match(row, '^[^\n]*\n[^\n]*\n')) end
end

for customer = 1, tonumber(ARGV[8]) do
  local versions, rows, journal = KEYS[11 + customer * 3], KEYS[12 + customer * 3], KEYS[13 + customer * 3]
  local member, key, base, position, appliedHash = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3], ARGV[at + 4]
  local applied = tonumber(position)
  local due, tombstone, endsPark, erased, row = ARGV[at + 5], ARGV[at + 6], ARGV[at + 7], tonumber(ARGV[at + 8]), ARGV[at + 9]
  local segment, writtenAt = ARGV[at + 10], ARGV[at + 11]
  at = at + 12

  local stored, wasTombstone, wasDue = 0, '0', '0'
  local version = redis.call('HGET', versions, key)
  if version then
    local a
    a, wasTombstone, wasDue = string.match(version, '^(%d+) (%d) (%d)$')
    stored = tonumber(a)
  end
  local outcome = stored >= applied and 1 or stored == base and 0 or 2
  answer[customer + 2] = outcome
  if outcome ~= 2 and endsPark == '1' then
    local from = redis.call('HGET', KEYS[5], key)
    if from and tonumber(from) <= applied then redis.call('HDEL', KEYS[5], key) end
  end

  if outcome ~= 0 then
    list(1)
    list(2)
    list(2)
    list(2)
  else
    if erased > 0 then
      while true do
        local oldest = redis.call('LINDEX', journal, 0)
        if not oldest or tonumber(string.match(oldest, '^%d+')) > erased then break end
        redis.call('LPOP', journal)
      end
      if redis.call('EXISTS', journal) == 0 then redis.call('ZREM', KEYS[12], member) end
    end
    if not version then redis.call('SADD', KEYS[13], string.match(member, '^%d+')) end
    redis.call('HSET', versions, key, position .. ' ' .. tombstone .. ' ' .. (due == '' and '0' or '1'))
    redis.call('HSET', rows, key, row)
    if due ~= '' then redis.call('ZADD', KEYS[10], due, member) elseif wasDue == '1' then redis.call('ZREM', KEYS[10], member) end
    if tombstone == '1' then redis.call('ZADD', KEYS[11], ARGV[9], member) elseif wasTombstone == '1' then redis.call('ZREM', KEYS[11], member) end
    if segment ~= '' then
      if redis.call('RPUSH', journal, segment) == 1 then redis.call('ZADD', KEYS[12], writtenAt, member) end
    end
    list(1, function(fact)
      outboxHead = outboxHead + 1
      given = true
      if heard then redis.call('HSET', KEYS[7], text(outboxHead), fact) end
    end)
    list(2, function(position, letter)
      if redis.call('HSETNX', KEYS[8], position, letter) == 1 then redis.call('ZADD', KEYS[9], position, position) end
    end)
    list(2, add)
    list(2, function(kind, number)
      if kind == 'o' then
        blankRow(number)
      else
        redis.call('HDEL', KEYS[8], number)
        redis.call('ZREM', KEYS[9], number)
      end
    end)
    if applied > highest then highest, highestHash = applied, appliedHash end
  end
end

if highestHash then redis.call('HSET', KEYS[1], 'highest', text(highest), 'highestHash', highestHash) end
if given then
  redis.call('HSET', KEYS[1], 'outboxHead', text(outboxHead))
  if not heard then redis.call('HSET', KEYS[1], 'outboxFirst', text(outboxHead + 1)) end
end
for name, change in pairs(sums) do
  if change ~= 0 or redis.call('HEXISTS', KEYS[4], name) == 0 then redis.call('HINCRBY', KEYS[4], name, text(change)) end
end
return answer
