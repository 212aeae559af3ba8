using Microsoft.Extensions.Time.Testing;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.TestKit.Storage;

/// <summary>What a back end supplies to run <see cref="PartitionStoreConformance"/>, <see cref="DocumentStoreConformance"/> and <see cref="NameStoreConformance"/>.</summary>
public abstract class PartitionStoreFixture : IAsyncDisposable
{
    /// <summary>The number of partitions that the store is to have.</summary>
    public const int Partitions = 4;

    /// <summary>The clock that the store is to use.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>The log beside the store, which it compares owners' writes with.</summary>
    public abstract IPartitionLog Log { get; }

    /// <summary>Keeps a copy of log and store as they are.</summary>
    public abstract ValueTask KeepCopy();

    /// <summary>Puts the kept copy in the place of log and store, as a machine that lost power finds them.</summary>
    public abstract ValueTask RestoreCopy();

    /// <summary>The store; another object after <see cref="Reopen"/> where the back end needs that.</summary>
    public abstract IPartitionStore Store { get; }

    /// <summary>The documents beside it.</summary>
    public abstract IDocumentStore Documents { get; }

    /// <summary>The names beside it.</summary>
    public abstract INameStore Names { get; }

    /// <summary>Closes the store and opens it again; one that keeps nothing stays open.</summary>
    public abstract ValueTask Reopen();

    /// <summary>Flips a bit of a stored row of partition 0, behind the store's back, as a disk would.</summary>
    /// <param name="customer">Whose row.</param>
    /// <param name="bit">Which bit of the row's bytes.</param>
    public abstract ValueTask FlipBit(CustomerKey customer, int bit);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
