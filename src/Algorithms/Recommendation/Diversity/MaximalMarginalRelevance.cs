namespace Personalization.Algorithms.Recommendation.Diversity;

/// <summary>
/// Maximal marginal relevance: a list whose items are relevant and not all alike.
/// </summary>
/// <remarks>
/// <para>Source: Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries", SIGIR 1998.
/// Greedily, with R the items not yet chosen and S the chosen ones, the next is</para>
/// <code>argmax over i ∈ R of  λ·rel(i) − (1 − λ)·max over j ∈ S of sim(i, j)</code>
/// <para>rel is the score brought to [0, 1] over the list (largest 1, smallest 0; all equal: 1), so that λ means the same for every recommender. λ =
/// 1 keeps the order, λ = 0 looks at likeness alone (the first is still the best). Ties go to the higher score, then to the higher item id.</para>
/// <para>Cost O(wanted · n) similarities: each step compares with the newest chosen item only. Allocates nothing.</para>
/// <example>Scores A 1, B 0.9 (the same product in red, sim 0.95), C 0; λ = 0.5: A, then B (0.45 − 0.475 &lt; 0) loses to C (0 − 0).</example>
/// </remarks>
public static class MaximalMarginalRelevance
{
    /// <summary>Moves the chosen items to the front of <paramref name="items"/>, in the order chosen; the rest follows in no special order. Scores
    /// stay with their items.</summary>
    /// <param name="items">Candidates with finite scores, in any order.</param>
    /// <param name="wanted">How many to choose; more than there are means all.</param>
    /// <param name="lambda">λ in [0, 1].</param>
    /// <param name="similarity">How alike two items are.</param>
    /// <param name="closeness">Working memory of at least the length of <paramref name="items"/>.</param>
    /// <returns>How many were chosen.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lambda"/> is outside [0, 1] or <paramref name="wanted"/> negative.</exception>
    /// <exception cref="ArgumentException"><paramref name="closeness"/> is too short.</exception>
    public static int Select<TSimilarity>(Span<ScoredItem> items, int wanted, double lambda, TSimilarity similarity, Span<double> closeness)
        where TSimilarity : IItemSimilarity
    {
        if (!(lambda is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ must be in [0, 1].");
        ArgumentOutOfRangeException.ThrowIfNegative(wanted);
        if (closeness.Length < items.Length) throw new ArgumentException("There must be room for a number per item.", nameof(closeness));
        wanted = Math.Min(wanted, items.Length);
        if (wanted == 0) return 0;
        closeness[..items.Length].Clear();
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (ref readonly var item in items) (low, high) = (Math.Min(low, item.Score), Math.Max(high, item.Score));
        for (var chosen = 0; chosen < wanted; chosen++)
        {
            var best = double.NegativeInfinity;
            var at = chosen;
            for (var i = chosen; i < items.Length; i++)
            {
                var relevance = high > low ? (items[i].Score - low) / (high - low) : 1;
                // The first has nothing to be unlike: it is the most relevant, also for λ = 0.
                var marginal = chosen == 0 ? relevance : (lambda * relevance) - ((1 - lambda) * closeness[i]);
                if (marginal < best || (marginal == best && !items[i].IsBefore(items[at]))) continue;
                best = marginal;
                at = i;
            }

            (items[chosen], items[at]) = (items[at], items[chosen]);
            (closeness[chosen], closeness[at]) = (closeness[at], closeness[chosen]);
            for (var i = chosen + 1; i < items.Length; i++) closeness[i] = Math.Max(closeness[i], similarity.Between(items[i].Item, items[chosen].Item));
        }

        return wanted;
    }
}
