using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Cluster;

/// <summary>A store in which the rows of one customer cannot be read until a gate is opened: its activation hangs.</summary>
internal sealed class HungCustomerStore(IPartitionStore inner, CustomerKey hung) : IPartitionStore
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate.TrySetResult();

    public async ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default)
    {
        if (customer == hung) await _gate.Task;
        return await inner.ReadCustomer(partition, customer, cancellation);
    }

    public ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) => inner.ReadPartition(partition, cancellation);

    public ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default) => inner.Claim(partition, nonce, above, cancellation);

    public ValueTask<OwnerWriteReply> AdoptGeneration(int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default) =>
        inner.AdoptGeneration(partition, fence, position, positionHash, lost, cancellation);

    public ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default) => inner.Commit(chunk, cancellation);

    public ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default) => inner.Advance(advance, cancellation);

    public ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default) => inner.Park(partition, fence, customer, from, cancellation);

    public ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default) =>
        inner.ReadJournal(partition, customer, after, maxSegments, cancellation);

    public ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default) => inner.ReadWakeUps(partition, dueAtOrBefore, max, cancellation);

    public ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default) => inner.ReadOutbox(partition, after, max, cancellation);

    public ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default) => inner.RegisterConsumer(partition, consumer, cancellation);

    public ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default) => inner.SaveConsumer(partition, consumer, number, cancellation);

    public ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) => inner.RemoveConsumer(partition, consumer, cancellation);

    public ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default) => inner.ReadConsumers(partition, cancellation);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default) => inner.ReadDeadLetters(partition, after, max, cancellation);

    public ValueTask<bool> SetDeadLetterState(int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default) =>
        inner.SetDeadLetterState(partition, position, expected, next, cancellation);

    public ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default) => inner.ListCustomers(partition, after, max, cancellation);

    public ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default) => inner.Prune(partition, journalBefore, tombstonesBefore, cancellation);
}
