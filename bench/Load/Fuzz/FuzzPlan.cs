namespace Personalization.Load.Fuzz;

/// <summary>How a fuzz run is made.</summary>
internal sealed record FuzzPlan
{
    /// <summary>Requests, all connections together.</summary>
    public int Requests { get; init; } = 100_000;

    /// <summary>Connections, each with one request under way.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Of all requests: the same seed and number of connections send the same bytes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>An answer that takes longer hangs.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);
}
