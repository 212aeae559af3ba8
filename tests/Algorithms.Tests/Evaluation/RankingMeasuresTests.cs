using CsCheck;
using Personalization.Algorithms.Evaluation;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class RankingMeasuresTests
{
    [Fact]
    public void Rank_of_the_next_item_gives_hit_reciprocal_rank_and_gain()
    {
        int[] ranked = [7, 3, 9, 1];
        Assert.Equal(3, RankingMeasures.RankOf(ranked, 9, 20));
        Assert.Equal(0, RankingMeasures.RankOf(ranked, 9, 2));
        Assert.Equal(0, RankingMeasures.RankOf(ranked, 8, 20));
        Assert.Equal((1.0, 1.0 / 3, 0.5), (RankingMeasures.Hit(3), RankingMeasures.ReciprocalRank(3), RankingMeasures.DiscountedGain(3)));
        Assert.Equal((0.0, 0.0, 0.0), (RankingMeasures.Hit(0), RankingMeasures.ReciprocalRank(0), RankingMeasures.DiscountedGain(0)));
    }

    [Fact]
    public void Ndcg_precision_and_recall_of_several_relevant_items()
    {
        int[] ranked = [1, 2, 3, 4], relevant = [2, 4, 9];
        var ideal = 1 + 1 / Math.Log2(3) + 0.5;
        Assert.Equal((1 / Math.Log2(3) + 1 / Math.Log2(5)) / ideal, RankingMeasures.Ndcg(ranked, relevant, 4), 12);
        Assert.Equal(0.5, RankingMeasures.Precision(ranked, relevant, 4));
        Assert.Equal(2.0 / 3, RankingMeasures.Recall(ranked, relevant, 4), 12);
        Assert.True(double.IsNaN(RankingMeasures.Ndcg(ranked, [], 4)));
    }

    [Fact]
    public void Measures_lie_in_the_unit_interval_and_are_one_for_the_ideal_list() =>
        Gen.Select(Gen.Int[0, 40].HashSet[1, 20], Gen.Int[0, 40].HashSet[1, 20], Gen.Int[1, 25]).Sample((listed, wanted, k) =>
        {
            int[] ranked = [.. listed], relevant = [.. wanted];
            var ndcg = RankingMeasures.Ndcg(ranked, relevant, k);
            return ndcg is >= 0 and <= 1 + 1e-12
                && Math.Abs(RankingMeasures.Ndcg(relevant, relevant, k) - 1) < 1e-12
                && RankingMeasures.Precision(ranked, relevant, k) <= 1
                && RankingMeasures.Recall(ranked, relevant, k) <= 1;
        });

    [Fact]
    public void The_account_reports_means_coverage_novelty_and_diversity()
    {
        var score = new RankingScore(2, items: 4, interactions: [2, 1, 1, 0], dissimilarity: (a, b) => a % 2 == b % 2 ? 0 : 1);
        Assert.Equal(1, score.Add([0, 1, 3], 0));
        // Only the first two are looked at: 3 stands third.
        Assert.Equal(0, score.Add([0, 2, 3], 3));
        Assert.Equal(2, score.Count);
        Assert.Equal(0.5, score.HitRate);
        Assert.Equal(0.5, score.MeanReciprocalRank);
        Assert.Equal(0.5, score.Ndcg);
        Assert.Equal(0.75, score.Coverage);
        // Shares 2/5, 1/5, 1/5 (and 1/5 for the unseen): items 0, 1, 0, 2 were shown.
        Assert.Equal((2 * Math.Log2(2.5) + 2 * Math.Log2(5)) / 4, score.Novelty, 12);
        Assert.Equal(0.5, score.Diversity);
        Assert.True(score.HitRateInterval().Contains(0.5));
        Assert.True(score.MeanReciprocalRankInterval().Contains(0.5) && score.NdcgInterval().Contains(0.5));
    }

    [Fact]
    public void What_is_not_measured_is_not_a_number_and_settings_out_of_range_are_refused()
    {
        var score = new RankingScore(20, 10);
        score.Add([], 3);
        Assert.Equal(0, score.HitRate);
        Assert.True(double.IsNaN(score.Novelty) && double.IsNaN(score.Diversity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RankingScore(0, 10));
        Assert.Throws<ArgumentException>(() => new RankingScore(1, 10, [1]));
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 1, 3, 2, 4 }, 0.8)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 30, 20, 10 }, -1)]
    [InlineData(new double[] { 1, 1, 2, 2 }, new double[] { 5, 5, 9, 9 }, 1)]
    public void Spearman_of_known_examples(double[] a, double[] b, double expected) => Assert.Equal(expected, RankCorrelation.Spearman(a, b), 12);

    [Fact]
    public void Tied_ranks_are_shared_and_a_constant_has_no_correlation()
    {
        Assert.Equal([1.5, 1.5, 4, 3], RankCorrelation.Ranks([2, 2, 9, 5]));
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 1, 1], [1, 2, 3])));
        Assert.True(double.IsNaN(RankCorrelation.Spearman([], [])));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1], []));
    }
}
