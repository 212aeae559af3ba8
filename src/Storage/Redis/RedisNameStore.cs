using System.Collections.Concurrent;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>Names behind hashes in one HASH, with those known to be stored remembered, so that a commit seldom writes any.</summary>
internal sealed class RedisNameStore : INameStore, IDisposable
{
    private const int Remembered = 200_000;
    private static readonly RedisScript s_write = RedisScript.Load("names_write");

    private readonly IConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly RedisKey _names;
    private readonly ConcurrentDictionary<ulong, byte> _stored = new();

    /// <summary>Makes a store over an open connection.</summary>
    public RedisNameStore(IConnectionMultiplexer connection, RedisKeys keys)
    {
        _connection = connection;
        _database = connection.GetDatabase();
        _names = keys.Names;
        _connection.ConnectionRestored += Forget;
    }

    /// <inheritdoc />
    public async ValueTask Write(IReadOnlyCollection<KeyValuePair<ulong, string>> names, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var missing = new List<RedisValue>();
        foreach (var (hash, name) in names)
        {
            if (_stored.ContainsKey(hash)) continue;
            missing.Add(RedisLogHead.Hex(hash));
            missing.Add(name);
        }

        if (missing.Count == 0) return;
        await s_write.Run(_database, [_names], [.. missing]).Answer(_database, cancellation).ConfigureAwait(false);
        if (_stored.Count > Remembered) _stored.Clear();
        foreach (var (hash, _) in names) _stored[hash] = 0;
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyDictionary<ulong, string>> Read(IReadOnlyCollection<ulong> hashes, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var found = new Dictionary<ulong, string>(hashes.Count);
        if (hashes.Count == 0) return found;
        var names = await _database.HashGetAsync(_names, [.. hashes.Select(hash => (RedisValue)RedisLogHead.Hex(hash))]).Answer(_database, cancellation).ConfigureAwait(false);
        foreach (var (hash, name) in hashes.Zip(names))
        {
            if (!name.IsNull) found[hash] = name.ToString();
        }

        return found;
    }

    /// <inheritdoc />
    public void Dispose() => _connection.ConnectionRestored -= Forget;

    /// <summary>A Redis that comes back may have lost names.</summary>
    private void Forget(object? sender, ConnectionFailedEventArgs restored) => _stored.Clear();
}
