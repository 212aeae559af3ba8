namespace Personalization.Algorithms.Recommendation;

/// <summary>
/// A recommender of next items from the running session: it learns one click at a time and answers at any moment.
/// </summary>
/// <remarks>
/// <para>The state is a deterministic fold of the clicks learned, in their order: two instances with equal options that learned the same
/// clicks answer bit-equally, however the clicks were cut into batches, and so does one restored by its <c>Load</c>. There is no clock
/// and no randomness inside.</para>
/// <para>Learning is for one thread at a time and excludes answering; answering never changes the recommender, so any number of threads may
/// answer at once, each with a <see cref="RecommendationScratch"/> of its own. <see cref="Replication.RecommenderReplica{T}"/> gives readers a
/// snapshot that a single writer moves on.</para>
/// <para>Answering allocates nothing once the scratch has grown to the recommender's size.</para>
/// </remarks>
public abstract class SessionRecommender
{
    /// <summary>The name under which the field knows the method, as in reports.</summary>
    public abstract string Name { get; }

    /// <summary>Memory held by the state, in bytes, counted from the arrays it is made of. It does not shrink when content is recycled.</summary>
    public abstract long AllocatedBytes { get; }

    /// <summary>Takes one click in. Amortised constant time; memory stays within the bounds of the options.</summary>
    public abstract void Learn(in Click click);

    /// <summary>Writes the whole state (the base of "base and numbered deltas"); equal states write equal bytes.</summary>
    public abstract void Save(BinaryWriter writer);

    /// <summary>
    /// Collects every candidate with its score, each item at most once and in an order that depends on the state alone; the session's
    /// items are filtered by the caller.
    /// </summary>
    private protected abstract void CollectCandidates(in SessionQuery query, RecommendationScratch scratch);

    /// <summary>Writes the best items, best first, ties by the higher item id.</summary>
    /// <param name="query">The running session.</param>
    /// <param name="scratch">Working memory of the calling thread.</param>
    /// <param name="results">Receives the items; its length is the number wanted.</param>
    /// <returns>How many were written: fewer than wanted where there is no evidence for more, 0 where nothing is known.</returns>
    public int Recommend(in SessionQuery query, RecommendationScratch scratch, Span<ScoredItem> results)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        if (results.IsEmpty) return 0;
        scratch.Candidates.Clear();
        CollectCandidates(query, scratch);
        var best = new TopItems(results);
        foreach (ref readonly var candidate in scratch.Candidates.Items)
        {
            if (best.Admits(candidate) && query.Permits(candidate.Item)) best.Add(candidate);
        }

        return best.Sort();
    }

    /// <summary>Scores the caller's own list (a rerank): <paramref name="scores"/>[i] belongs to <paramref name="items"/>[i], 0 where there is no
    /// evidence. No policy on repeats applies.</summary>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is shorter than <paramref name="items"/>.</exception>
    public virtual void Score(in SessionQuery query, ReadOnlySpan<ulong> items, RecommendationScratch scratch, Span<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        if (scores.Length < items.Length) throw new ArgumentException("There must be room for a score per item.", nameof(scores));
        scratch.Candidates.Clear();
        CollectCandidates(query, scratch);
        var table = scratch.Scores;
        table.Clear();
        foreach (ref readonly var candidate in scratch.Candidates.Items) table.At(candidate.Item) = candidate.Score;
        for (var i = 0; i < items.Length; i++) scores[i] = table.Find(items[i]);
    }
}
