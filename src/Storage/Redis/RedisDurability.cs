using System.Globalization;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>What the Redis server promises to keep, read from its settings at the start.</summary>
/// <param name="Losses">What can be lost, one sentence each; empty if every answered event survives the death of the server.</param>
public sealed record RedisDurability(IReadOnlyList<string> Losses)
{
    /// <summary>Whether an answered event survives.</summary>
    public bool IsComplete => Losses.Count == 0;

    /// <summary>The state in one sentence.</summary>
    public override string ToString() => IsComplete
        ? "Redis keeps every answered event (appendonly yes, appendfsync always, maxmemory-policy noeviction)"
        : string.Join(" ", Losses);

    /// <summary>The same for whoever knows nothing of Redis.</summary>
    public StorageDurability ToStorage() => new(IsComplete, ToString());

    /// <summary>Judges settings; null where the server does not tell one.</summary>
    public static RedisDurability Judge(string? appendOnly, string? appendFsync, string? maxMemory, string? maxMemoryPolicy)
    {
        var losses = new List<string>();
        if (appendOnly is null || appendFsync is null || maxMemoryPolicy is null)
        {
            losses.Add("Redis does not show its settings (CONFIG is not allowed): see to it that it runs with appendonly yes, appendfsync always and maxmemory-policy noeviction, or answered events can be lost when it dies.");
            return new RedisDurability(losses);
        }

        if (appendOnly != "yes") losses.Add("Redis has appendonly no: when it dies, everything since its last snapshot is lost.");
        else if (appendFsync == "everysec") losses.Add("Redis has appendfsync everysec: when its machine dies, up to about two seconds of answered events are lost.");
        else if (appendFsync != "always") losses.Add(string.Create(CultureInfo.InvariantCulture, $"Redis has appendfsync {appendFsync}: when its machine dies, answered events of about half a minute can be lost."));
        if (maxMemoryPolicy != "noeviction" && maxMemory is not (null or "0"))
            losses.Add($"Redis has maxmemory-policy {maxMemoryPolicy}: when its memory is full, it deletes profiles and logs. Set noeviction, which refuses writes instead.");
        return new RedisDurability(losses);
    }

    /// <summary>Asks all primaries of a connection; the worst answer counts.</summary>
    public static async Task<RedisDurability> Read(IConnectionMultiplexer connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var losses = new List<string>();
        foreach (var server in connection.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            string?[] values;
            try
            {
                values = [await Get(server, "appendonly").ConfigureAwait(false), await Get(server, "appendfsync").ConfigureAwait(false), await Get(server, "maxmemory").ConfigureAwait(false), await Get(server, "maxmemory-policy").ConfigureAwait(false)];
            }
            catch (Exception fault) when (fault is RedisServerException or RedisCommandException)
            {
                values = [null, null, null, null];
            }

            losses.AddRange(Judge(values[0], values[1], values[2], values[3]).Losses);
        }

        return new RedisDurability([.. losses.Distinct()]);
    }

    private static async Task<string?> Get(IServer server, string setting) => (await server.ConfigGetAsync(setting).ConfigureAwait(false)) is [var found, ..] ? found.Value : null;
}
