-- Makes the head of a partition's log if there is none.
-- KEYS: head.  ARGV: a fresh generation.
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'start', '1', 'first', '1', 'tail', '0', 'hash', '0', 'time', '0',
    'epoch', '0', 'nonce', '0', 'trimmed', '0')
end
return 1
