using System.Globalization;
using Orleans.Streams;
using Personalization.Configuration;

namespace Personalization.Storage.Streams;

/// <summary>Stream = queue = partition: partition p's stream is in queue p.</summary>
internal sealed class PartitionQueueMapper : IConsistentRingStreamQueueMapper
{
    private readonly QueueId[] _queues;

    public PartitionQueueMapper(int partitions)
    {
        // Spread evenly over the hash ring, so that silos own about the same number of queues.
        var step = uint.MaxValue / (uint)partitions;
        _queues = [.. Enumerable.Range(0, partitions).Select(p => QueueId.GetQueueId(Names.LogStreamProvider, (uint)p, (uint)p * step))];
    }

    /// <summary>The stream of a partition.</summary>
    public static StreamId StreamOf(int partition) => StreamId.Create(Names.PartitionStreamNamespace, partition);

    /// <summary>The partition of a queue.</summary>
    public static int PartitionOf(QueueId queue) => (int)queue.GetNumericId();

    public IEnumerable<QueueId> GetAllQueues() => _queues;

    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => _queues.Where(queue => range.InRange(queue.GetUniformHashCode()));

    public QueueId GetQueueForStream(StreamId streamId) =>
        long.TryParse(streamId.GetKeyAsString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var partition) && partition >= 0 && partition < _queues.Length
            ? _queues[partition]
            : throw new ArgumentException($"'{streamId}' is no partition's stream", nameof(streamId));
}
