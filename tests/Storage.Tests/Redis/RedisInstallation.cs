using Personalization.Configuration;
using Personalization.Storage.Redis;
using Personalization.TestKit.Redis;
using StackExchange.Redis;

namespace Personalization.Storage.Tests.Redis;

/// <summary>An installation of a test's own on the shared server: keys with a prefix that nobody else has.</summary>
internal sealed class RedisInstallation : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly int _partitions;

    private RedisInstallation(IConnectionMultiplexer connection, RedisOptions options, int partitions, TimeProvider time)
    {
        Connection = connection;
        Options = options;
        _partitions = partitions;
        _time = time;
    }

    public IConnectionMultiplexer Connection { get; }

    public RedisOptions Options { get; }

    public RedisStorage Storage { get; private set; } = null!;

    public static async Task<RedisInstallation> Open(int partitions, TimeProvider time)
    {
        RedisServer.SkipUnlessInstalled();
        var options = new RedisOptions { Configuration = RedisServer.Shared.Configuration, KeyPrefix = $"t{Guid.NewGuid():n}" };
        var installation = new RedisInstallation(RedisConnection.Open(options), options, partitions, time);
        await installation.OpenStorage();
        return installation;
    }

    /// <summary>Closes the storage and opens it again, as another process would.</summary>
    public async Task Reopen()
    {
        Storage.Dispose();
        await OpenStorage();
    }

    /// <summary>Copies all keys of the log (head, entries, writers), or puts the copies in their place.</summary>
    public async Task CopyLog(bool restore)
    {
        var database = Connection.GetDatabase();
        for (var partition = 0; partition < _partitions; partition++)
        {
            foreach (var part in new[] { "head", "log", "writers" })
            {
                var (key, copy) = ($"{Options.KeyPrefix}:{{{partition}}}:{part}", $"copy:{Options.KeyPrefix}:{{{partition}}}:{part}");
                var (from, to) = restore ? (copy, key) : (key, copy);
                await database.KeyDeleteAsync(to);
                await database.ExecuteAsync("COPY", from, to, "REPLACE");
            }
        }
    }

    /// <summary>Copies all keys of all partitions, log and store, or puts the copies in their place.</summary>
    public async Task CopyPartitions(bool restore)
    {
        var database = Connection.GetDatabase();
        var server = Connection.GetServers()[0];
        var (from, to) = restore ? ("copy:", "") : ("", "copy:");
        foreach (var stale in server.Keys(pattern: $"{to}{Options.KeyPrefix}:{{*").ToArray()) await database.KeyDeleteAsync(stale);
        foreach (var key in server.Keys(pattern: $"{from}{Options.KeyPrefix}:{{*").ToArray())
            await database.ExecuteAsync("COPY", key, $"{to}{key.ToString()[from.Length..]}");
    }

    public async ValueTask DisposeAsync()
    {
        Storage.Dispose();
        var server = Connection.GetServers()[0];
        var keys = new List<RedisKey>();
        await foreach (var key in server.KeysAsync(pattern: $"*{Options.KeyPrefix}*", pageSize: 1000)) keys.Add(key);
        await Connection.GetDatabase().KeyDeleteAsync([.. keys]);
        await Connection.DisposeAsync();
    }

    private async Task OpenStorage() => Storage = await RedisStorage.Open(Connection, Options, _partitions, _time);
}
