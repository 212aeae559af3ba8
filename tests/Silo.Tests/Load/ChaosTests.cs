using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Grains.Hosting;
using Personalization.Load.Chaos;
using Personalization.Load.Clusters;
using Personalization.Load.Reporting;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.Storage.Redis;
using Personalization.Stores;
using Personalization.TestKit.Redis;

namespace Personalization.Silo.Tests.Load;

[Collection(Engines.Collection)]
public sealed class ChaosTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_whose_processes_are_killed_and_paused_at_random_loses_nothing_and_counts_nothing_twice()
    {
        RedisServer.SkipUnlessInstalled();
        var report = new RunReport("chaos");
        var run = new ChaosRun(new ChaosPlan { Duration = TimeSpan.FromSeconds(25), LongestPause = TimeSpan.FromSeconds(8), Customers = 200, Producers = 3, Readers = 1, Seed = 7 }, report);
        await run.Run(Stop);
        Assert.True(report.Holds, report.Failures);
        Assert.Matches(@"^accepted [1-9]\d*, folded [1-9]\d*, lost 0, doubled 0, dead-lettered 0, parked 0, rewards learned ([1-9]\d*) of \1, over-cap 0, kills [1-9]\d*, longest stall \d+\.\d s$", run.Summary);
    }

    /// <summary>What ends a run must notice what it looks for: a profile that lacks an event, and one that has an event too often.</summary>
    [Fact]
    public async Task The_fold_of_the_log_notices_a_stored_profile_that_lacks_an_event_and_one_that_has_it_twice()
    {
        RedisServer.SkipUnlessInstalled();
        var options = new PersonalizationOptions { Storage = StorageKind.Redis, Partitions = 1, Redis = { Configuration = RedisServer.Shared.Configuration, KeyPrefix = $"f{Guid.NewGuid():n}" } };
        using var connection = RedisConnection.Open(options.Redis);
        using var storage = await RedisStorage.Open(connection, options.Redis, 1);
        await using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var codec = new EntryCodec(services.GetRequiredService<Serializer>());
        var fold = new ProfileFold(EngineHosting.Settings(options), codec);
        var epoch = (await storage.Store.Claim(0, 1, cancellation: Stop)).Epoch;
        var generation = (await storage.Log.ReadHead(0, Stop)).Generation;
        string[] customers = ["right", "lacks", "doubles"];
        byte[][] entries = [.. customers.SelectMany(id => new[] { "1", "2" }, (id, number) => codec.Write(
            new EntryEnvelope(EntryKind.Event, Key(id), $"{id}{number}", 1_000, Flags: EntryFlags.ProducerGaveId), new CustomerEvent { Type = EventType.ProductViewed, ItemId = "i" }))];
        await storage.Log.Append(new AppendRequest(0, generation, 1, 1, 0, [.. entries.Select(bytes => new AppendItem(bytes))]), Stop);
        foreach (var (id, first, last) in new[] { ("right", 1, 2), ("lacks", 3, 3), ("doubles", 5, 6) })
        {
            var profile = new CustomerProfile(Key(id));
            for (var position = first; position <= last; position++) fold.Apply(profile, codec.Read(new LogEntry(position, 5_000, entries[position - 1])), new Sink());
            if (id == "doubles")
            {
                var again = codec.Write(new EntryEnvelope(EntryKind.Event, Key(id), "again", 1_000), new CustomerEvent { Type = EventType.ProductViewed, ItemId = "i" });
                fold.Apply(profile, codec.Read(new LogEntry(6, 5_000, again)), new Sink());
            }

            var (row, side) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            ProfileCodec.Write(profile, row, side);
            await storage.Store.Commit(new CommitChunk(0, new OwnerFence(epoch, generation), [new CustomerWrite { Customer = Key(id), Applied = 6, FoldVersion = fold.Settings.FoldVersion, Row = row.WrittenSpan.ToArray(), Side = side.WrittenSpan.ToArray() }]), Stop);
        }

        var found = await LogFold.Run(options, Stop);
        Assert.Equal((6, 1, 1, 3), (found.Folded.Count, found.Missing, found.Doubled, found.Customers));
        Assert.Equal(["default/doubles", "default/lacks"], found.Differences.Select(difference => difference.Split(':')[0]).Order());
    }

    private static CustomerKey Key(string id) => CustomerKey.Create("default", CustomerKeyKind.Customer, id);

    private sealed class Sink : IFoldSink
    {
        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
