-- Announces a tenure; never lowers it.
-- KEYS: head.  ARGV: counter, nonce.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then return redis.error_reply('NOHEAD the log of this partition is gone') end
if tonumber(ARGV[1]) > tonumber(epoch) then redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'nonce', ARGV[2]) end
return 1
