using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.NearestNeighbours;
using Personalization.Algorithms.Recommendation.Replication;

namespace Personalization.Algorithms.Tests.Recommendation.Replication;

public sealed class RecommenderReplicaTests
{
    private static readonly VmisKnnOptions Options = new() { SessionCapacity = 500, RecentSessions = 50, Neighbours = 20 };

    [Fact]
    public void Deltas_apply_in_order_repeats_are_skipped_overlaps_count_once_and_gaps_are_refused()
    {
        var clicks = Clicks(100);
        var replica = RecommenderReplica.Empty(() => new VmisKnn(Options));
        Assert.Equal(DeltaOutcome.Applied, replica.Apply(new ClickDelta(0, clicks.AsMemory(0, 40))));
        Assert.Equal(DeltaOutcome.Already, replica.Apply(new ClickDelta(10, clicks.AsMemory(10, 20))));
        Assert.Equal(DeltaOutcome.Gap, replica.Apply(new ClickDelta(41, clicks.AsMemory(41, 10))));
        Assert.Equal(40, replica.Position);
        Assert.Equal(DeltaOutcome.Applied, replica.Apply(new ClickDelta(30, clicks.AsMemory(30, 70))));
        Assert.Equal(100, replica.Position);

        var straight = new VmisKnn(Options);
        foreach (var click in clicks) straight.Learn(click);
        using var lease = replica.Read();
        Assert.Equal(Bytes(straight.Save), Bytes(lease.Value.Save));
    }

    [Fact]
    public void A_base_and_the_deltas_after_it_give_the_replica_that_saw_everything()
    {
        var clicks = Clicks(300);
        var original = RecommenderReplica.Empty(() => new VmisKnn(Options));
        original.Apply(new ClickDelta(0, clicks.AsMemory(0, 200)));
        var stored = new MemoryStream(Bytes(original.Save));
        var delta = ClickDelta.Load(new BinaryReader(new MemoryStream(Bytes(new ClickDelta(150, clicks.AsMemory(150, 150)).Save))));
        Assert.Equal(clicks[150..], delta.Clicks.ToArray());

        var restored = RecommenderReplica.Load(stored, reader => VmisKnn.Load(reader, Options));
        Assert.Equal(200, restored.Position);
        Assert.Equal(DeltaOutcome.Applied, restored.Apply(delta));
        Assert.Equal(DeltaOutcome.Applied, original.Apply(delta));
        Assert.Equal(Bytes(original.Save), Bytes(restored.Save));
    }

    /// <summary>Each delta is one session of two items that no other has. A reader that saw half a delta would see a session of one item, and so no
    /// recommendation.</summary>
    [Fact]
    public void Readers_see_whole_deltas_while_a_writer_applies_them()
    {
        const int Deltas = 20_000;
        var replica = RecommenderReplica.Empty(() => new VmisKnn(new() { SessionCapacity = 64 }));
        var torn = 0;
        var answered = 0;
        var lastAnswered = 0UL;
        using var started = new CountdownEvent(2);
        var readers = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            var scratch = new RecommendationScratch();
            var results = new ScoredItem[4];
            started.Signal();
            while (replica.Position < 2L * Deltas)
            {
                using var lease = replica.Read();
                var newest = (ulong)replica.Position / 2;
                if (newest == 0) continue;
                // The newest delta known before the query is in this snapshot or has been recycled by later ones; then its first item is unknown too.
                var count = lease.Value.Recommend(new SessionQuery([newest * 2], 0), scratch, results);
                if (count == 1 && results[0].Item == (newest * 2) + 1)
                {
                    Interlocked.Increment(ref answered);
                    Volatile.Write(ref lastAnswered, newest);
                }
                else if (count != 0) Interlocked.Increment(ref torn);

                if (lease.Value.ItemCount != 2 * lease.Value.SessionCount) Interlocked.Increment(ref torn);
            }
        })).ToArray();
        foreach (var reader in readers) reader.Start();
        started.Wait(TestContext.Current.CancellationToken);
        for (ulong d = 1; d <= Deltas; d++)
        {
            Click[] clicks = [new(d, d * 2, 0), new(d, (d * 2) + 1, 0)];
            Assert.Equal(DeltaOutcome.Applied, replica.Apply(new ClickDelta((long)(d - 1) * 2, clicks)));
        }

        foreach (var reader in readers) reader.Join();
        Assert.Equal(0, torn);
        Assert.True(answered > 0, "the readers never met the writer");
    }

    [Fact]
    public void A_change_that_fails_half_way_stops_further_changes()
    {
        var pair = new LeftRight<List<int>>([], []);
        pair.Write(1, static (list, item) => list.Add(item));
        Assert.Throws<NotSupportedException>(() => pair.Write(2, static (_, _) => throw new NotSupportedException()));
        Assert.Throws<InvalidOperationException>(() => pair.Write(3, static (list, item) => list.Add(item)));
        using var lease = pair.Read();
        Assert.Equal([1], lease.Value);
    }

    [Fact]
    public void Left_and_right_must_be_two_instances()
    {
        var one = new List<int>();
        Assert.Throws<ArgumentException>(() => new LeftRight<List<int>>(one, one));
    }

    private static Click[] Clicks(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Click((ulong)(i / 4), (ulong)(i * 31 % 17), 1_000_000 + (i * (i % 3 == 0 ? -5L : 9L))))];

    private static byte[] Bytes(Action<BinaryWriter> save)
    {
        var stream = new MemoryStream();
        save(new BinaryWriter(stream));
        return stream.ToArray();
    }
}
