namespace Personalization.Algorithms.Recommendation.NearestNeighbours;

/// <summary>Parameters of <see cref="VmisKnn"/>. The defaults are those that Serenade publishes for its example data, with an index for a million
/// sessions.</summary>
public sealed record VmisKnnOptions
{
    /// <summary>m: how many of the most recent sessions that share an item with the running one are compared with it; also the length to which the
    /// postings of an item are kept. 1–32,768, default 500.</summary>
    public int RecentSessions { get; init; } = 500;

    /// <summary>k: how many of those, the most similar, vote. 1–<see cref="RecentSessions"/>, default 50 (fewer count as all).</summary>
    public int Neighbours { get; init; } = 50;

    /// <summary>How many items at the end of the running session are looked at. 1–64, default 2. Cost grows with it; long sessions drift, so a few
    /// are best.</summary>
    public int LastItems { get; init; } = 2;

    /// <summary>γ in idf^γ: 1 favours rare items fully (VMIS-kNN), 0 not at all (V-SKNN). 0–2, default 1.</summary>
    public double IdfExponent { get; init; } = 1;

    /// <summary>By how much the vote of a neighbour shrinks per step that its newest common item lies back in the running session: max(0, 1 −
    /// decay·position), position from 1. 0–1, default 0.1.</summary>
    public double MatchDecay { get; init; } = 0.1;

    /// <summary>Age at which the vote of a neighbouring session has halved, from its last click to the time of asking. Null (default): sessions do
    /// not age, the m most recent are enough.</summary>
    public TimeSpan? HalfLife { get; init; }

    /// <summary>Sessions held; beyond it the oldest is recycled. 1–2³⁰, default 1,000,000. Memory is about 40 bytes a session and 12 a distinct item
    /// in it.</summary>
    public int SessionCapacity { get; init; } = 1_000_000;

    /// <summary>Distinct items kept of one session, the first ones; crawlers are cut here. 2–4,096, default 64.</summary>
    public int MaxSessionLength { get; init; } = 64;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RecentSessions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RecentSessions, 32_768);
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LastItems, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LastItems, 64);
        if (!(IdfExponent is >= 0 and <= 2)) throw new ArgumentOutOfRangeException(nameof(IdfExponent), IdfExponent, "idf exponent must be 0–2.");
        if (!(MatchDecay is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(MatchDecay), MatchDecay, "match decay must be 0–1.");
        if (HalfLife is { } halfLife) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(halfLife, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SessionCapacity, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSessionLength, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxSessionLength, 4_096);
    }
}
