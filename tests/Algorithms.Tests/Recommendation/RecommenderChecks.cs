using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Content;
using Personalization.Algorithms.Recommendation.ItemPairs;
using Personalization.Algorithms.Recommendation.Mixing;
using Personalization.Algorithms.Recommendation.NearestNeighbours;
using Personalization.Algorithms.Recommendation.Trending;

namespace Personalization.Algorithms.Tests.Recommendation;

public sealed class VmisKnnChecks : SessionRecommenderChecks
{
    private static readonly VmisKnnOptions Options =
        new() { RecentSessions = 7, Neighbours = 5, LastItems = 3, SessionCapacity = 9, MaxSessionLength = 6, HalfLife = TimeSpan.FromMinutes(20) };

    protected override SessionRecommender Create() => new VmisKnn(Options);

    protected override SessionRecommender Load(BinaryReader reader) => VmisKnn.Load(reader, Options);
}

public sealed class SequentialRulesChecks : SessionRecommenderChecks
{
    internal static readonly ItemPairOptions Options =
        new() { Window = 4, LastItems = 3, HalfLife = TimeSpan.FromMinutes(1), PartnersPerItem = 5, ItemCapacity = 11, OpenSessions = 6 };

    protected override SessionRecommender Create() => new SequentialRules(Options);

    protected override SessionRecommender Load(BinaryReader reader) => SequentialRules.Load(reader, Options);
}

public sealed class CoVisitationChecks : SessionRecommenderChecks
{
    protected override SessionRecommender Create() => new CoVisitation(SequentialRulesChecks.Options);

    protected override SessionRecommender Load(BinaryReader reader) => CoVisitation.Load(reader, SequentialRulesChecks.Options);
}

public sealed class TrendingItemsChecks : SessionRecommenderChecks
{
    private static readonly TrendingOptions Options = new() { HalfLife = TimeSpan.FromMinutes(1), Leaders = 8, ItemCapacity = 12 };

    protected override SessionRecommender Create() => new TrendingItems(Options);

    protected override SessionRecommender Load(BinaryReader reader) => TrendingItems.Load(reader, Options);
}

public sealed class ContentNeighboursChecks : SessionRecommenderChecks
{
    private static readonly ContentOptions Options = new() { ItemsPerToken = 6, TokensPerItem = 5, ItemCapacity = 20 };

    protected override SessionRecommender Create()
    {
        var content = new ContentNeighbours(Options);
        for (ulong item = 1; item <= 30; item++) content.Put(item, [item % 3, 100 + (item % 5), 1_000 + (item / 4)]);
        return content;
    }

    protected override SessionRecommender Load(BinaryReader reader) => ContentNeighbours.Load(reader, Options);
}

public sealed class RecommendationMixChecks : SessionRecommenderChecks
{
    private static readonly VmisKnnOptions Vmis = new() { RecentSessions = 7, Neighbours = 5, LastItems = 3, SessionCapacity = 9 };
    private static readonly TrendingOptions Trending = new() { HalfLife = TimeSpan.FromMinutes(1), Leaders = 8, ItemCapacity = 12 };
    private static readonly MixOptions Options = new() { CandidatesPerSource = 12 };

    protected override SessionRecommender Create()
    {
        var mix = new RecommendationMix([new VmisKnn(Vmis), new SequentialRules(SequentialRulesChecks.Options), new TrendingItems(Trending)], Options);

        // Weights that are no longer those of the start must survive saving.
        var scratch = new RecommendationScratch();
        var teacher = Fit(new RecommendationMix([new VmisKnn(Vmis), new SequentialRules(SequentialRulesChecks.Options), new TrendingItems(Trending)], Options), Sample(200));
        for (ulong item = 0; item < 40; item++) teacher.LearnWeights(new SessionQuery([item, 3], Now), (item * 7) % 40, scratch);
        mix.SetWeights(teacher.Weights);
        return mix;
    }

    protected override SessionRecommender Load(BinaryReader reader) => RecommendationMix.Load(
        reader, [r => VmisKnn.Load(r, Vmis), r => SequentialRules.Load(r, SequentialRulesChecks.Options), r => TrendingItems.Load(r, Trending)], Options);
}
