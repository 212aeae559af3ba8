using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.ItemPairs;
using Personalization.Algorithms.Recommendation.NearestNeighbours;

namespace Personalization.Algorithms.Tests.Recommendation;

/// <summary>Figures of papers and of public code on public data. The whole of diginetica takes a minute and is asked for by name: <c>-explicit
/// only</c>.</summary>
public sealed class PublishedFigures(ITestOutputHelper output)
{
    [Theory]
    [InlineData(500, 50, 2, .3277, .6402)]
    [InlineData(1502, 288, 4, .3401, null)]
    public void VmisKnn_reproduces_the_published_figures_of_the_serenade_example(int m, int k, int last, double mrr, double? hitRate)
    {
        var (train, test) = SessionData.Serenade();
        var result = Evaluate(new VmisKnn(new() { RecentSessions = m, Neighbours = k, LastItems = last }), train, test, RepeatPolicy.ExcludeCurrent);
        Assert.Equal(931, result.Cases);
        Assert.Equal(mrr, result.MeanReciprocalRank, .005);
        if (hitRate is { } published) Assert.Equal(published, result.HitRate, .005);
    }

    [Fact]
    public void VmisKnn_and_sequential_rules_reproduce_the_figures_of_rsc15_with_and_without_repeats()
    {
        var (train, test) = SessionData.Rsc15();
        var vmis = new VmisKnnOptions { RecentSessions = 500, Neighbours = 100, LastItems = 4, IdfExponent = 0 };
        var with = Evaluate(new VmisKnn(vmis), train, test, RepeatPolicy.Allow);
        Assert.Equal(10_152, with.Cases);
        Assert.Equal(.683, with.HitRate, .001);
        Assert.Equal(.360, with.MeanReciprocalRank, .001);
        Assert.Equal(.429, Evaluate(new VmisKnn(vmis), train, test, RepeatPolicy.ExcludeCurrent).HitRate, .001);
        var rules = Evaluate(new SequentialRules(), train, test, RepeatPolicy.ExcludeCurrent);
        Assert.Equal(.3832, rules.HitRate, .001);
        Assert.Equal(.1839, rules.MeanReciprocalRank, .001);
    }

    [Fact]
    public void VmisKnn_comes_near_the_figure_of_diginetica_on_a_slice_of_its_test() =>
        Diginetica(testSessions: 1_500, hitRateTolerance: .02);

    [Fact(Explicit = true)]
    public void VmisKnn_reaches_the_figure_of_diginetica_on_all_of_it() => Diginetica(testSessions: int.MaxValue, hitRateTolerance: .001);

    [Fact]
    public void On_rsc15_the_mix_is_better_than_the_best_single_method() => CompareMix(SessionData.Rsc15(), RepeatPolicy.Allow, atLeast: 0);

    [Fact]
    public void On_the_serenade_example_the_mix_is_not_a_point_worse_than_the_best_single_method() =>
        CompareMix(SessionData.Serenade(), RepeatPolicy.ExcludeCurrent, atLeast: -.01);

    [Fact(Explicit = true)]
    public void On_diginetica_the_mix_is_better_than_the_best_single_method() => CompareMix(SessionData.Diginetica(), RepeatPolicy.Allow, atLeast: 0);

    private void Diginetica(int testSessions, double hitRateTolerance)
    {
        var (train, test) = SessionData.Diginetica();
        var result = Evaluate(new VmisKnn(new() { RecentSessions = 500, Neighbours = 100, LastItems = 9 }), train, test.Slice(0, Math.Min(testSessions, test.Count)), RepeatPolicy.Allow);
        Assert.True(result.HitRate > .5168 - hitRateTolerance, $"HR {result.HitRate}");
        Assert.True(result.MeanReciprocalRank > .1824 - hitRateTolerance, $"MRR {result.MeanReciprocalRank}");
    }

    /// <summary>The opponent is the single method that is best on the test itself, for each measure: harder than the one a user could have
    /// chosen.</summary>
    private void CompareMix((SessionSet Train, SessionSet Test) data, RepeatPolicy repeats, double atLeast)
    {
        var report = NextItemBacktest.Run(data.Train, data.Test, new NextItemEvaluation { Repeats = repeats });
        foreach (var entry in report.Entries) Tell(entry.Test);
        var mix = report.Entries[^1].Test;
        var singles = report.Entries.SkipLast(1).Select(entry => entry.Test).ToArray();
        var hits = Compare(mix, singles.MaxBy(s => s.HitRate)!, s => s.HitsPerSession.ToArray());
        var ranks = Compare(mix, singles.MaxBy(s => s.MeanReciprocalRank)!, s => s.ReciprocalRanksPerSession.ToArray());
        output.WriteLine($"mix − best single: HR [{hits.Lower:F4}, {hits.Upper:F4}] MRR [{ranks.Lower:F4}, {ranks.Upper:F4}], best on the last day {report.Best}");
        Assert.Equal("mix", report.Best);
        Assert.True(hits.Lower > atLeast, $"HR {hits}");
        Assert.True(ranks.Lower > atLeast, $"MRR {ranks}");
    }

    // A case holds its session's mean, so that the sum over the session's cases is the session's sum.
    private static ConfidenceInterval Compare(NextItemResult a, NextItemResult b, Func<NextItemResult, double[]> sums)
    {
        var sessions = new List<int>();
        for (var s = 0; s < a.CasesPerSession.Length; s++) sessions.AddRange(Enumerable.Repeat(s, a.CasesPerSession[s]));
        double[] Cases(NextItemResult result)
        {
            var perSession = sums(result);
            return [.. sessions.Select(s => perSession[s] / result.CasesPerSession[s])];
        }

        return PairedBootstrap.Compare(Cases(a), Cases(b), [.. sessions], replicates: 2_000, seed: 1).Interval;
    }

    private NextItemResult Evaluate(SessionRecommender recommender, SessionSet train, SessionSet test, RepeatPolicy repeats)
    {
        foreach (var click in train.ClicksInTimeOrder()) recommender.Learn(click);
        var result = new NextItemEvaluation { Repeats = repeats }.Evaluate(recommender, test);
        Tell(result);
        return result;
    }

    private void Tell(NextItemResult result) => output.WriteLine(
        $"{result.Name}: {result.Cases} cases, HR {result.HitRate:F4} MRR {result.MeanReciprocalRank:F4} NDCG {result.NormalizedDiscountedCumulativeGain:F4}");
}
