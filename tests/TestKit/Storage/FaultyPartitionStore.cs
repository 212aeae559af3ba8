using System.Collections.Concurrent;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.TestKit.Storage;

/// <summary>A store whose commits, positions and parks fail, are lost or wait as a test plans; everything else passes through.</summary>
public sealed class FaultyPartitionStore(IPartitionStore inner) : IPartitionStore
{
    private readonly ConcurrentDictionary<(int Partition, ulong Nonce), byte> _claims = new();

    /// <summary>What happens to commits.</summary>
    public FaultPlan Commits { get; } = new();

    /// <summary>What happens to claims, positions, generations and parks.</summary>
    public FaultPlan Tenure { get; } = new();

    /// <inheritdoc />
    public ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) => inner.ReadPartition(partition, cancellation);

    /// <inheritdoc />
    public ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default)
    {
        _claims.TryAdd((partition, nonce), 0);
        return Tenure.Run(() => inner.Claim(partition, nonce, above, cancellation));
    }

    /// <summary>How many tenures were claimed of a partition; a claim that is repeated counts once.</summary>
    public int ClaimsOf(int partition) => _claims.Keys.Count(claim => claim.Partition == partition);

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> AdoptGeneration(
        int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default) =>
        Tenure.Run(() => inner.AdoptGeneration(partition, fence, position, positionHash, lost, cancellation));

    /// <inheritdoc />
    public ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default) =>
        inner.ReadCustomer(partition, customer, cancellation);

    /// <inheritdoc />
    public ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default) => Commits.Run(() => inner.Commit(chunk, cancellation));

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default) => Tenure.Run(() => inner.Advance(advance, cancellation));

    /// <inheritdoc />
    public ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default) =>
        Tenure.Run(() => inner.Park(partition, fence, customer, from, cancellation));

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(
        int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default) =>
        inner.ReadJournal(partition, customer, after, maxSegments, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default) =>
        inner.ReadWakeUps(partition, dueAtOrBefore, max, cancellation);

    /// <inheritdoc />
    public ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default) =>
        inner.ReadOutbox(partition, after, max, cancellation);

    /// <inheritdoc />
    public ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        inner.RegisterConsumer(partition, consumer, cancellation);

    /// <inheritdoc />
    public ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default) =>
        inner.SaveConsumer(partition, consumer, number, cancellation);

    /// <inheritdoc />
    public ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) =>
        inner.RemoveConsumer(partition, consumer, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default) =>
        inner.ReadConsumers(partition, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default) =>
        inner.ReadDeadLetters(partition, after, max, cancellation);

    /// <inheritdoc />
    public ValueTask<bool> SetDeadLetterState(
        int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default) =>
        inner.SetDeadLetterState(partition, position, expected, next, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default) =>
        inner.ListCustomers(partition, after, max, cancellation);

    /// <inheritdoc />
    public ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default) =>
        inner.Prune(partition, journalBefore, tombstonesBefore, cancellation);
}
