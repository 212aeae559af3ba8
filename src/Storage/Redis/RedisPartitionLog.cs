using System.Globalization;
using System.Text;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Rules;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// The partitioned log on Redis Streams: an entry's position is its id in the stream. What an append decides is decided inside Redis by one script,
/// so any number of processes may append to and read the same log.
/// </summary>
/// <remarks>
/// Keys of a partition: <c>head</c> (HASH), <c>log</c> (STREAM), <c>writers</c> (HASH), and the channel <c>tail</c>, on which an append publishes the new tail if another process listens.
/// Durable when it returns if Redis runs with <c>appendfsync always</c>; see <see cref="RedisDurability"/>.
/// </remarks>
internal sealed class RedisPartitionLog : IPartitionLog, IDisposable
{
    private const int TrimStep = 256;

    private static readonly RedisScript s_init = RedisScript.Load("log_init");
    private static readonly RedisScript s_append = RedisScript.Load("log_append");
    private static readonly RedisScript s_generation = RedisScript.Load("log_generation");
    private static readonly RedisScript s_announce = RedisScript.Load("log_announce");
    private static readonly RedisScript s_trim = RedisScript.Load("log_trim");

    private readonly IDatabase _database;
    private readonly RedisKeys _keys;
    private readonly TimeSpan _pollInterval;
    private readonly TimeProvider _time;
    private readonly RedisTailSignals _signals;
    private readonly EntrySize[] _sizes;
    private readonly OwnAppends[] _own;

    /// <summary>Makes a log over an open connection.</summary>
    public RedisPartitionLog(IConnectionMultiplexer connection, RedisKeys keys, TimeSpan pollInterval, TimeProvider time)
    {
        _database = connection.GetDatabase();
        _keys = keys;
        _pollInterval = pollInterval;
        _time = time;
        _sizes = new EntrySize[keys.Partitions.Length];
        _own = [.. keys.Partitions.Select(_ => new OwnAppends())];
        _signals = new RedisTailSignals(connection, keys, () => Array.ForEach(_own, own => own.Forget()));
    }

    /// <inheritdoc />
    public int Partitions => _keys.Partitions.Length;

    /// <summary>Makes the heads that are missing.</summary>
    public Task Initialize() => Task.WhenAll(_keys.Partitions.Select(Initialize));

    /// <inheritdoc />
    public async ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[partition];
        while (true)
        {
            if (RedisLogHead.Read(await _database.HashGetAsync(keys.Head, RedisLogHead.Fields).Answer(_database, cancellation).ConfigureAwait(false)) is { } found) return found.Head;
            await Initialize(keys).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default)
    {
        AppendRules.Validate(request, Partitions);
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[request.Partition];
        try
        {
            var answer = await Run(s_append, keys, [keys.Head, keys.Log, keys.Writers], Arguments(request, keys.Tail, _signals.IsSubscribed(request.Partition))).Answer(_database, cancellation).ConfigureAwait(false);
            var status = (AppendStatus)(int)answer[0];
            var head = RedisLogHead.Read(answer, 1);
            var positions = status == AppendStatus.Appended ? Positions(request.Items.Count, (long)answer[9], ((RedisValue)answer[10]).ToString()) : [];
            _own[request.Partition].Appended(request.Items, positions, head);
            _signals.Saw(request.Partition, head.Tail);
            return new AppendReply(status, positions, head);
        }
        finally
        {
            _signals.Wake(request.Partition);
        }
    }

