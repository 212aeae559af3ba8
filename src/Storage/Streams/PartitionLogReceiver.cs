using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Personalization.Log;

namespace Personalization.Storage.Streams;

/// <summary>
/// Reads a partition's new entries by long poll. It is only a hint: it begins at the tail, keeps its cursor in memory and acknowledges
/// nothing, because the owner has a cursor of its own and reads the log wherever a hint is missing.
/// </summary>
internal sealed partial class PartitionLogReceiver(int partition, IPartitionLog log, ILogger logger, CancellationToken stopping) : IQueueAdapterReceiver
{
    /// <summary>How long a read waits for a first entry. The agent's own tick (100 ms) then passes once in this time only.</summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);

    private const int MaxEntries = 256;
    private const int MaxBytes = 64 * 1024;

    private readonly CancellationTokenSource _stopped = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly StreamId _stream = PartitionQueueMapper.StreamOf(partition);
    private EntryMark? _cursor;

    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (_stopped.IsCancellationRequested) return [];
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token, cancellationToken);
        try
        {
            var cursor = _cursor ??= (await log.ReadHead(partition, linked.Token).ConfigureAwait(false)).TailEntry;
            var reply = await log.Read(new ReadRequest(partition, cursor.Position, MaxEntries: MaxEntries, MaxBytes: MaxBytes, Wait: LongPoll), linked.Token).ConfigureAwait(false);
            if (reply.Status != ReadStatus.Read)
            {
                _cursor = reply.Head.TailEntry;
                return [];
            }

            if (reply.Entries.Count == 0) return [];
            _cursor = reply.Entries[^1].Mark;
            return [new PartitionBatch(_stream, new LogBatch(reply.Entries, reply.Head.Generation, cursor))];
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception fault)
        {
            // The agent retries with our back-off; the owner meanwhile reads by itself, and tells its readers if it cannot.
            ReadFailed(logger, partition, fault);
            throw;
        }
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout) => _stopped.CancelAsync();

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "Reading the log of partition {Partition} for its stream failed; it is tried again")]
    private static partial void ReadFailed(ILogger logger, int partition, Exception fault);
}
