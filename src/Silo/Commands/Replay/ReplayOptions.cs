namespace Personalization.Silo.Commands.Replay;

/// <summary>How a replay sends.</summary>
public sealed record ReplayOptions
{
    /// <summary>Events of a request, at most. Default 500.</summary>
    public int Batch { get; init; } = 500;

    /// <summary>Requests under way at once; a customer's events always take the same lane, so they stay in order. Default 4.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Events a second, at most; null = as fast as the engine takes them.</summary>
    public double? Rate { get; init; }

    /// <summary>How long nothing may be taken (the engine is down, or too busy) before the replay gives up. Default 2 minutes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}
