using Microsoft.Extensions.Time.Testing;
using Personalization.Log;

namespace Personalization.TestKit.Storage;

/// <summary>What a back end supplies to run <see cref="PartitionLogConformance"/>.</summary>
public abstract class PartitionLogFixture : IAsyncDisposable
{
    /// <summary>The number of partitions that the log is to have.</summary>
    public const int Partitions = 4;

    /// <summary>The clock that the log is to use.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>The log; another object after <see cref="Reopen"/> and <see cref="RestoreCopy"/> where the back end needs that.</summary>
    public abstract IPartitionLog Log { get; }

    /// <summary>Closes the log and opens it again; one that keeps nothing stays open.</summary>
    public abstract ValueTask Reopen();

    /// <summary>Keeps a copy of the log as it is.</summary>
    public abstract ValueTask KeepCopy();

    /// <summary>Puts the kept copy in the place of the log, as after a failover or a restored back-up.</summary>
    public abstract ValueTask RestoreCopy();

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
