using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Storage.Memory;

/// <summary>The state of the folds in this process's memory: the contract to the letter, gone when the process ends.</summary>
public sealed class MemoryPartitionStore : IPartitionStore
{
    private readonly MemoryPartitionState[] _partitions;
    private readonly TimeProvider _time;

    /// <summary>Makes an empty store.</summary>
    /// <param name="partitions">The number of partitions, 1 to 1,024.</param>
    /// <param name="time">Dates tombstones; the system's if null.</param>
    public MemoryPartitionStore(int partitions, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _partitions = new MemoryPartitionState[new PartitionMap(partitions).Partitions];
        for (var i = 0; i < _partitions.Length; i++) _partitions[i] = new MemoryPartitionState();
    }

    /// <inheritdoc />
    public ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) =>
        On(partition, static own => own.Read(), cancellation);

    /// <inheritdoc />
    public ValueTask<PartitionState> Claim(int partition, ulong nonce, CancellationToken cancellation = default) =>
        On(partition, own => own.Claim(nonce), cancellation);

    /// <inheritdoc />
    public ValueTask<bool> AdoptGeneration(
        int partition, Epoch epoch, ulong generation, long position, ulong positionHash, long lost, CancellationToken cancellation = default) =>
        On(partition, own => own.AdoptGeneration(epoch, generation, position, positionHash, lost), cancellation);

    /// <inheritdoc />
    public ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default) =>
        On(partition, own => own.ReadCustomer(customer), cancellation);

    /// <inheritdoc />
    public ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        return On(chunk.Partition, own => own.Commit(chunk, _time.GetUtcNow().ToUnixTimeMilliseconds()), cancellation);
    }

    /// <inheritdoc />
    public ValueTask<bool> Advance(PositionAdvance advance, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(advance);
        return On(advance.Partition, own => own.Advance(advance), cancellation);
    }

    /// <inheritdoc />
    public ValueTask<bool> Park(int partition, Epoch epoch, CustomerKey customer, long from, CancellationToken cancellation = default) =>
        On(partition, own => own.Park(epoch, customer, from), cancellation);

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
        await On(partition, own => own.SaveConsumer(consumer, number), cancellation);

    /// <inheritdoc />
    public async ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        await On(partition, own => own.RemoveConsumer(consumer), cancellation);

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
        await On(partition, own => own.Prune(journalBefore, tombstonesBefore), cancellation);

    private ValueTask<T> On<T>(int partition, Func<MemoryPartitionState, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[partition];
        lock (own) return ValueTask.FromResult(work(own));
    }
}
