using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.TestKit.Storage;

/// <summary>A log whose appends fail, are lost or wait as a test plans; everything else passes through.</summary>
public sealed class FaultyPartitionLog(IPartitionLog inner) : IPartitionLog
{
    /// <summary>What happens to appends.</summary>
    public FaultPlan Appends { get; } = new();

    /// <summary>Every append that was tried, in order.</summary>
    public List<AppendRequest> Tried { get; } = [];

    /// <inheritdoc />
    public int Partitions => inner.Partitions;

    /// <inheritdoc />
    public ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default) => inner.ReadHead(partition, cancellation);

    /// <inheritdoc />
    public ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default)
    {
        lock (Tried) Tried.Add(request);
        return Appends.Run(() => inner.Append(request, cancellation));
    }

    /// <inheritdoc />
    public ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default) => inner.Read(request, cancellation);

    /// <inheritdoc />
    public ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default) =>
        inner.StartGeneration(partition, expected, above, cancellation);

    /// <inheritdoc />
    public ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default) => inner.AnnounceEpoch(partition, epoch, cancellation);

    /// <inheritdoc />
    public ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default) =>
        inner.Trim(partition, upTo, keepFromLogTime, cancellation);
}
