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
                Assert.Equal(ProfileCounters.Delta(CounterSnapshot.Empty, ProfileCounters.Take(run.Profile, run.Settings)).OrderBy(pair => pair.Key), sums.OrderBy(pair => pair.Key));
                Assert.Equal((1, events.Count, events.Count(item => item.Type == EventType.Purchase)), (sums["customers"], sums["events"], sums.GetValueOrDefault("orders")));
                Assert.Equal((long)Math.Round(run.View().Totals.Revenue * 1_000_000m, MidpointRounding.ToEven), sums.GetValueOrDefault("revenueMicros"));

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
}
