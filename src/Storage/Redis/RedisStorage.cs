using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Configuration;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// Log, stores and names on one Redis connection, which the host owns. Any number of processes may open the same installation: what must be decided once is
/// decided inside Redis.
/// </summary>
/// <remarks>
/// Everything in this folder awaits with <c>ConfigureAwait(false)</c>: grains call it, and each reply of Redis would otherwise take a turn of theirs for every step in between.
/// </remarks>
public sealed partial class RedisStorage : IDisposable
{
    private const int SchemaVersion = 1;
    private static readonly Version OldestServer = new(6, 2);

    private readonly RedisPartitionLog _log;
    private readonly RedisNameStore _names;

    private RedisStorage(IConnectionMultiplexer connection, RedisKeys keys, RedisOptions options, TimeProvider time)
    {
        _log = new RedisPartitionLog(connection, keys, options.PollInterval, time);
        _names = new RedisNameStore(connection, keys);
        Store = new RedisPartitionStore(connection, keys, time);
        Documents = new RedisDocumentStore(connection, keys);
    }

    /// <summary>The log.</summary>
    public IPartitionLog Log => _log;

    /// <summary>What the folds have come to.</summary>
    public IPartitionStore Store { get; }

    /// <summary>Documents.</summary>
    public IDocumentStore Documents { get; }

    /// <summary>Names behind hashes.</summary>
    public INameStore Names => _names;

    /// <summary>What the server promised to keep at the start.</summary>
    public RedisDurability Durability { get; private init; } = new([]);

    /// <summary>Opens an installation, making what is missing.</summary>
    /// <param name="connection">The connection; it stays the host's.</param>
    /// <param name="options">Prefix of the keys and intervals.</param>
    /// <param name="partitions">The number of partitions; fixed at the first opening.</param>
    /// <param name="time">Stamps log times and tombstones; the system's if null.</param>
    /// <param name="logger">Told what the server does not keep.</param>
    /// <exception cref="InvalidOperationException">The server is too old, the installation is of a newer schema or was made for another number of partitions; the message says which and what to do.</exception>
    public static async Task<RedisStorage> Open(
        IConnectionMultiplexer connection, RedisOptions options, int partitions, TimeProvider? time = null, ILogger<RedisStorage>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        var keys = new RedisKeys(options.KeyPrefix, new PartitionMap(partitions).Partitions);
        foreach (var server in connection.GetServers().Where(server => server.IsConnected && server.Version < OldestServer))
            throw new InvalidOperationException($"Redis at {server.EndPoint} is version {server.Version}; {OldestServer} or newer is needed.");

        await CheckMeta(connection.GetDatabase(), keys, partitions).ConfigureAwait(false);
        var durability = await RedisDurability.Read(connection).ConfigureAwait(false);
        var storage = new RedisStorage(connection, keys, options, time ?? TimeProvider.System) { Durability = durability };
        await storage._log.Initialize().ConfigureAwait(false);
        if (!durability.IsComplete) LogLosses(logger ?? NullLogger<RedisStorage>.Instance, durability);
        return storage;
    }

    /// <summary>Ends long polls with an error. The connection stays open: it is the host's.</summary>
    public void Dispose()
    {
        _log.Dispose();
        _names.Dispose();
    }

    private static async Task CheckMeta(IDatabase database, RedisKeys keys, int partitions)
    {
        await database.HashSetAsync(keys.Meta, "schema", SchemaVersion, When.NotExists).ConfigureAwait(false);
        await database.HashSetAsync(keys.Meta, "partitions", partitions, When.NotExists).ConfigureAwait(false);
        var meta = await database.HashGetAsync(keys.Meta, ["schema", "partitions"]).ConfigureAwait(false);
        if ((int)meta[0] > SchemaVersion)
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The keys '{keys}:*' in Redis have schema version {(int)meta[0]}; this program knows versions up to {SchemaVersion}. Start a newer program, or restore a back-up made before the upgrade."));
        if ((int)meta[1] != partitions)
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The keys '{keys}:*' in Redis were made for {(int)meta[1]} partitions, but the setting Personalization:Partitions is {partitions}. The number is fixed at the first start: set it to {(int)meta[1]}, or take another Personalization:Redis:KeyPrefix."));
    }

    [LoggerMessage(EventId = 3111, Level = LogLevel.Warning, Message = "Answered events are not safe: {Durability}")]
    private static partial void LogLosses(ILogger logger, RedisDurability durability);
}
