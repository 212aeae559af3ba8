using CsCheck;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Trending;

namespace Personalization.Algorithms.Tests.Recommendation.Trending;

public sealed class TrendingItemsTests
{
    private static readonly TrendingOptions Hour = new() { HalfLife = TimeSpan.FromHours(1), Leaders = 3, ItemCapacity = 100 };

    [Fact]
    public void Counts_are_the_decayed_sums_in_any_order_of_arrival_and_the_leaders_are_the_largest() =>
        Gen.Select(Gen.ULong[1, 10], Gen.Long[1_790_000_000_000, 1_790_100_000_000]).Array[1, 80].Sample(clicks =>
        {
            var now = clicks.Max(c => c.Item2) + 1_000;
            var trending = new TrendingItems(Hour);
            foreach (var (item, time) in clicks) trending.Learn(new Click(1, item, time));
            var exact = clicks.GroupBy(c => c.Item1).ToDictionary(g => g.Key, g => g.Sum(c => Math.Pow(2, (c.Item2 - now) / 3_600_000.0)));
            if (exact.Any(e => Math.Abs((trending.CountAt(e.Key, now) / e.Value) - 1) > 1e-9)) return false;
            var results = new ScoredItem[3];
            var count = trending.Recommend(new SessionQuery([], now), new RecommendationScratch(), results);
            var expected = exact.OrderByDescending(e => e.Value).Take(3).Select(e => e.Value).ToArray();
            return count == expected.Length && results[..count].Zip(expected).All(p => Math.Abs((p.First.Score / p.Second) - 1) < 1e-9);
        }, iter: 500);

    [Fact]
    public void Two_clicks_a_half_life_ago_are_worth_one_now_and_the_higher_id_leads()
    {
        var trending = new TrendingItems(Hour);
        trending.Learn(new Click(1, 7, 0));
        trending.Learn(new Click(2, 7, 0));
        trending.Learn(new Click(3, 9, 3_600_000));
        var results = new ScoredItem[2];
        Assert.Equal(2, trending.Recommend(new SessionQuery([], 3_600_000), new RecommendationScratch(), results));
        Assert.Equal([new ScoredItem(9, 1), new ScoredItem(7, 1)], results);
        Assert.Equal(0, trending.CountAt(8, 0));
    }

    [Fact]
    public void At_any_instant_scores_are_finite_and_the_order_is_the_same() =>
        Gen.Select(Gen.Select(Gen.ULong[1, 10], Gen.Long[1_790_000_000_000, 1_790_100_000_000]).Array[1, 80], Gen.Long).Sample((clicks, at) =>
        {
            var trending = new TrendingItems(Hour);
            foreach (var (item, time) in clicks) trending.Learn(new Click(1, item, time));
            var newest = Leaders(trending, clicks.Max(c => c.Item2));
            return new[] { at, long.MinValue, 0, 1_577_836_800_000, 1_795_000_000_000, long.MaxValue }.All(instant =>
                Leaders(trending, instant) is var leaders
                && leaders.All(leader => double.IsFinite(leader.Score) && leader.Score > 0 && leader.Score == trending.CountAt(leader.Item, instant))
                && leaders.Select(leader => leader.Item).SequenceEqual(newest.Select(leader => leader.Item)));
        }, iter: 300);

    [Fact]
    public void An_instant_before_the_newest_click_counts_as_that_of_the_newest_click()
    {
        var trending = new TrendingItems(Hour);
        trending.Learn(new Click(1, 7, 1_790_000_000_000));
        trending.Learn(new Click(2, 9, 1_790_003_600_000));
        Assert.Equal([new ScoredItem(9, 1), new ScoredItem(7, 0.5)], Leaders(trending, 0));
        Assert.Equal(0.5, trending.CountAt(7, 0));
    }

    [Fact]
    public void A_count_of_the_format_before_is_read_and_finite_at_any_instant()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(1);
        writer.Write(1);
        writer.Write(7UL);
        writer.Write(1_790_000_000_000 / 3_600_000.0);
        writer.Write(1);
        writer.Write(7UL);
        stream.Position = 0;
        var trending = TrendingItems.Load(new BinaryReader(stream), Hour);
        Assert.Equal([new ScoredItem(7, 0.5)], Leaders(trending, 1_790_003_600_000).Select(leader => leader with { Score = Math.Round(leader.Score, 9) }));
        Assert.True(double.IsFinite(trending.CountAt(7, 0)));
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrendingItems(new() { HalfLife = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrendingItems(new() { Leaders = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrendingItems(new() { Leaders = 10, ItemCapacity = 9 }));
    }

    private static ScoredItem[] Leaders(TrendingItems trending, long time)
    {
        var results = new ScoredItem[3];
        return results[..trending.Recommend(new SessionQuery([], time), new RecommendationScratch(), results)];
    }
}
