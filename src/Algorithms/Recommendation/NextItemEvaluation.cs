using Personalization.Algorithms.Recommendation.Mixing;

namespace Personalization.Algorithms.Recommendation;

/// <summary>
/// The protocol of next-item prediction: every prefix of every test session predicts the item that came next, against all items.
/// </summary>
/// <remarks>
/// <para>For a session of n clicks the prefixes of length <see cref="MinPrefix"/>…n−1 are asked for the best <see cref="Cutoff"/> items. With r the
/// rank of the item that came next
/// (1 the first; a miss has no rank), averaged over all cases:</para>
/// <code>
/// HR@K = [r ≤ K]     MRR@K = [r ≤ K] / r     NDCG@K = [r ≤ K] / log₂(r + 1)
/// </code>
/// <para>Nothing is sampled and no case is left out: an item never seen in training is a miss. Equal scores stand in the order of the higher item id,
/// so a recommender gains nothing by ties. The recommender does not learn from the test sessions.
/// The protocol is that of Hidasi et al., "Session-based Recommendations with Recurrent Neural Networks", ICLR 2016; on why candidates are not
/// sampled: Krichene and Rendle, "On Sampled Metrics for Item Recommendation", KDD 2020.</para>
/// <para><see cref="Repeats"/> decides whether what the session has seen may be recommended. The cases stay the same: with repeats excluded, a case
/// whose next item is a repeat is a miss.</para>
/// </remarks>
public sealed class NextItemEvaluation
{
    /// <summary>K: how many items are asked for. Default 20.</summary>
    public int Cutoff { get; init; } = 20;

    /// <summary>The shortest prefix that is a case. Default 1.</summary>
    public int MinPrefix { get; init; } = 1;

    /// <summary>Which items of the session may be recommended. Default: all.</summary>
    public RepeatPolicy Repeats { get; init; } = RepeatPolicy.Allow;

    /// <summary>Asks a recommender about every case.</summary>
    /// <param name="recommender">Already trained; left unchanged.</param>
    /// <param name="sessions">The test sessions; those shorter than two clicks hold no case.</param>
    /// <param name="progress">Called after each session with the number done.</param>
    public NextItemResult Evaluate(SessionRecommender recommender, SessionSet sessions, Action<int>? progress = null) =>
        Run(recommender, null, sessions, progress);

    /// <summary>Asks a mix about every case and lets it learn its weights from the case's outcome after that: progressive validation, an honest
    /// figure of a learner while it learns. Its sources do not change.</summary>
    /// <param name="mix">Its weights change.</param>
    /// <param name="sessions">The sessions, each learned after it was asked about.</param>
    /// <param name="progress">Called after each session with the number done.</param>
    public NextItemResult EvaluateAndLearn(RecommendationMix mix, SessionSet sessions, Action<int>? progress = null) => Run(mix, mix, sessions, progress);

    private NextItemResult Run(SessionRecommender recommender, RecommendationMix? learner, SessionSet sessions, Action<int>? progress)
    {
        ArgumentNullException.ThrowIfNull(recommender);
        ArgumentNullException.ThrowIfNull(sessions);
        ArgumentOutOfRangeException.ThrowIfLessThan(Cutoff, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinPrefix, 1);
        var scratch = new RecommendationScratch();
        var results = new ScoredItem[Cutoff];
        var tally = new NextItemResult(recommender.Name, Cutoff, sessions.Count);
        for (var s = 0; s < sessions.Count; s++)
        {
            var items = sessions.Items(s);
            var times = sessions.Times(s);
            for (var length = MinPrefix; length < items.Length; length++)
            {
                var query = new SessionQuery(items[..length], times[length - 1], Repeats);
                var count = recommender.Recommend(query, scratch, results);
                tally.Add(s, length, RankOf(items[length], results.AsSpan(0, count)), items[..length].Contains(items[length]));
                learner?.LearnWeights(query, items[length], scratch);
            }

            progress?.Invoke(s + 1);
        }

        return tally;
    }

    private static int RankOf(ulong item, ReadOnlySpan<ScoredItem> results)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Item == item) return i + 1;
        }

        return 0;
    }
}
