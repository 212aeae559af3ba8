-- Writes names behind hashes; one that is there stays.
-- KEYS: names.  ARGV: hash, name, ...
for i = 1, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
