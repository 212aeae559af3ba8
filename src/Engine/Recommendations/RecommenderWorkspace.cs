using Personalization.Algorithms.Recommendation;

namespace Personalization.Engine.Recommendations;

/// <summary>Working memory of one thread for recommending; holds nothing between two questions.</summary>
public sealed class RecommenderWorkspace
{
    [ThreadStatic]
    private static RecommenderWorkspace? _ofThread;

    /// <summary>The calling thread's.</summary>
    public static RecommenderWorkspace OfThread => _ofThread ??= new RecommenderWorkspace();

    /// <summary>The customer asked for.</summary>
    public CustomerTaste Taste { get; } = new();

    internal RecommendationScratch Scratch { get; } = new();

    internal ScoredItem[] Found { get; } = new ScoredItem[512];

    internal ulong[] Newest { get; } = new ulong[32];

    internal List<ulong> Query { get; } = new(CustomerTaste.SessionItems + 1);

    internal CandidateSet Candidates { get; } = new();

    internal ScoredItem[] Ranked = new ScoredItem[64];

    internal double[] Closeness = new double[64];

    internal ulong[] Items = new ulong[128];

    internal double[] Scores = new double[128];

    internal double[] Evidence = new double[128];

    internal void Reserve(int count)
    {
        if (Items.Length >= count) return;
        var length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count);
        Array.Resize(ref Items, length);
        Array.Resize(ref Scores, length);
        Array.Resize(ref Evidence, length);
    }
}
