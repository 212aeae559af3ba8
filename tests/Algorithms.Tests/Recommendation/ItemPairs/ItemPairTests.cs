using CsCheck;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.ItemPairs;

namespace Personalization.Algorithms.Tests.Recommendation.ItemPairs;

public sealed class ItemPairTests
{
    private const long Day = 86_400_000;

    [Fact]
    public void Sequential_rules_hold_the_example_of_the_documentation()
    {
        var rules = new SequentialRules();
        Learn(rules, (1, 1, 0), (1, 2, 0), (1, 3, 0), (2, 1, 0), (2, 2, 0));
        Assert.Equal([new ScoredItem(2, 0.8), new ScoredItem(3, 0.2)], Answer(rules, [1], 0));
    }

    [Fact]
    public void Co_visitation_holds_the_example_of_the_documentation_in_either_order_of_arrival()
    {
        var options = new ItemPairOptions { HalfLife = TimeSpan.FromDays(1) };
        var inTime = new CoVisitation(options);
        Learn(inTime, (1, 1, 0), (1, 2, 0), (2, 3, Day), (2, 1, Day));
        var late = new CoVisitation(options);
        Learn(late, (2, 3, Day), (2, 1, Day), (1, 1, 0), (1, 2, 0));
        var answer = Answer(inTime, [1], Day);
        Assert.Equal([3UL, 2UL], answer.Select(item => item.Item));
        Assert.Equal(2 / 3.0, answer[0].Score, 1e-7);
        Assert.Equal(1 / 3.0, answer[1].Score, 1e-7);
        Assert.Equal(answer, Answer(late, [1], Day));
    }

    /// <summary>Within the bounds, weights are the plain sums of the definition.</summary>
    [Fact]
    public void Rules_are_the_sums_of_the_definition() =>
        Gen.Select(Gen.ULong[1, 4], Gen.ULong[1, 6]).Array[0, 60].Sample(steps =>
        {
            var rules = new SequentialRules(new() { Window = 3 });
            var weights = new Dictionary<(ulong, ulong), double>();
            var sessions = new Dictionary<ulong, List<ulong>>();
            foreach (var (session, item) in steps)
            {
                rules.Learn(new Click(session, item, 0));
                if (!sessions.TryGetValue(session, out var items)) sessions[session] = items = [];
                for (var d = 1; d <= Math.Min(3, items.Count); d++) weights[(items[^d], item)] = weights.GetValueOrDefault((items[^d], item)) + (1.0 / d);
                items.Add(item);
            }

            for (ulong from = 1; from <= 6; from++)
            {
                var total = weights.Where(w => w.Key.Item1 == from).Sum(w => w.Value);
                var answer = Answer(rules, [from], 0, RepeatPolicy.Allow);
                if (answer.Length != weights.Keys.Count(k => k.Item1 == from)) return false;
                if (answer.Any(a => Math.Abs(a.Score - (weights[(from, a.Item)] / total)) > 1e-5)) return false;
            }

            return true;
        }, iter: 300);

    [Fact]
    public void A_new_partner_takes_the_place_of_the_weakest()
    {
        var rules = new SequentialRules(new() { PartnersPerItem = 2 });
        Learn(rules, (1, 1, 0), (1, 5, 0), (2, 1, 0), (2, 5, 0), (3, 1, 0), (3, 6, 0), (4, 1, 0), (4, 7, 0));
        Assert.Equal([5UL, 7UL], Answer(rules, [1], 0).Select(item => item.Item));
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CoVisitation(new() { Window = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CoVisitation(new() { LastItems = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CoVisitation(new() { HalfLife = TimeSpan.FromDays(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CoVisitation(new() { PartnersPerItem = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CoVisitation(new() { ItemCapacity = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CoVisitation(new() { OpenSessions = 0 }));
    }

    private static void Learn(SessionRecommender recommender, params (ulong Session, ulong Item, long Time)[] clicks)
    {
        foreach (var (session, item, time) in clicks) recommender.Learn(new Click(session, item, time));
    }

    private static ScoredItem[] Answer(SessionRecommender recommender, ulong[] session, long time, RepeatPolicy repeats = RepeatPolicy.ExcludeCurrent)
    {
        var results = new ScoredItem[20];
        return results[..recommender.Recommend(new SessionQuery(session, time, repeats), new RecommendationScratch(), results)];
    }
}
