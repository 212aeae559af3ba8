using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.ItemPairs;

namespace Personalization.Algorithms.Tests.Recommendation;

public sealed class NextItemEvaluationTests
{
    /// <summary>Rules 1→2 (weight 2), 1→3 (1), 2→3 (1), and the session 1, 3, 3, 2: ranks 2, –, – without repeats of the current item.</summary>
    [Fact]
    public void Every_prefix_is_a_case_and_the_measures_are_those_of_the_definition()
    {
        var result = new NextItemEvaluation { Repeats = RepeatPolicy.ExcludeCurrent }.Evaluate(Rules(), Test());
        Assert.Equal((3, 1), (result.Cases, result.Hits));
        Assert.Equal(1 / 3.0, result.HitRate, 1e-12);
        Assert.Equal(1 / 6.0, result.MeanReciprocalRank, 1e-12);
        Assert.Equal(1 / Math.Log2(3) / 3, result.NormalizedDiscountedCumulativeGain, 1e-12);
        Assert.Equal((1, 0), (result.RepeatCases, result.RepeatHits));
        Assert.Equal((1.0, 1), result.HitRateByPrefixLength(1));
        Assert.Equal([3], result.CasesPerSession.ToArray());
        Assert.Equal([.5], result.ReciprocalRanksPerSession.ToArray());
    }

    [Fact]
    public void Short_prefixes_are_left_out_on_demand_and_a_short_list_misses()
    {
        Assert.Equal(2, new NextItemEvaluation { MinPrefix = 2 }.Evaluate(Rules(), Test()).Cases);
        Assert.Equal(0, new NextItemEvaluation { MinPrefix = 9 }.Evaluate(Rules(), Test()).HitRate);
        Assert.Equal(0, new NextItemEvaluation { Cutoff = 1 }.Evaluate(Rules(), Test()).Hits);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NextItemEvaluation { MinPrefix = 0 }.Evaluate(Rules(), Test()));
    }

    [Fact]
    public void Clicks_are_grouped_by_session_ordered_by_time_and_sessions_by_their_last_click()
    {
        var set = SessionSet.FromClicks([new(1, 10, 5), new(2, 20, 1), new(1, 11, 3), new(2, 21, 2), new(1, 12, 5)]);
        Assert.Equal((2, 5), (set.Count, set.ClickCount));
        Assert.Equal([2UL, 1UL], set.Keys);
        Assert.Equal([11UL, 10UL, 12UL], set.Items(1).ToArray());
        Assert.Equal([3L, 5L, 5L], set.Times(1).ToArray());
        Assert.Equal([20UL, 21UL, 11UL, 10UL, 12UL], set.ClicksInTimeOrder().Select(click => click.Item));
        Assert.Equal(1, set.FirstEndingAtOrAfter(3));
        Assert.Equal([11UL, 10UL, 12UL], set.Slice(1, 2).Items(0).ToArray());
        Assert.Equal(0, SessionSet.FromClicks([]).Count);
    }

    private static SequentialRules Rules()
    {
        var rules = new SequentialRules(new() { Window = 1 });
        foreach (var (session, item) in new (ulong, ulong)[] { (1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 1), (3, 3) }) rules.Learn(new Click(session, item, 0));
        return rules;
    }

    private static SessionSet Test() => SessionSet.FromClicks([new(9, 1, 0), new(9, 3, 1), new(9, 3, 2), new(9, 2, 3)]);
}
