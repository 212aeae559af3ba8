using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Content;
using Personalization.Algorithms.Recommendation.ItemPairs;
using Personalization.Algorithms.Recommendation.Mixing;
using Personalization.Algorithms.Recommendation.NearestNeighbours;
using Personalization.Algorithms.Recommendation.Trending;
using Personalization.Configuration;
using Personalization.Engine.Recommendations.Catalogue;

namespace Personalization.Engine.Recommendations.Indexes;

/// <summary>
/// Everything that is learned of items from all customers: four recommenders whose mix is learned, and what is trending, from which the rest of an
/// answer is filled. A deterministic fold of numbered clicks; not safe for concurrent use.
/// </summary>
/// <remarks>
/// The mix: VMIS-kNN, sequential rules, decayed co-visitation, content neighbours. Trending is not in the mix, because popularity says nothing of
/// <i>this</i> session: it ranks only what no evidence of the session or the customer ranks. Content is taught by the catalogue and not saved.
/// </remarks>
public sealed class ItemIndexes
{
    private const byte FormatVersion = 1;
    private const int ItemsPerToken = 100;

    private readonly RecommendationOptions _options;

    /// <summary>Makes empty indexes.</summary>
    public ItemIndexes(RecommendationOptions options)
        : this(options, new VmisKnn(NeighbourOptions(options)), new SequentialRules(PairOptions(options)), new CoVisitation(PairOptions(options)), new TrendingItems(TrendOptions(options)))
    {
    }

    private ItemIndexes(RecommendationOptions options, VmisKnn neighbours, SequentialRules rules, CoVisitation pairs, TrendingItems trending)
    {
        _options = options;
        (Neighbours, Rules, Pairs, Trending) = (neighbours, rules, pairs, trending);
        Content = new ContentNeighbours(new ContentOptions { LastItems = 2, ItemsPerToken = ItemsPerToken, TokensPerItem = 16, ItemCapacity = options.Items });
        Mix = new RecommendationMix([neighbours, rules, pairs, Content]);
    }

    /// <summary>How many clicks were learned: the number that the next batch begins with.</summary>
    public long Position { get; private set; }

    /// <summary>Sessions like the running one.</summary>
    public VmisKnn Neighbours { get; }

    /// <summary>What came after an item.</summary>
    public SequentialRules Rules { get; }

    /// <summary>What was seen with an item.</summary>
    public CoVisitation Pairs { get; }

    /// <summary>What is like an item by category, brand and price.</summary>
    public ContentNeighbours Content { get; }

    /// <summary>The four of them, weighed by what they foretold.</summary>
    public RecommendationMix Mix { get; }

    /// <summary>What many look at: counted once a session, and for the first items of a session that neighbours keep.</summary>
    public TrendingItems Trending { get; }

    /// <summary>Memory held, in bytes.</summary>
    public long AllocatedBytes => Mix.AllocatedBytes + Trending.AllocatedBytes;

    /// <summary>Takes the next clicks in.</summary>
    public void Learn(ReadOnlySpan<Click> clicks)
    {
        foreach (ref readonly var click in clicks)
        {
            // Before the session has it: an item trends by the sessions that it comes in, and not by how often one visitor looks at it.
            if (Neighbours.IsNews(click)) Trending.Learn(click);
            Mix.Learn(click);
        }

        Position += clicks.Length;
    }

    /// <summary>Takes items of the catalogue in.</summary>
    public void Put(IReadOnlyList<ItemTokens> contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        foreach (var (item, tokens) in contents) Content.Put(item, tokens);
    }

    /// <summary>Writes everything that clicks taught.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        writer.Write(Position);
        writer.Write(_options.TrendingHalfLife.Ticks);
        Trending.Save(writer);
        Neighbours.Save(writer);
        Rules.Save(writer);
        Pairs.Save(writer);
        Mix.SaveWeights(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote. Bounds are those of the options; after another half-life was set what is trending starts anew.</summary>
    /// <exception cref="InvalidDataException">The bytes are of another form.</exception>
    public static ItemIndexes Load(BinaryReader reader, RecommendationOptions options)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(options);
        if (reader.ReadByte() is var version and not FormatVersion) throw new InvalidDataException($"item indexes of format {version}; this is {FormatVersion}.");
        var position = reader.ReadInt64();
        var halfLife = TimeSpan.FromTicks(reader.ReadInt64());
        var trending = TrendingItems.Load(reader, TrendOptions(options) with { HalfLife = halfLife });
        var loaded = new ItemIndexes(
            options,
            VmisKnn.Load(reader, NeighbourOptions(options)),
            SequentialRules.Load(reader, PairOptions(options)),
            CoVisitation.Load(reader, PairOptions(options)),
            halfLife == options.TrendingHalfLife ? trending : new TrendingItems(TrendOptions(options)))
        {
            Position = position,
        };
        loaded.Mix.LoadWeights(reader);
        return loaded;
    }

    private static VmisKnnOptions NeighbourOptions(RecommendationOptions options) =>
        new() { SessionCapacity = options.Sessions, RecentSessions = 500, Neighbours = 100, LastItems = 4, MaxSessionLength = 32 };

    private static ItemPairOptions PairOptions(RecommendationOptions options) => new()
    {
        ItemCapacity = options.Items,
        PartnersPerItem = options.PartnersPerItem,
        HalfLife = options.PairHalfLife,
        LastItems = 3,
        OpenSessions = 50_000,
    };

    private static TrendingOptions TrendOptions(RecommendationOptions options) => new() { HalfLife = options.TrendingHalfLife, ItemCapacity = options.Items, Leaders = 500 };
}
