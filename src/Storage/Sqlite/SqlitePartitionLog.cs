using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// The partitioned log in one SQLite file. Heads and writers are held in memory by the writer thread and saved in the transaction of
/// what they describe, so an append reads nothing; nor does a reader that follows the tail, because the newest entries are held too.
/// </summary>
/// <remarks>
/// Tables: <c>entries(id, log_time, bytes)</c> with id = partition · 2⁵³ + position; <c>heads</c>, one row per partition; <c>writers</c>,
/// the last group of each writer and partition.
/// </remarks>
public sealed class SqlitePartitionLog : IPartitionLog, IStorageHealth, ISqliteBatch, IDisposable
{
    private const int SchemaVersion = 1;
    private const int PositionBits = 53;
    private const int TrimStep = 4096;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS entries(id INTEGER PRIMARY KEY, log_time INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS heads(
            partition INTEGER PRIMARY KEY, generation INTEGER NOT NULL, start INTEGER NOT NULL, first INTEGER NOT NULL, tail INTEGER NOT NULL,
            tail_hash INTEGER NOT NULL, tail_time INTEGER NOT NULL, epoch INTEGER NOT NULL, nonce INTEGER NOT NULL, trimmed INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS writers(
            partition INTEGER NOT NULL, writer INTEGER NOT NULL, counter INTEGER NOT NULL, highest INTEGER NOT NULL, used_at INTEGER NOT NULL,
            positions BLOB NOT NULL, PRIMARY KEY(partition, writer)) WITHOUT ROWID;
        """;

    private readonly TimeProvider _time;
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private readonly Partition[] _partitions;
    private readonly HashSet<Partition> _changed = [];

    /// <summary>Opens the file, making it if it is missing.</summary>
    /// <param name="path">The file, <c>log.db</c>.</param>
    /// <param name="partitions">The number of partitions; fixed when the file is made.</param>
    /// <param name="time">Stamps log times and bounds long polls; the system's if null.</param>
    /// <exception cref="InvalidOperationException">The file is of a newer schema, or was made for another number of partitions.</exception>
    public SqlitePartitionLog(string path, int partitions, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _partitions = new Partition[new PartitionMap(partitions).Partitions];
        for (var i = 0; i < partitions; i++) _partitions[i] = new Partition(i);
        var session = SqliteSchema.Open(path, SchemaVersion, Tables, partitions);
        try
        {
            Load(session);
            foreach (var partition in _partitions.Where(partition => partition.Head.Generation == 0))
            {
                partition.Head = new LogHead(Generations.Next(), 1, 1, 0, 0, 0, Epoch.None);
                Save(session, partition);
                partition.Publish();
            }
        }
        catch
        {
            session.Dispose();
            throw;
        }

        _readers = new SqliteReaders(path);
        _writer = new SqliteWriter(session, "log writer", this);
    }

    /// <inheritdoc />
    public int Partitions => _partitions.Length;

    /// <inheritdoc />
    public string? Fault => _writer.Fault;

    /// <inheritdoc cref="SqliteWriter.LimitPages" />
    internal void LimitPages(int? more) => _writer.LimitPages(more);

    /// <summary>Whether no entry was ever appended.</summary>
    internal bool IsNew => Array.TrueForAll(_partitions, partition => partition.Published.Head.Tail == 0);

    /// <inheritdoc />
    public ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_partitions[partition].Published.Head);
    }

    /// <inheritdoc />
    public async ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default)
    {
        AppendRules.Validate(request, Partitions);
        cancellation.ThrowIfCancellationRequested();
        // Without a savepoint of its own: a group is refused before anything of it is written, and where writing fails the transaction is of no use.
        return await _writer.Write(session => Append(session, request), guarded: false).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default)
    {
        var own = _partitions[request.Partition];
        var started = _time.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = request.Wait > TimeSpan.Zero ? own.Signal.Next() : Task.CompletedTask;
            var reply = ReadNow(own, request);
            if (reply.Status != ReadStatus.Read || reply.Entries.Count > 0) return reply;
            if (!await TailSignal.Wait(next, request.Wait - _time.GetElapsedTime(started), _time, cancellation).ConfigureAwait(false)) return reply;
        }
    }

    /// <inheritdoc />
    public async ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return await _writer.Write(
            session =>
            {
                var own = _partitions[partition];
                if (own.Head.Generation == expected)
                {
                    var start = Math.Max(own.Head.Tail, above) + 1;
                    var empty = own.Head.First > own.Head.Tail;
                    own.Head = own.Head with { Generation = Generations.Next(), GenerationStart = start, Tail = start - 1, TailHash = 0, First = empty ? start : own.Head.First };
                    _changed.Add(own);
                }

                return own.Head;
            },
            guarded: false).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        await _writer.Write(
            session =>
            {
                var own = _partitions[partition];
                if (epoch <= own.Head.Epoch) return false;
                own.Head = own.Head with { Epoch = epoch };
                return _changed.Add(own);
            },
            guarded: false).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default)
    {
        // In steps, so that appends to other partitions do not wait for a long deletion.
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var (first, done) = await _writer.Write(session => TrimSome(session, _partitions[partition], upTo, keepFromLogTime), guarded: false).ConfigureAwait(false);
            if (done) return first;
        }
    }

    /// <summary>Whether the log is in a generation and holds an entry, by what is known of it.</summary>
    internal bool Holds(int partition, ulong generation, in EntryMark entry) =>
        ReadNow(_partitions[partition], new ReadRequest(partition, entry, generation) with { MaxEntries = 1 }).Status != ReadStatus.Mismatch;

    /// <summary>Writes what waits, ends long polls with an error and closes the file.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        foreach (var partition in _partitions) partition.Signal.Close();
        _readers.Dispose();
    }

    void ISqliteBatch.BeforeCommit(SqliteSession session)
    {
        foreach (var partition in _changed) Save(session, partition);
    }

    void ISqliteBatch.AfterCommit()
    {
        foreach (var partition in _changed)
        {
            partition.Recent.Add(partition.Written);
            partition.Written.Clear();
            partition.Publish();
            partition.Signal.Raise();
        }

        _changed.Clear();
    }

    void ISqliteBatch.AfterRollback(SqliteSession session)
    {
        _changed.Clear();
        foreach (var partition in _partitions) partition.Forget();
        Load(session);
        foreach (var partition in _partitions) partition.Signal.Raise();
    }

    private static long Id(int partition, long position) => ((long)partition << PositionBits) | position;

    private static long PositionOf(long id) => id & ((1L << PositionBits) - 1);

    private AppendReply Append(SqliteSession session, AppendRequest request)
    {
        var own = _partitions[request.Partition];
        own.Writers.TryGetValue(request.Writer, out var writer);
        return AppendRules.Decide(request, own.Head, own.TrimmedTo, writer) is { } decided
            ? new AppendReply(decided, decided == AppendStatus.Appended ? writer!.Positions() : [], own.Head)
            : Append(session, own, request, writer);
    }

    private AppendReply Append(SqliteSession session, Partition own, AppendRequest request, AppendedGroup? writer)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var group = AppendedGroup.Place(request, own.Head, writer?.Highest ?? 0, now);
        var time = Math.Max(now, own.Head.TailTime);
        var position = own.Head.Tail;
        var insert = session.Prepare("INSERT INTO entries(id, log_time, bytes) VALUES(?1, ?2, ?3)");
        var last = -1;
        for (var i = 0; i < request.Items.Count; i++)
        {
            if (group.IsStale(i)) continue;
            var entry = new LogEntry(++position, time, request.Items[i].Bytes);
            insert.Bind(1, Id(own.Number, position)).Bind(2, time).Bind(3, entry.Bytes).Run();
            own.Written.Add(entry);
            last = i;
        }

        session.Prepare("INSERT OR REPLACE INTO writers(partition, writer, counter, highest, used_at, positions) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, own.Number).Bind(2, request.Writer).Bind(3, group.Counter).Bind(4, group.Highest).Bind(5, now).Bind(6, group.Encode()).Run();
        own.Writers[request.Writer] = group;
        if (last >= 0)
        {
            own.Head = own.Head with
            {
                First = own.Head.First > own.Head.Tail ? group.First : own.Head.First,
                Tail = position,
                TailTime = time,
                TailHash = KeyHash.Hash64(request.Items[last].Bytes),
            };
        }

        _changed.Add(own);
        return new AppendReply(AppendStatus.Appended, group.Positions(), own.Head);
    }

    private ReadReply ReadNow(Partition own, ReadRequest request)
    {
        while (true)
        {
            var (head, trimmedTo) = own.Published;
            if (AppendRules.Decide(request, head, trimmedTo) is { } status) return new ReadReply(status, [], head);
            var compare = AppendRules.MustCompareCursor(request, trimmedTo);
            if (!compare && request.After == head.Tail) return new ReadReply(ReadStatus.Read, [], head);
            if (own.Recent.TryRead(request, head.Tail, compare, out var held, out var isSame)) return new ReadReply(isSame ? ReadStatus.Read : ReadStatus.Mismatch, held, head);

            var (entries, matches) = _readers.Read(session => ReadEntries(session, own.Number, request, head.Tail, compare));

            // A trim may have come between the head and the entries: then the answer is that of the later moment.
            if (own.Published.TrimmedTo != trimmedTo) continue;
            return matches ? new ReadReply(ReadStatus.Read, entries, head) : new ReadReply(ReadStatus.Mismatch, [], head);
        }
    }

    private static (List<LogEntry> Entries, bool Matches) ReadEntries(SqliteSession session, int partition, ReadRequest request, long tail, bool compare)
    {
        var entries = new List<LogEntry>();
        var bytes = 0L;
        var select = session.Prepare("SELECT id, log_time, bytes FROM entries WHERE id >= ?1 AND id <= ?2 ORDER BY id");
        select.Bind(1, Id(partition, compare ? request.After : request.After + 1)).Bind(2, Id(partition, tail));
        while (select.Step())
        {
            var content = select.BlobSpan(2);
            var position = PositionOf(select.Int64(0));
            if (compare)
            {
                compare = false;
                if (!AppendRules.IsCursor(request, position, select.Int64(1), content))
                {
                    select.Reset();
                    return ([], false);
                }

                continue;
            }

            bytes += content.Length;
            if (entries.Count >= request.MaxEntries || (entries.Count > 0 && bytes > request.MaxBytes)) break;
            entries.Add(new LogEntry(position, select.Int64(1), content.ToArray()));
        }

        select.Reset();
        return (entries, !compare);
    }

    private (long First, bool Done) TrimSome(SqliteSession session, Partition own, long upTo, long keepFromLogTime)
    {
        var select = session.Prepare("SELECT id, log_time FROM entries WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT ?3");
        select.Bind(1, Id(own.Number, own.Head.First)).Bind(2, Id(own.Number, Math.Min(upTo, own.Head.Tail))).Bind(3, TrimStep);
        long last = 0, seen = 0, gone = 0;
        while (select.Step())
        {
            seen++;
            if (select.Int64(1) >= keepFromLogTime) { select.Reset(); break; }
            last = PositionOf(select.Int64(0));
            gone++;
        }

        if (gone == 0) return (own.Head.First, true);
        session.Prepare("DELETE FROM entries WHERE id >= ?1 AND id <= ?2").Bind(1, Id(own.Number, 0)).Bind(2, Id(own.Number, last)).Run();
        var next = session.Prepare("SELECT id FROM entries WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT 1");
        var held = next.Bind(1, Id(own.Number, last)).Bind(2, Id(own.Number, own.Head.Tail)).Step() ? PositionOf(next.Int64(0)) : own.Head.Tail + 1;
        next.Reset();
        own.TrimmedTo = last;
        own.Head = own.Head with { First = held, TailHash = held > own.Head.Tail ? 0 : own.Head.TailHash };
        Forget(session, own);
        _changed.Add(own);
        return (held, seen < TrimStep || gone < seen);
    }

    private void Forget(SqliteSession session, Partition own)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (writer, _) in own.Writers.Where(pair => Generations.MayForget(pair.Value, own.TrimmedTo, now)).ToArray())
        {
            own.Writers.Remove(writer);
            session.Prepare("DELETE FROM writers WHERE partition = ?1 AND writer = ?2").Bind(1, own.Number).Bind(2, writer).Run();
        }
    }

    private static void Save(SqliteSession session, Partition own)
    {
        var head = own.Head;
        session.Prepare("INSERT OR REPLACE INTO heads(partition, generation, start, first, tail, tail_hash, tail_time, epoch, nonce, trimmed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
            .Bind(1, own.Number).Bind(2, head.Generation).Bind(3, head.GenerationStart).Bind(4, head.First).Bind(5, head.Tail)
            .Bind(6, head.TailHash).Bind(7, head.TailTime).Bind(8, head.Epoch.Counter).Bind(9, head.Epoch.Nonce).Bind(10, own.TrimmedTo).Run();
    }

    private void Load(SqliteSession session)
    {
        var heads = session.Prepare("SELECT partition, generation, start, first, tail, tail_hash, tail_time, epoch, nonce, trimmed FROM heads");
        while (heads.Step())
        {
            var own = _partitions[heads.Int64(0)];
            own.Head = new LogHead(
                heads.UInt64(1), heads.Int64(2), heads.Int64(3), heads.Int64(4), heads.UInt64(5), heads.Int64(6), new Epoch(heads.Int64(7), heads.UInt64(8)));
            own.TrimmedTo = heads.Int64(9);
            own.Publish();
        }

        foreach (var partition in _partitions) partition.Writers.Clear();
        var writers = session.Prepare("SELECT partition, writer, counter, highest, used_at, positions FROM writers");
        while (writers.Step())
            _partitions[writers.Int64(0)].Writers[writers.UInt64(1)] = AppendedGroup.Decode(writers.Int64(2), writers.Int64(3), writers.Int64(4), writers.BlobSpan(5));
    }

    /// <summary>A partition as the writer thread sees it, and as it was last committed.</summary>
    private sealed class Partition(int number)
    {
        private volatile PublishedHead _published = new(default, 0);

        public int Number { get; } = number;

        public LogHead Head { get; set; }

        public long TrimmedTo { get; set; }

        public Dictionary<ulong, AppendedGroup> Writers { get; } = [];

        /// <summary>Entries of the transaction under way.</summary>
        public List<LogEntry> Written { get; } = [];

        /// <summary>The newest of those that are durable.</summary>
        public RecentEntries Recent { get; } = new();

        public TailSignal Signal { get; } = new();

        public PublishedHead Published => _published;

        public void Publish() => _published = new PublishedHead(Head, TrimmedTo);

        /// <summary>Whether the last transaction was committed is not known: readers look into the file.</summary>
        public void Forget()
        {
            Written.Clear();
            Recent.Clear();
        }
    }

    private sealed record PublishedHead(LogHead Head, long TrimmedTo);
}
