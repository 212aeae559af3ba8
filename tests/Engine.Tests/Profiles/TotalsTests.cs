using CsCheck;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Totals and counters against a recomputation that knows nothing of base and tail; late events included.</summary>
public sealed class TotalsTests
{
    private static readonly Gen<List<(EventType Type, decimal Value, long Time, bool Save)>> Events =
        Gen.Select(Gen.Int[0, EventTypes.Count - 1], Gen.Long[0, 100_000_000_000], Gen.Long[0, 6 * FoldRun.Hour], Gen.Bool)
            .Select((type, value, time, save) => ((EventType)type, value / 10_000_000m, FoldRun.Noon + time, save)).List[1, 80];

    [Fact]
    public void Totals_equal_a_naive_recomputation_whatever_the_order_and_the_lateness() =>
        Events.Sample(
            events =>
            {
                var run = new FoldRun();
                var newest = 0L;
                var late = 0;
                foreach (var (type, value, time, _) in events)
                {
                    if (time < newest - FoldRun.Hour) late++;
                    newest = Math.Max(newest, time);
                    run.Event(type, time, value: value);
                }

                var totals = run.View().Totals;
                Assert.Equal((events.Count, late), (totals.Events, totals.Late));
                Assert.Equal(events.Where(item => item.Type == EventType.Purchase).Sum(item => item.Value), totals.Revenue);
                Assert.Equal(events.Where(item => item.Type == EventType.Refund).Sum(item => item.Value), totals.Refunded);
                Assert.Equal(events.Count(item => item.Type == EventType.Purchase), totals.Orders);
                Assert.Equal(events.GroupBy(item => EventTypes.NameOf(item.Type)).ToDictionary(group => group.Key, group => (long)group.Count()), new Dictionary<string, long>(totals.ByType));
            },
            iter: 1000);

    [Fact]
    public void Deltas_between_saves_add_up_to_the_sums_whenever_it_is_saved() =>
        Events.Sample(
            events =>
            {
                var run = new FoldRun();
                var saved = CounterSnapshot.Empty;
                var sums = new Dictionary<string, long>();
                foreach (var (type, value, time, save) in events)
                {
                    run.Event(type, time, value: value);
                    if (save) Save();
                }

                Save();
                Assert.Equal(ProfileCounters.Delta(CounterSnapshot.Empty, ProfileCounters.Take(run.Profile, run.Settings)).OrderBy(pair => pair.Key), sums.Where(pair => pair.Value != 0).OrderBy(pair => pair.Key));
                Assert.Equal((1, events.Count, events.Count(item => item.Type == EventType.Purchase)), (sums["customers"], sums["events"], sums.GetValueOrDefault("orders")));
                Assert.Equal(decimal.Round(run.View().Totals.Revenue, 6, MidpointRounding.ToEven), ProfileCounters.Revenue(sums));

                void Save()
                {
                    var now = ProfileCounters.Take(run.Profile, run.Settings);
                    foreach (var (name, change) in ProfileCounters.Delta(saved, now)) sums[name] = sums.GetValueOrDefault(name) + change;
                    run.Reload();
                    saved = ProfileCounters.Take(run.Profile, run.Settings);
                    Assert.Empty(ProfileCounters.Delta(now, saved));
                }
            },
            iter: 500);

    /// <summary>The money of three customers with the largest orders is more than 64 bits of millionths hold; a fourth's small one must not drown in it.</summary>
    [Fact]
    public void Money_of_many_customers_adds_up_exactly_and_leaves_with_them()
    {
        var rich = new FoldRun();
        for (var i = 0; i < 3_500; i++) rich.Event(EventType.Purchase, FoldRun.Hour + i, value: 1_000_000_000m);
        var modest = new FoldRun();
        modest.Event(EventType.Purchase, FoldRun.Hour, value: 1234.567891m);
        modest.Event(EventType.Refund, FoldRun.Hour + 1, value: 0.000001m);
        var (ofRich, ofModest) = (Share(rich), Share(modest));
        var sums = new Dictionary<string, long>();
        foreach (var customer in (CounterSnapshot[])[ofRich, ofRich, ofModest, ofRich]) Add(CounterSnapshot.Empty, customer);
        Assert.Equal((10_500_000_001_234.567891m, 0.000001m), (ProfileCounters.Revenue(sums), ProfileCounters.Refunded(sums)));

        for (var i = 0; i < 3; i++) Add(ofRich, CounterSnapshot.Empty);
        Assert.Equal((1234.567891m, 1L), (ProfileCounters.Revenue(sums), sums["customers"]));

        CounterSnapshot Share(FoldRun run) => ProfileCounters.Take(run.Profile, run.Settings);

        void Add(CounterSnapshot before, CounterSnapshot after)
        {
            foreach (var (name, change) in ProfileCounters.Delta(before, after)) sums[name] = checked(sums.GetValueOrDefault(name) + change);
        }
    }

    /// <summary>A store that an earlier version wrote has all money in millionths.</summary>
    [Fact]
    public void Sums_of_an_earlier_version_go_on()
    {
        var run = new FoldRun();
        run.Event(EventType.Purchase, FoldRun.Hour, value: 12_500m);
        var before = ProfileCounters.Take(run.Profile, run.Settings);
        run.Event(EventType.Purchase, FoldRun.Hour + 1000, value: 700.25m);
        var sums = new Dictionary<string, long> { ["revenueMicros"] = 12_500_000_000 };
        foreach (var (name, change) in ProfileCounters.Delta(before, ProfileCounters.Take(run.Profile, run.Settings))) sums[name] = sums.GetValueOrDefault(name) + change;
        Assert.Equal(13_200.25m, ProfileCounters.Revenue(sums));
    }
}
