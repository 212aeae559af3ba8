using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Storage.Memory;

/// <summary>The state of the folds in this process's memory: the contract to the letter, gone when the process ends.</summary>
public sealed class MemoryPartitionStore : IPartitionStore
{
    private readonly MemoryPartitionState[] _partitions;
    private readonly TimeProvider _time;
    private readonly MemoryPartitionLog? _log;

    /// <summary>Makes an empty store.</summary>
    /// <param name="partitions">The number of partitions, 1 to 1,024.</param>
    /// <param name="time">Dates tombstones; the system's if null.</param>
    /// <param name="log">The log that the rows are folded from, which each of an owner's writes is compared with; null: the store stands alone, and no log is compared.</param>
    public MemoryPartitionStore(int partitions, TimeProvider? time = null, MemoryPartitionLog? log = null)
    {
        _log = log;
        _time = time ?? TimeProvider.System;
        _partitions = new MemoryPartitionState[new PartitionMap(partitions).Partitions];
        for (var i = 0; i < _partitions.Length; i++) _partitions[i] = new MemoryPartitionState();
    }

    /// <inheritdoc />
    public ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) =>
        On(partition, static own => own.Read(), cancellation);

    /// <inheritdoc />
    public ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default) =>
        On(partition, own => own.Claim(nonce, above), cancellation);

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> AdoptGeneration(
        int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default) =>
        Write(partition, fence, default, own => own.AdoptGeneration(fence.Generation, position, positionHash, lost), cancellation);

    /// <inheritdoc />
    public ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default) =>
        On(partition, own => own.ReadCustomer(customer), cancellation);

    /// <inheritdoc />
    public ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        IReadOnlyList<CommitOutcome> outcomes = [];
        return On(
            chunk.Partition,
            own =>
            {
                var owner = Write(own, chunk.Partition, chunk.Fence, chunk.Highest, _ =>
                {
                    outcomes = own.Commit(chunk, _time.GetUtcNow().ToUnixTimeMilliseconds());
                    return true;
                });
                return new CommitReply(owner, outcomes);
            },
            cancellation);
    }

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(advance);
        return Write(advance.Partition, advance.Fence, advance.Entry, own => own.Advance(advance), cancellation);
    }

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default) =>
        Write(
            partition, fence, from,
            own =>
            {
                own.Park(customer, from.Position);
                return true;
            },
            cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(
        int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default) =>
        On(partition, own => own.ReadJournal(customer, after, maxSegments), cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default) =>
        On(partition, own => own.ReadWakeUps(dueAtOrBefore, max), cancellation);

    /// <inheritdoc />
    public ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default) =>
        On(partition, own => own.ReadOutbox(after, max), cancellation);

    /// <inheritdoc />
    public ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        On(partition, own => own.RegisterConsumer(consumer), cancellation);

    /// <inheritdoc />
    public async ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default) =>
        await On(partition, own => own.SaveConsumer(consumer, number), cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        await On(partition, own => own.RemoveConsumer(consumer), cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default) =>
        On(partition, static own => own.ReadConsumers(), cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default) =>
        On(partition, own => own.ReadDeadLetters(after, max), cancellation);

    /// <inheritdoc />
    public ValueTask<bool> SetDeadLetterState(
        int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default) =>
        On(partition, own => own.SetDeadLetterState(position, expected, next), cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default) =>
        On(partition, own => own.ListCustomers(after, max), cancellation);

    /// <inheritdoc />
    public async ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default) =>
        await On(partition, own => own.Prune(journalBefore, tombstonesBefore), cancellation).ConfigureAwait(false);

    /// <summary>A copy of everything, as a back-up would hold it: for tests of a loss that takes log and store.</summary>
    public MemoryPartitionStore Copy()
    {
        var copy = new MemoryPartitionStore(_partitions.Length, _time);
        for (var i = 0; i < _partitions.Length; i++)
        {
            lock (_partitions[i]) copy._partitions[i].Take(_partitions[i]);
        }

        return copy;
    }

    /// <summary>Makes this store hold what a copy holds, as if its machine had lost what was written since.</summary>
    public void Restore(MemoryPartitionStore copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        for (var i = 0; i < _partitions.Length; i++)
        {
            lock (_partitions[i]) _partitions[i].Take(copy._partitions[i]);
        }
    }

    /// <summary>An owner's write, if its fence and the highest entry that it is made of still hold.</summary>
    private ValueTask<OwnerWriteReply> Write(int partition, OwnerFence fence, EntryMark highest, Func<MemoryPartitionState, bool> write, CancellationToken cancellation) =>
        On(partition, own => Write(own, partition, fence, highest, write), cancellation);

    private OwnerWriteReply Write(MemoryPartitionState own, int partition, OwnerFence fence, EntryMark highest, Func<MemoryPartitionState, bool> write) =>
        own.Write(fence, () => _log?.Holds(partition, fence.Generation, highest) ?? true, write);

    private ValueTask<T> On<T>(int partition, Func<MemoryPartitionState, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[partition];
        lock (own) return ValueTask.FromResult(work(own));
    }
}
