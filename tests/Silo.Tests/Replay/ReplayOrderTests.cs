using CsCheck;
using Personalization.Silo.Commands.Replay;

namespace Personalization.Silo.Tests.Replay;

public sealed class ReplayOrderTests
{
    private static readonly Gen<List<ReplayLine>> Files =
        Gen.Select(Gen.Int[0, 600_000], Gen.Int[0, 9], (step, customer) => (step, customer)).List[0, 200].Select(rows =>
        {
            var time = 1_500_000_000_000L;
            return rows.Select((row, index) => new ReplayLine("f", index + 1, $"c{row.customer}", time += row.step, new byte[1])).ToList();
        });

    [Fact]
    public void A_shuffle_sends_everything_and_lets_an_event_be_overtaken_only_within_the_window() =>
        Gen.Select(Files, Gen.ULong, Gen.Double[0, 1]).Sample((file, seed, repeat) =>
        {
            var window = TimeSpan.FromMinutes(30);
            var sent = new ReplayOrder(window, repeat, seed).Apply(file).ToList();
            Assert.Equal(file.Select(line => line.Number), sent.Select(line => line.Number).Distinct().Order());
            Assert.True(sent.GroupBy(line => line.Number).All(copies => copies.Count() <= 2));
            var newest = 0L;
            foreach (var line in sent)
            {
                Assert.True(newest - line.Time!.Value < window.TotalMilliseconds, "an event came later than the window");
                newest = Math.Max(newest, line.Time.Value);
            }
        });

    [Fact]
    public void The_same_seed_gives_the_same_order_and_another_seed_another() =>
        Assert.Multiple(
            () => Assert.Equal(Shuffled(1), Shuffled(1)),
            () => Assert.NotEqual(Shuffled(1), Shuffled(2)),
            () => Assert.NotEqual(Enumerable.Range(1, 500).Select(i => (long)i), Shuffled(1)));

    [Fact]
    public void Without_a_shuffle_first_copies_keep_the_order_and_about_the_asked_share_is_repeated()
    {
        var sent = new ReplayOrder(Repeat: 0.3, Seed: 7).Apply(Regular(10_000)).Select(line => line.Number).ToList();
        Assert.Equal(Enumerable.Range(1, 10_000).Select(i => (long)i), sent.Distinct());
        // Binomial(10,000, 0.3): standard deviation 46, so 300 is beyond 6.
        Assert.InRange(sent.Count - 10_000, 2_700, 3_300);
    }

    [Fact]
    public void Skip_and_take_choose_a_section()
    {
        Assert.Equal([3, 4, 5], new ReplayOrder(Skip: 2, Take: 3).Apply(Regular(10)).Select(line => line.Number));
        Assert.Equal([9, 10], new ReplayOrder(Skip: 8).Apply(Regular(10)).Select(line => line.Number));
        Assert.Empty(new ReplayOrder(Take: 0).Apply(Regular(10)));
    }

    private static List<long> Shuffled(ulong seed) => [.. new ReplayOrder(TimeSpan.FromMinutes(30), 0, seed).Apply(Regular(500)).Select(line => line.Number)];

    private static IEnumerable<ReplayLine> Regular(int count) =>
        Enumerable.Range(1, count).Select(i => new ReplayLine("f", i, "c", 1_500_000_000_000 + (i * 10_000L), new byte[1]));
}
