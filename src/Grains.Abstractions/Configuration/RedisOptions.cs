namespace Personalization.Configuration;

/// <summary>Redis, where <see cref="PersonalizationOptions.Storage"/> is <see cref="StorageKind.Redis"/>: logs, state, documents and the cluster's membership.</summary>
public sealed class RedisOptions
{
    /// <summary>
    /// Where Redis is, as StackExchange.Redis reads it: <c>host:port</c>, several with commas for a Redis Cluster or Sentinel, then options such as <c>password=…,ssl=true</c>.
    /// No default. It may hold a password, so it is never logged.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>What all keys begin with, so that installations can share a server. Default <c>personalization</c>. Letters, digits, <c>-</c>, <c>_</c>, <c>.</c>, at most 64.</summary>
    public string KeyPrefix { get; set; } = "personalization";

    /// <summary>How long a call to Redis may take before its outcome is unknown and it is repeated. Default 5 s. Shorter notices a dead server sooner; longer rides out slow disks.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a start waits for a Redis that does not answer before it gives up. Default 30 s; at least <see cref="Timeout"/>.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After how much silence a waiting reader looks at the log by itself. Default 1 s. Readers are woken by a message with each append; this is for messages that were lost with a
    /// connection, so it bounds the delay after a failover, and idle load is one small read per partition and interval.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
