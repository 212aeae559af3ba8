using System.Globalization;
using System.IO.Compression;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.TestKit;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>The shop of REES46, October 2019: the world in order, and the same world shuffled with repeats.</summary>
public sealed class RealDataTests
{
    [Fact]
    public void The_same_world_shuffled_within_half_an_hour_with_repeats_gives_equal_profiles()
    {
        var events = Read();
        var random = new Random(46);
        var shuffled = events.Select((value, index) => (value, index, at: value.Time + random.NextInt64(30 * FoldRun.Minute))).OrderBy(item => item.at).Select(item => item.index).ToList();
        var arriving = new List<int>(shuffled.Count * 2);
        foreach (var index in shuffled)
        {
            arriving.Add(index);
            if (random.NextDouble() < 0.3) arriving.Add(arriving[Math.Max(0, arriving.Count - 1 - random.Next(200))]);
        }

        var ordered = new World(events);
        for (var i = 0; i < events.Count; i++) ordered.Fold(i);
        var other = new World(events);
        foreach (var index in arriving) other.Fold(index);

        Assert.True(other.Duplicates > 4000);
        foreach (var world in (World[])[ordered, other])
        {
            Assert.Equal(0, world.Late);
            var sums = world.Counters();
            Assert.Equal((17_055, 165, 214, 17_434), (sums["type.productViewed"], sums["type.productAdded"], sums["type.purchase"], sums["events"]));
            Assert.Equal((59_442.63m, 4504), (ProfileCounters.Revenue(sums), sums["customers"]));
        }

        var at = events[^1].Time + FoldRun.Hour;
        foreach (var (customer, profile) in ordered.Profiles)
            Assert.Equal(ordered.View(profile, at), other.View(other.Profiles[customer], at));
    }

    [Fact]
    public void Rows_of_the_whole_shop_are_small()
    {
        var events = Read();
        var world = new World(events);
        for (var i = 0; i < events.Count; i++) world.Fold(i);
        var sizes = world.Profiles.Values.Select(profile => FoldRun.Encode(profile)).ToList();
        Assert.True(sizes.Max(pair => pair.Row.Length) <= 3072);
    }

    private static List<(long Time, string User, CustomerEvent Value)> Read()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(RealData.File("rees46_oct2019", "events.csv.gz")), CompressionMode.Decompress));
        reader.ReadLine();
        var events = new List<(long, string, CustomerEvent)>();
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(',');
            var time = DateTimeOffset.ParseExact(parts[0], "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
            var price = decimal.Parse(parts[6], CultureInfo.InvariantCulture);
            var type = parts[1] switch { "view" => EventType.ProductViewed, "cart" => EventType.ProductAdded, "purchase" => EventType.Purchase, var other => throw new InvalidDataException(other) };
            events.Add((time, parts[7], new CustomerEvent
            {
                Type = type,
                ItemId = parts[2],
                Category = parts[4].Length > 0 ? parts[4] : parts[3],
                Brand = parts[5].Length > 0 ? parts[5] : null,
                UnitPrice = price,
                BaseValue = price,
                Channel = "web",
                SessionId = parts[8],
            }));
        }

        return events;
    }

    private sealed class World(List<(long Time, string User, CustomerEvent Value)> events)
    {
        private readonly FoldRun _run = new();
        private long _position;

        public Dictionary<string, CustomerProfile> Profiles { get; } = [];

        public int Duplicates { get; private set; }

        public int Late { get; private set; }

        public void Fold(int index)
        {
            var (time, user, value) = events[index];
            var key = CustomerKey.Create("default", CustomerKeyKind.Customer, user);
            if (!Profiles.TryGetValue(user, out var profile)) Profiles[user] = profile = new CustomerProfile(key);
            var envelope = new EntryEnvelope(EntryKind.Event, key, $"events.csv:{index + 2}", time, Flags: EntryFlags.ProducerGaveId);
            var outcome = _run.Fold.Apply(profile, new Entry(++_position, FoldRun.Noon, envelope, value), _run.Sink);
            if (outcome.Verdict == FoldVerdict.Duplicate) Duplicates++;
            if (outcome.Verdict == FoldVerdict.Late) Late++;
        }

        /// <summary>The sums as the store keeps them: one delta a customer.</summary>
        public Dictionary<string, long> Counters()
        {
            var sums = new Dictionary<string, long>();
            foreach (var profile in Profiles.Values)
            {
                foreach (var (name, change) in ProfileCounters.Delta(CounterSnapshot.Empty, ProfileCounters.Take(profile, _run.Settings)))
                    sums[name] = sums.GetValueOrDefault(name) + change;
            }

            return sums;
        }

        public string View(CustomerProfile profile, long at) => ViewAssert.Text(_run.Reader.View(profile, at, _run.Sink.Names, _ => null), withPositions: false);
    }
}
