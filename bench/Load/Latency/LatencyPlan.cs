namespace Personalization.Load.Latency;

/// <summary>What <c>latency</c> does.</summary>
internal sealed record LatencyPlan
{
    /// <summary>On Redis, with a server of the run's own, instead of SQLite; null = SQLite, else what Redis waits for before it answers: <c>always</c> or <c>everysec</c>.</summary>
    public string? RedisFsync { get; init; }

    /// <summary>Events per second, probes included; null = half of the full rate, which is measured first.</summary>
    public required double? Rate { get; init; }

    /// <summary>How long.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Events per second that are followed until they are seen, one half of warm and one half of cold customers; and as many empty calls as of either.</summary>
    public required double Probes { get; init; }

    /// <summary>Customers of the other events, by Zipf(1).</summary>
    public required int Customers { get; init; }

    /// <summary>HTTP connections of the other events, and a quarter as many of the probes.</summary>
    public required int Connections { get; init; }
}
