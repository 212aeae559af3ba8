namespace Personalization.Load.Rolling;

/// <summary>What <c>rolling</c> does.</summary>
internal sealed record RollingPlan
{
    /// <summary>How long traffic goes on after each step has come to rest.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether silos are added and taken away.</summary>
    public bool Scales { get; init; } = true;

    /// <summary>To how many silos: with 3, the third one is killed and the second one stopped; with 2, the second one is stopped.</summary>
    public int MostSilos { get; init; } = 3;

    /// <summary>Whether every process is restarted gracefully, one after the other, with two silos.</summary>
    public bool Restarts { get; init; } = true;

    public int Partitions { get; init; } = 64;

    public int Producers { get; init; } = 2;

    public int Customers { get; init; } = 2000;

    public ulong Seed { get; init; } = 1;
}
