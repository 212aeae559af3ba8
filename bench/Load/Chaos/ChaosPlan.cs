namespace Personalization.Load.Chaos;

/// <summary>How a chaos run is made.</summary>
internal sealed record ChaosPlan
{
    /// <summary>How long processes are killed and paused, from the moment that all were ready.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The shortest and the longest time between two acts.</summary>
    public (TimeSpan Least, TimeSpan Most) Between { get; init; } = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    /// <summary>The longest pause of a silo. Above the six seconds after which it is declared dead, so that some become zombies.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(12);

    public int Silos { get; init; } = 2;

    public int Gateways { get; init; } = 2;

    public int Producers { get; init; } = 4;

    public int Readers { get; init; } = 2;

    public int Deciders { get; init; } = 4;

    public int Customers { get; init; } = 500;

    public int Partitions { get; init; } = 16;

    /// <summary>What Redis waits for before it answers: <c>always</c> or <c>everysec</c>.</summary>
    public string Fsync { get; init; } = "always";

    public ulong Seed { get; init; } = 1;
}