    /// <inheritdoc />
    public async ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default)
    {
        var started = _time.GetTimestamp();
        if (request.Wait <= TimeSpan.Zero) return await ReadNow(request, cancellation).ConfigureAwait(false);
        var mayWaitFirst = true;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = await _signals.Next(request.Partition).ConfigureAwait(false);
            var left = request.Wait - _time.GetElapsedTime(started);

            // Who reads on from the tail that it has just seen need not ask again before it waits.
            if (!mayWaitFirst || left <= TimeSpan.Zero || _signals.Known(request.Partition) != request.After)
            {
                if (_own[request.Partition].TryRead(request) is { } held) return held;
                var reply = await ReadNow(request, cancellation).ConfigureAwait(false);
                left = request.Wait - _time.GetElapsedTime(started);
                if (reply.Status != ReadStatus.Read || reply.Entries.Count > 0 || left <= TimeSpan.Zero) return reply;
            }

            // A message may have been lost: after the interval it looks by itself.
            mayWaitFirst = false;
            await TailSignal.Wait(next, left < _pollInterval ? left : _pollInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[partition];
        RedisValue[] arguments = [RedisLogHead.Hex(expected), above, RedisLogHead.Hex(Generations.Next()), keys.Tail.ToString()];
        return RedisLogHead.Read(await Run(s_generation, keys, [keys.Head], arguments).Answer(_database, cancellation).ConfigureAwait(false), 0);
    }

    /// <inheritdoc />
    public async ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[partition];
        await Run(s_announce, keys, [keys.Head], [epoch.Counter, RedisLogHead.Hex(epoch.Nonce)]).Answer(_database, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default)
    {
        var keys = _keys.Partitions[partition];
        var forget = _time.GetUtcNow().ToUnixTimeMilliseconds() - (long)Generations.WriterIdle.TotalMilliseconds;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var answer = await Run(s_trim, keys, [keys.Head, keys.Log, keys.Writers], [upTo, keepFromLogTime, TrimStep, forget]).Answer(_database, cancellation).ConfigureAwait(false);
            if ((int)answer[1] == 1) return (long)answer[0];
        }
    }

    /// <summary>Ends long polls with an error. The connection stays open: it is the host's.</summary>
    public void Dispose() => _signals.Dispose();

    private static RedisValue[] Arguments(AppendRequest request, RedisChannel tail, bool isListening)
    {
        var items = request.Items;
        var arguments = new RedisValue[10 + items.Count];
        var carriesTenures = false;
        for (var i = 0; i < items.Count; i++)
        {
            arguments[10 + i] = items[i].Bytes;
            carriesTenures |= items[i].Epoch != default;
        }

        var hashes = new StringBuilder(items.Count * 16);
        foreach (var item in items) hashes.Append(RedisLogHead.Hex(KeyHash.Hash64(item.Bytes)));

        arguments[0] = RedisLogHead.Hex(request.Writer);
        arguments[1] = request.Counter;
        arguments[2] = RedisLogHead.Hex(request.Generation);
        arguments[3] = request.LastAcknowledged;
        arguments[4] = items.Count;
        arguments[6] = tail.ToString();
        arguments[7] = hashes.ToString();
        arguments[8] = carriesTenures ? string.Join(',', items.Select(item => item.Epoch.Counter.ToString(CultureInfo.InvariantCulture))) : "";
        arguments[9] = isListening ? 1 : 0;
        return arguments;
    }

    private static long[] Positions(int count, long first, string stale)
    {
        var positions = new long[count];
        for (var i = 0; i < count; i++) positions[i] = stale.Length > i && stale[i] == '1' ? AppendReply.StaleEpoch : first++;
        return positions;
    }

    private async ValueTask<ReadReply> ReadNow(ReadRequest request, CancellationToken cancellation)
    {
        var keys = _keys.Partitions[request.Partition];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var wanted = _sizes[request.Partition].Fitting(request.MaxEntries, request.MaxBytes);
            var withCursor = request.KnowsCursor;
            var transaction = _database.CreateTransaction();
            var headRead = transaction.HashGetAsync(keys.Head, RedisLogHead.Fields);
            var entriesRead = transaction.StreamRangeAsync(keys.Log, Id(withCursor ? request.After : request.After + 1), "+", withCursor ? wanted + 1 : wanted);
            if (!await transaction.ExecuteAsync().Answer(_database, cancellation).ConfigureAwait(false)) throw new RedisException("Redis refused to read the log");
            if (RedisLogHead.Read(await headRead.Answer(_database, cancellation).ConfigureAwait(false)) is not { } found)
            {
                await entriesRead.Answer(_database, cancellation).ConfigureAwait(false);
                await Initialize(keys).ConfigureAwait(false);
                continue;
            }

            var (head, trimmedTo) = found;
            _signals.Saw(request.Partition, head.Tail);
            _own[request.Partition].Saw(head);
            var rows = await entriesRead.Answer(_database, cancellation).ConfigureAwait(false);
            if (AppendRules.Decide(request, head, trimmedTo) is { } status) return new ReadReply(status, [], head);
            var from = 0;
            if (withCursor && rows.Length > 0 && PositionOf(rows[0].Id) == request.After) from = 1;
            if (AppendRules.MustCompareCursor(request, trimmedTo) && (from == 0 || !AppendRules.IsCursor(request, request.After, TimeOf(rows[0]), BytesOf(rows[0]))))
                return new ReadReply(ReadStatus.Mismatch, [], head);
            return new ReadReply(ReadStatus.Read, Take(request, rows.AsSpan(from)), head);
        }
    }

    private List<LogEntry> Take(in ReadRequest request, ReadOnlySpan<StreamEntry> rows)
    {
        var entries = new List<LogEntry>(Math.Min(rows.Length, request.MaxEntries));
        var bytes = 0L;
        foreach (var row in rows)
        {
            if (entries.Count == request.MaxEntries) break;
            var content = BytesOf(row);
            if (entries.Count > 0 && bytes + content.Length > request.MaxBytes) break;
            bytes += content.Length;
            entries.Add(new LogEntry(PositionOf(row.Id), TimeOf(row), content));
        }

        if (entries.Count > 0) _sizes[request.Partition].Saw(bytes, entries.Count);
        return entries;
    }

    private static long TimeOf(in StreamEntry row) => (long)row.Values[0].Value;

    private static byte[] BytesOf(in StreamEntry row) => (byte[])row.Values[1].Value!;

    private static long PositionOf(RedisValue id)
    {
        var text = id.ToString();
        return long.Parse(text.AsSpan(0, text.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
    }

    private static RedisValue Id(long position) => string.Create(CultureInfo.InvariantCulture, $"{position}-0");

    private Task Initialize(PartitionKeys keys) => s_init.Run(_database, [keys.Head], [RedisLogHead.Hex(Generations.Next())]).Answer(_database, CancellationToken.None);

    /// <summary>Runs a script of the log. A head that vanished (an empty Redis in the place of the former) is made anew: who was acknowledged notices by its positions.</summary>
    private async Task<RedisResult[]> Run(RedisScript script, PartitionKeys keys, RedisKey[] names, RedisValue[] arguments)
    {
        // Log time is the sender's clock at the moment of sending; an append that is repeated keeps that of the try that counted.
        if (ReferenceEquals(script, s_append)) arguments[5] = _time.GetUtcNow().ToUnixTimeMilliseconds();
        while (true)
        {
            try
            {
                var answer = await script.Run(_database, names, arguments).ConfigureAwait(false);
                return answer.Length < 0 ? [answer] : (RedisResult[])answer!;
            }
            catch (RedisServerException gone) when (gone.Message.StartsWith("NOHEAD", StringComparison.Ordinal))
            {
                await Initialize(keys).ConfigureAwait(false);
            }
        }
    }

    /// <summary>How large a partition's entries are, so that a read asks for about as many as it may return.</summary>
    private struct EntrySize
    {
        private const int Assumed = 512;
        private long _average;

        public readonly int Fitting(int maxEntries, int maxBytes)
        {
            var average = _average == 0 ? Assumed : _average;
            return (int)Math.Clamp(maxBytes / average * 5 / 4, Math.Min(16, maxEntries), maxEntries);
        }

        public void Saw(long bytes, int entries) => _average = _average == 0 ? Math.Max(1, bytes / entries) : Math.Max(1, ((_average * 7) + (bytes / entries)) / 8);
    }
}
