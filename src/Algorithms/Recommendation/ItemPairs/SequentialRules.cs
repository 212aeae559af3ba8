namespace Personalization.Algorithms.Recommendation.ItemPairs;

/// <summary>
/// Sequential rules: what was clicked after this item, the sooner after it the heavier.
/// </summary>
/// <remarks>
/// <para>Source: Ludewig and Jannach, "Evaluation of Session-based Recommendation Algorithms", UMUAI 28, 2018 (SR). A click on j at distance d ≤
/// <see cref="ItemPairOptions.Window"/> after i in the same session adds 1/d to w(i → j);
/// the score of j is its share of the weight that leaves i, decayed since:</para>
/// <code>score(j | s) = Σ over the last items sₚ of the session, p = 1 the current, of  (1/p) · w(sₚ → j) / w(sₚ → ·)</code>
/// <para>A repeated item makes the rule i → i: views that are reloaded are common, and <see cref="RepeatPolicy"/> decides whether to recommend so.
/// Learning costs O(window · partners), a query O(last items · partners).</para>
/// <example>After sessions (1,2,3) and (1,2), with item 1 current: 2 has weight 2, 3 has ½; their scores are 0.8 and 0.2.</example>
/// </remarks>
public sealed class SequentialRules(ItemPairOptions? options = null) : ItemPairRecommender(options)
{
    /// <inheritdoc/>
    public override string Name => "sequential rules";

    private protected override void LearnPair(ulong earlier, ulong later, int distance, long time) => Pairs.Add(earlier, later, 1.0 / distance, time);

    /// <summary>Reads what <c>Save</c> wrote; bounds are those of <paramref name="options"/>.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static SequentialRules Load(BinaryReader reader, ItemPairOptions? options = null)
    {
        var loaded = new SequentialRules(options);
        loaded.Restore(reader);
        return loaded;
    }
}
