using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.ItemPairs;
using Personalization.Algorithms.Recommendation.Mixing;
using Personalization.Algorithms.Recommendation.Trending;

namespace Personalization.Algorithms.Tests.Recommendation.Mixing;

public sealed class RecommendationMixTests
{
    /// <summary>Popular items 1–9 are noise; what follows item 20+i is 40+i. The mix must come to trust the rules.</summary>
    [Fact]
    public void It_learns_which_source_to_trust_and_the_loss_falls()
    {
        var mix = new RecommendationMix([new TrendingItems(), new SequentialRules()], new() { LearningRate = .2 });
        for (ulong s = 0; s < 400; s++)
        {
            mix.Learn(new Click(s, 20 + (s % 10), (long)s));
            mix.Learn(new Click(s, 40 + (s % 10), (long)s));
            for (ulong noise = 1; noise < 10; noise++) mix.Learn(new Click(10_000 + (s * 10) + noise, noise, (long)s));
        }

        var scratch = new RecommendationScratch();
        var losses = new List<double>();
        for (ulong s = 0; s < 300; s++) losses.Add(mix.LearnWeights(new SessionQuery([20 + (s % 10)], 400), 40 + (s % 10), scratch));
        Assert.True(losses.TakeLast(10).Average() < losses.Take(10).Average() / 3);
        var results = new ScoredItem[1];
        Assert.Equal(1, mix.Recommend(new SessionQuery([23], 400), scratch, results));
        Assert.Equal(43UL, results[0].Item);
        Assert.True(results[0].Score > .9, "the score is the probability of the item among the candidates");
    }

    [Fact]
    public void The_step_is_along_the_gradient_of_the_loss()
    {
        // Against the numerical derivative: AdaGrad's first step moves each weight by rate·sign(g), whatever its size, so signs are compared.
        var mix = Make();
        var scratch = new RecommendationScratch();
        var query = new SessionQuery([2], 50);
        var before = mix.Weights.ToArray();
        var loss = mix.LearnWeights(query, 4, scratch);
        var after = mix.Weights.ToArray();
        var checkedWeights = 0;
        for (var w = 0; w < before.Length; w++)
        {
            var probe = Make();
            var moved = (double[])before.Clone();
            moved[w] += 1e-5;
            probe.SetWeights(moved);
            var slope = (probe.LearnWeights(query, 4, scratch) - loss) / 1e-5;
            if (Math.Abs(slope) < 1e-3) continue;
            Assert.Equal(-Math.Sign(slope), Math.Sign(after[w] - before[w]));
            checkedWeights++;
        }

        Assert.True(checkedWeights > 5);
    }

    [Fact]
    public void An_item_that_no_source_proposes_teaches_nothing()
    {
        var mix = Make();
        var before = mix.Weights.ToArray();
        Assert.True(double.IsNaN(mix.LearnWeights(new SessionQuery([2], 50), 999, new RecommendationScratch())));
        Assert.Equal(before, mix.Weights.ToArray());
    }

    [Fact]
    public void A_mix_needs_sources_that_are_not_mixes_and_weights_that_fit()
    {
        Assert.Throws<ArgumentException>(() => new RecommendationMix([]));
        Assert.Throws<ArgumentException>(() => new RecommendationMix([Make()]));
        Assert.Throws<ArgumentException>(() => Make().SetWeights([1, 2]));
        var weights = Make().Weights.ToArray();
        weights[0] = double.NaN;
        Assert.Throws<ArgumentException>(() => Make().SetWeights(weights));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecommendationMix([new TrendingItems()], new() { LearningRate = 0 }));
    }

    private static RecommendationMix Make()
    {
        var mix = new RecommendationMix([new TrendingItems(), new SequentialRules(), new CoVisitation()]);
        for (ulong i = 0; i < 60; i++) mix.Learn(new Click(i / 4, (i * i) % 7, (long)i));
        return mix;
    }
}
