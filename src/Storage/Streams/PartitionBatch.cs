using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Personalization.Log;

namespace Personalization.Storage.Streams;

/// <summary>The queue's container of one stream item: new entries of a partition on their way to the owner.</summary>
[GenerateSerializer, Immutable, Alias("personalization.PartitionBatch")]
public sealed class PartitionBatch(StreamId streamId, LogBatch batch) : IBatchContainer
{
    /// <summary>The partition's stream.</summary>
    [Id(0)]
    public StreamId StreamId { get; } = streamId;

    /// <summary>The item.</summary>
    [Id(1)]
    public LogBatch Batch { get; } = batch;

    /// <summary>The position of the last entry: stable under redelivery.</summary>
    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(Batch.Entries[^1].Position);

    /// <inheritdoc />
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        Batch is T batch ? [Tuple.Create(batch, SequenceToken)] : [];

    /// <inheritdoc />
    public bool ImportRequestContext() => false;
}
