using Personalization.Load.Hosting;
using Personalization.Log;
using Personalization.Partitions;
using StackExchange.Redis;

namespace Personalization.Load.Baseline;

/// <summary>
/// Takes groups as the engine's log does and writes each entry by a plain XADD in one pipeline: what Redis could take if nothing had to be decided, remembered, folded or committed.
/// </summary>
internal sealed class RawStreamLog : IPartitionLog, ISystemUnderTest
{
    private const ulong Generation = 1;
    private readonly IDatabase _database;
    private readonly RedisKey[] _streams;

    public RawStreamLog(IConnectionMultiplexer connection, int partitions)
    {
        _database = connection.GetDatabase();
        _streams = [.. Enumerable.Range(0, partitions).Select(partition => (RedisKey)$"raw:{{{partition}}}")];
    }

    public int Partitions => _streams.Length;

    public string CustomerGrain => "none";

    public ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default) => ValueTask.FromResult(Head(0));

    public async ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default)
    {
        var sent = new Task<RedisValue>[request.Items.Count];
        for (var i = 0; i < sent.Length; i++) sent[i] = _database.StreamAddAsync(_streams[request.Partition], "b", request.Items[i].Bytes);
        await Task.WhenAll(sent).ConfigureAwait(false);
        var positions = new long[sent.Length];
        for (var i = 0; i < positions.Length; i++) positions[i] = request.LastAcknowledged + i + 1;
        return new AppendReply(AppendStatus.Appended, positions, Head(positions[^1]));
    }

    public async Task<DurableState> Drain(TimeSpan atMost)
    {
        var lengths = await Task.WhenAll(_streams.Select(stream => _database.StreamLengthAsync(stream)));
        return new DurableState(true, lengths.Sum());
    }

    public ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default) => throw new NotSupportedException();

    private static LogHead Head(long tail) => new(Generation, 1, 1, tail, 0, 0, Epoch.None);
}
