using Personalization.Algorithms.Recommendation.Diversity;
using Personalization.Algorithms.Recommendation.NearestNeighbours;

namespace Personalization.Algorithms.Recommendation.Content;

/// <summary>
/// Content neighbours: items that share category, brand, price band or words with those of the running session. It recommends an item from the moment
/// it is put, before anyone has clicked it.
/// </summary>
/// <remarks>
/// <para>An item is a set of tokens (<see cref="ItemContent"/>), rare tokens weighing more: w(t) = ln(1 + N/N_t), N items of which N_t have t. Items
/// are compared by the weighted Jaccard index, and the score is its sum over the session's last items sₚ, p = 1 the current:</para>
/// <code>
/// sim(i, j) = Σ w(t) over t ∈ i ∩ j  /  Σ w(t) over t ∈ i ∪ j,     score(j | s) = Σ (1/p) · sim(sₚ, j)
/// </code>
/// <para>Source: the inverted-file form of vector retrieval, Salton and McGill, "Introduction to Modern Information Retrieval", 1983; Jaccard,
/// 1901.</para>
/// <para>Clicks teach it nothing (<see cref="Learn"/> does nothing): its knowledge is the catalogue. Putting costs O(tokens), a query O(last items ·
/// tokens · items per token) at most.</para>
/// </remarks>
public sealed class ContentNeighbours : SessionRecommender, IItemSimilarity
{
    private const int FormatVersion = 1;
    private readonly ContentOptions _options;

    // The same two-way index that serves sessions of items serves items of tokens: "sessions" are items, "items" are tokens.
    private readonly SessionIndex _index;

    /// <summary>Makes an empty catalogue.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public ContentNeighbours(ContentOptions? options = null)
    {
        _options = options ?? new ContentOptions();
        _options.Validate();
        _index = new SessionIndex(_options.ItemCapacity, _options.ItemsPerToken, _options.TokensPerItem);
    }

    /// <inheritdoc/>
    public override string Name => "content";

    /// <summary>Items in the catalogue.</summary>
    public int ItemCount => _index.SessionCount;

    /// <inheritdoc/>
    public override long AllocatedBytes => _index.AllocatedBytes;

    /// <summary>Does nothing: content is put, not clicked.</summary>
    public override void Learn(in Click click) { }

    /// <summary>Puts an item with its tokens, in place of those it had. Putting anew does not make it newer.</summary>
    public void Put(ulong item, ReadOnlySpan<ulong> tokens)
    {
        if (_index.TryFind(item, out var number)) _index.RemoveItems(number);
        else number = _index.StartSession(item, 0);
        foreach (var token in tokens) _index.AddItem(number, token, 0);
    }

    /// <inheritdoc/>
    public double Between(ulong item, ulong other)
    {
        if (item == other) return 1;
        if (!_index.TryFind(item, out var a) || !_index.TryFind(other, out var b)) return 0;
        var (shared, total) = (0.0, 0.0);
        ref readonly var left = ref _index.Session(a);
        ref readonly var right = ref _index.Session(b);
        var tokens = _index.ItemsOf(right);
        foreach (var token in _index.ItemsOf(left))
        {
            var weight = Weight(token);
            total += weight;
            if (tokens.Contains(token)) shared += weight;
        }

        foreach (var token in tokens) total += Weight(token);
        return total - shared <= 0 ? 0 : shared / (total - shared);
    }

    private protected override void CollectCandidates(in SessionQuery query, RecommendationScratch scratch)
    {
        var table = scratch.Scores;
        table.Clear();
        var last = query.Items.Length > _options.LastItems ? query.Items[^_options.LastItems..] : query.Items;
        foreach (var item in last)
        {
            if (!_index.TryFind(item, out var number)) continue;
            foreach (var token in _index.ItemsOf(_index.Session(number)))
            {
                ref readonly var postings = ref _index.Item(token);
                for (var i = 0; i < postings.Count; i++) table.At(_index.PostingAt(postings.Block, (postings.Head + i) & ((1 << postings.SizeClass) - 1)));
            }
        }

        for (var i = 0; i < table.Count; i++)
        {
            var item = _index.KeyOf(_index.Session((uint)table.KeyAt(i)));
            var score = 0.0;
            for (var position = 1; position <= last.Length; position++)
            {
                if (last[^position] != item) score += Between(last[^position], item) / position;
            }

            if (score > 0) scratch.Candidates.Add(item, score);
        }
    }

    private double Weight(int token) => Math.Log(1 + (_index.SessionCount / (double)_index.Item(token).Sessions));

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        _index.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote; bounds are those of <paramref name="options"/>.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static ContentNeighbours Load(BinaryReader reader, ContentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var loaded = new ContentNeighbours(options);
        if (reader.ReadInt32() is var version and not FormatVersion) throw new InvalidDataException($"content of format {version}; this is {FormatVersion}.");
        loaded._index.Load(reader);
        return loaded;
    }
}
