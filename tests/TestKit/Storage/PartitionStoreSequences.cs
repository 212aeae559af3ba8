using System.Text;
using CsCheck;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.TestKit.Storage;

/// <summary>Random sequences of commits, right, late, twice and wrong, with tenures, positions, parks and consumers, against dictionaries in memory.</summary>
public abstract class PartitionStoreSequences
{
    private enum Act
    {
        Commit, Late, Claim, Advance, Park, SaveConsumer, Reopen,
    }

    /// <summary>How many sequences to run.</summary>
    protected abstract int Sequences { get; }

    /// <summary>Makes an empty store.</summary>
    protected abstract PartitionStoreFixture Create();

    [Fact]
    public void Any_sequence_is_answered_as_dictionaries_would_answer_it()
    {
        var act = Gen.Frequency(
            (8, Gen.Const(Act.Commit)), (3, Gen.Const(Act.Late)), (1, Gen.Const(Act.Claim)), (2, Gen.Const(Act.Advance)), (2, Gen.Const(Act.Park)),
            (1, Gen.Const(Act.SaveConsumer)), (1, Gen.Const(Act.Reopen)));
        Gen.Select(act, Gen.Int[0, 3], Gen.Int[0, 5]).Array[1, 40].Sample(
            steps => Run(steps).AsTask().GetAwaiter().GetResult(),
            iter: Sequences,
            print: steps => string.Join(" ", steps.Select(step => $"{step.Item1}({step.Item2},{step.Item3})")));
    }

    private static CustomerKey Key(int number) => CustomerKey.Create("default", CustomerKeyKind.Customer, $"c{number}");

    private async ValueTask Run((Act Act, int Who, int Number)[] steps)
    {
        await using var fixture = Create();
        await fixture.Store.RegisterConsumer(0, "c");
        var epoch = (await fixture.Store.Claim(0, 1)).Epoch;
        var generation = (await fixture.Log.ReadHead(0)).Generation;
        var rows = new Dictionary<CustomerKey, (long Applied, string Row, long? Due)>();
        var outbox = new List<(long Number, string Text)>();
        var parks = new Dictionary<CustomerKey, long>();
        var chunks = new List<CommitChunk>();
        long position = 0, highest = 0, sum = 0, saved = 0, log = 0;
        foreach (var (act, who, number) in steps)
        {
            switch (act)
            {
                case Act.Commit or Act.Late:
                    if (act == Act.Commit || chunks.Count == 0) chunks.Add(new CommitChunk(0, new OwnerFence(epoch, generation), [.. Enumerable.Range(0, 1 + (number % 3)).Select(i => Write((who + i) % 4, number))]));
                    var chunk = act == Act.Late ? chunks[(who * 7 + number) % chunks.Count] : chunks[^1];
                    await FilledLog.UpTo(fixture.Log, chunk.Highest.Position);
                    var reply = await fixture.Store.Commit(chunk);
                    Assert.Equal(chunk.Fence.Epoch == epoch ? OwnerWriteStatus.Written : OwnerWriteStatus.StaleEpoch, reply.Owner.Status);
                    if (reply.Owner.Status == OwnerWriteStatus.Written) Assert.Equal(chunk.Customers.Select(Expect), reply.Outcomes);
                    break;
                case Act.Claim:
                    epoch = (await fixture.Store.Claim(0, (ulong)(++log + 100))).Epoch;
                    break;
                case Act.Advance:
                    var next = Math.Max(0, log - number);
                    await FilledLog.UpTo(fixture.Log, next);
                    Assert.Equal(OwnerWriteStatus.Written, (await fixture.Store.Advance(new PositionAdvance(0, new OwnerFence(epoch, generation), new EntryMark(next, 0, 0), 0, []))).Status);
                    position = Math.Max(position, next);
                    highest = Math.Max(highest, position);
                    break;
                case Act.Park:
                    var from = Math.Max(1, log - number);
                    await FilledLog.UpTo(fixture.Log, from);
                    Assert.Equal(OwnerWriteStatus.Written, (await fixture.Store.Park(0, new OwnerFence(epoch, generation), Key(who), new EntryMark(from, 0, 0))).Status);
                    parks[Key(who)] = Math.Min(from, parks.GetValueOrDefault(Key(who), long.MaxValue));
                    highest = Math.Max(highest, from);
                    break;
                case Act.SaveConsumer:
                    saved = Math.Max(saved, Math.Min(saved + number, outbox.Count == 0 ? saved : outbox[^1].Number));
                    await fixture.Store.SaveConsumer(0, "c", saved);
                    break;
                case Act.Reopen:
                    await fixture.Reopen();
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(steps));
            }

            await Compare();
        }

        CustomerWrite Write(int customer, int kind)
        {
            var stored = rows.GetValueOrDefault(Key(customer)).Applied;
            log++;
            return new CustomerWrite
            {
                Customer = Key(customer),
                Base = kind == 5 ? stored + 1 : stored,
                Applied = Math.Max(stored, log) + 2,
                Row = Encoding.UTF8.GetBytes($"row {log}"),
                Outbox = [.. Enumerable.Range(0, kind % 3).Select(i => new OutboxItem("fact", Encoding.UTF8.GetBytes($"{log}:{i}")))],
                Counters = new Dictionary<string, long> { ["sum"] = log },
                NextWakeUp = kind % 2 == 0 ? log * 10 : null,
                ClearsPark = kind == 4,
            };
        }

        CommitOutcome Expect(CustomerWrite write)
        {
            var stored = rows.GetValueOrDefault(write.Customer).Applied;
            if (stored < write.Applied && stored != write.Base) return CommitOutcome.Conflict;
            if (write.ClearsPark && parks.TryGetValue(write.Customer, out var from) && from <= write.Applied) parks.Remove(write.Customer);
            if (stored >= write.Applied) return CommitOutcome.Already;
            rows[write.Customer] = (write.Applied, Encoding.UTF8.GetString(write.Row), write.NextWakeUp);
            foreach (var item in write.Outbox) outbox.Add((outbox.Count + 1, Encoding.UTF8.GetString(item.Bytes)));
            sum += write.Counters["sum"];
            highest = Math.Max(highest, write.Applied);
            return CommitOutcome.Written;
        }

        async ValueTask Compare()
        {
            var state = await fixture.Store.ReadPartition(0);
            Assert.Equal((epoch, position, highest, (long)outbox.Count), (state.Epoch, state.Position, state.HighestPosition, state.OutboxHead));
            Assert.Equal(sum, state.Counters.GetValueOrDefault("sum"));
            Assert.Equal(parks.OrderBy(pair => pair.Key.Text, StringComparer.Ordinal), state.Parks.OrderBy(pair => pair.Key.Text, StringComparer.Ordinal));
            foreach (var (key, row) in rows)
            {
                var record = await fixture.Store.ReadCustomer(0, key);
                Assert.Equal((row.Applied, row.Row), (record!.Applied, Encoding.UTF8.GetString(record.Row)));
            }

            var held = (await fixture.Store.ReadOutbox(0, 0, 1000)).Rows.Select(row => (row.Number, Encoding.UTF8.GetString(row.Item.Bytes)));
            Assert.Equal(outbox.Where(row => row.Number > saved), held);
            var due = rows.Where(pair => pair.Value.Due is not null).OrderBy(pair => pair.Value.Due).Select(pair => pair.Value.Due!.Value);
            Assert.Equal(due, (await fixture.Store.ReadWakeUps(0, long.MaxValue, 100)).Select(row => row.Due));
        }
    }
}
