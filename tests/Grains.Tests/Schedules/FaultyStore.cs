using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>Sees to it that no version and no position ever goes back.</summary>
internal sealed class StoreWatch(List<string> broken)
{
    private readonly Dictionary<CustomerKey, long> _versions = [];
    private long _position;

    public void Written(CustomerWrite write)
    {
        var version = _versions.GetValueOrDefault(write.Customer);
        if (write.Applied <= version) broken.Add($"{write.Customer} went from version {version} to {write.Applied}");
        _versions[write.Customer] = write.Applied;
    }

    public void Advanced(long position)
    {
        if (position < _position) broken.Add($"the position went from {_position} to {position}");
        _position = position;
    }

    /// <summary>Versions and position went back with everything that they were made of.</summary>
    public void PowerLost()
    {
        _versions.Clear();
        _position = 0;
    }
}

/// <summary>A store behind a boundary where calls go wrong.</summary>
internal sealed class FaultyStore(IPartitionStore inner, Line line, StoreWatch watch) : IPartitionStore
{
    public async ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) => await line.Pass(Boundary.Other, () => inner.ReadPartition(partition, CancellationToken.None));

    public async ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default) => await line.Pass(Boundary.Claim, () => inner.Claim(partition, nonce, above, CancellationToken.None));

    public async ValueTask<OwnerWriteReply> AdoptGeneration(int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Adopt, () => inner.AdoptGeneration(partition, fence, position, positionHash, lost, CancellationToken.None));

    public async ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.ReadCustomer, () => inner.ReadCustomer(partition, customer, CancellationToken.None));

    public async ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default) => await line.Pass(Boundary.Commit, async () =>
    {
        var reply = await inner.Commit(chunk, CancellationToken.None);
        for (var i = 0; i < reply.Outcomes.Count; i++)
        {
            if (reply.Outcomes[i] == CommitOutcome.Written) watch.Written(chunk.Customers[i]);
        }

        return reply;
    });

    public async ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default) => await line.Pass(Boundary.Advance, async () =>
    {
        var reply = await inner.Advance(advance, CancellationToken.None);
        watch.Advanced((await inner.ReadPartition(advance.Partition, CancellationToken.None)).Position);
        return reply;
    });

    public async ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Park, () => inner.Park(partition, fence, customer, from, CancellationToken.None));

    public async ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Other, () => inner.ReadWakeUps(partition, dueAtOrBefore, max, CancellationToken.None));

    public async ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Other, () => inner.ReadDeadLetters(partition, after, max, CancellationToken.None));

    public async ValueTask<bool> SetDeadLetterState(int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Other, () => inner.SetDeadLetterState(partition, position, expected, next, CancellationToken.None));

    public async ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default) => await line.Pass(Boundary.Other, async () =>
    {
        await inner.Prune(partition, journalBefore, tombstonesBefore, CancellationToken.None);
        return true;
    });

    public ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default) =>
        inner.ReadJournal(partition, customer, after, maxSegments, cancellation);

    public ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default) => inner.ReadOutbox(partition, after, max, cancellation);

    public ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default) => inner.RegisterConsumer(partition, consumer, cancellation);

    public ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default) => inner.SaveConsumer(partition, consumer, number, cancellation);

    public ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) => inner.RemoveConsumer(partition, consumer, cancellation);

    public ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default) => inner.ReadConsumers(partition, cancellation);

    public ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default) => inner.ListCustomers(partition, after, max, cancellation);
}
