namespace Personalization.Algorithms.Recommendation.ItemPairs;

/// <summary>
/// Decayed co-visitation: items seen in the same session, in either order, recent sessions counting more.
/// </summary>
/// <remarks>
/// <para>Two clicks on different items within <see cref="ItemPairOptions.Window"/> clicks of one session add 1 to c(i, j) and c(j, i); weights halve
/// every <see cref="ItemPairOptions.HalfLife"/>. The score of j is the share</para>
/// <code>score(j | s) = Σ over the last items sₚ of the session, p = 1 the current, of  (1/p) · c(sₚ, j) / c(sₚ, ·) · 2^(−age of the row/h)</code>
/// <para>Without decay and with one last item these are the association rules of size two of Ludewig and Jannach (UMUAI 28, 2018). Learning costs
/// O(window · partners), a query O(last items · partners).</para>
/// <example>Sessions (1,2) yesterday and (3,1) now with a half-life of a day: for item 1 the weight of 2 is ½, of 3 it is 1; their scores are ⅓ and
/// ⅔.</example>
/// </remarks>
public sealed class CoVisitation(ItemPairOptions? options = null) : ItemPairRecommender(options)
{
    /// <inheritdoc/>
    public override string Name => "co-visitation";

    private protected override void LearnPair(ulong earlier, ulong later, int distance, long time)
    {
        if (earlier == later) return;
        Pairs.Add(earlier, later, 1, time);
        Pairs.Add(later, earlier, 1, time);
    }

    /// <summary>Reads what <c>Save</c> wrote; bounds are those of <paramref name="options"/>.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static CoVisitation Load(BinaryReader reader, ItemPairOptions? options = null)
    {
        var loaded = new CoVisitation(options);
        loaded.Restore(reader);
        return loaded;
    }
}
