using System.Runtime.InteropServices;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Rules;

namespace Personalization.Storage.Memory;

/// <summary>The partitioned log in this process's memory: the contract to the letter, gone when the process ends.</summary>
public sealed class MemoryPartitionLog : IPartitionLog, IDisposable
{
    private readonly Partition[] _partitions;
    private readonly TimeProvider _time;

    /// <summary>Makes an empty log.</summary>
    /// <param name="partitions">The number of partitions, 1 to 1,024.</param>
    /// <param name="time">Stamps log times and bounds long polls; the system's if null.</param>
    public MemoryPartitionLog(int partitions, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _partitions = new Partition[new PartitionMap(partitions).Partitions];
        for (var i = 0; i < _partitions.Length; i++) _partitions[i] = new Partition();
    }

    /// <inheritdoc />
    public int Partitions => _partitions.Length;

    /// <inheritdoc />
    public ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[partition];
        lock (own) return ValueTask.FromResult(own.Head);
    }

    /// <inheritdoc />
    public ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default)
    {
        AppendRules.Validate(request, Partitions);
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[request.Partition];
        AppendReply reply;
        lock (own) reply = own.Append(request, _time.GetUtcNow().ToUnixTimeMilliseconds());
        own.Signal.Raise();
        return ValueTask.FromResult(reply);
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
            ReadReply reply;
            lock (own) reply = own.Read(request);
            if (reply.Status != ReadStatus.Read || reply.Entries.Count > 0) return reply;
            if (!await TailSignal.Wait(next, request.Wait - _time.GetElapsedTime(started), _time, cancellation).ConfigureAwait(false)) return reply;
        }
    }

    /// <inheritdoc />
    public ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[partition];
        LogHead head;
        lock (own)
        {
            if (own.Head.Generation == expected)
            {
                var start = Math.Max(own.Head.Tail, above) + 1;
                own.Head = own.Head with { Generation = Generations.Next(), GenerationStart = start, Tail = start - 1, TailHash = 0 };
                own.RefreshFirst();
            }

            head = own.Head;
        }

        own.Signal.Raise();
        return ValueTask.FromResult(head);
    }

    /// <inheritdoc />
    public ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[partition];
        lock (own)
        {
            if (epoch > own.Head.Epoch) own.Head = own.Head with { Epoch = epoch };
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var own = _partitions[partition];
        lock (own) return ValueTask.FromResult(own.Trim(upTo, keepFromLogTime, _time.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    /// <summary>Whether the log is in a generation and holds an entry, by what is known of it.</summary>
    internal bool Holds(int partition, ulong generation, in EntryMark entry)
    {
        var own = _partitions[partition];
        lock (own) return own.Read(new ReadRequest(partition, entry, generation) with { MaxEntries = 1 }).Status != ReadStatus.Mismatch;
    }

    /// <summary>A copy of everything, as a back-up would hold it: for tests of logs that go back.</summary>
    public MemoryPartitionLog Copy()
    {
        var copy = new MemoryPartitionLog(Partitions, _time);
        for (var i = 0; i < Partitions; i++)
        {
            lock (_partitions[i]) copy._partitions[i].Take(_partitions[i]);
        }

        return copy;
    }

    /// <summary>Makes this log hold what a copy holds, generation and writers included, as if a back-up were put back under a running system.</summary>
    public void Restore(MemoryPartitionLog copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        for (var i = 0; i < Partitions; i++)
        {
            lock (_partitions[i]) _partitions[i].Take(copy._partitions[i]);
            _partitions[i].Signal.Raise();
        }
    }

    /// <summary>Ends long polls with an error.</summary>
    public void Dispose()
    {
        foreach (var partition in _partitions) partition.Signal.Close();
    }

    private sealed class Partition
    {
        private readonly List<LogEntry> _entries = [];
        private readonly Dictionary<ulong, AppendedGroup> _writers = [];
        private long _trimmedTo;

        public LogHead Head { get; set; } = new(Generations.Next(), 1, 1, 0, 0, 0, Epoch.None);

        public TailSignal Signal { get; } = new();

        public AppendReply Append(AppendRequest request, long now)
        {
            _writers.TryGetValue(request.Writer, out var writer);
            if (AppendRules.Decide(request, Head, _trimmedTo, writer) is { } decided)
                return new AppendReply(decided, decided == AppendStatus.Appended ? writer!.Positions() : [], Head);

            var group = AppendedGroup.Place(request, Head, writer?.Highest ?? 0, now);
            var time = Math.Max(now, Head.TailTime);
            for (var i = 0; i < request.Items.Count; i++)
            {
                if (group.IsStale(i)) continue;
                var entry = new LogEntry(Head.Tail + 1, time, request.Items[i].Bytes);
                _entries.Add(entry);
                Head = Head with { Tail = entry.Position, TailTime = time };
            }

            if (group.First > 0) Head = Head with { TailHash = _entries[^1].Hash };
            RefreshFirst();
            _writers[request.Writer] = group;
            return new AppendReply(AppendStatus.Appended, group.Positions(), Head);
        }

        public ReadReply Read(in ReadRequest request)
        {
            if (AppendRules.Decide(request, Head, _trimmedTo) is { } status) return new ReadReply(status, [], Head);
            var next = IndexAfter(request.After);
            if (AppendRules.MustCompareCursor(request, _trimmedTo) &&
                (next == 0 || !AppendRules.IsCursor(request, _entries[next - 1].Position, _entries[next - 1].LogTime, _entries[next - 1].Bytes)))
                return new ReadReply(ReadStatus.Mismatch, [], Head);

            var taken = new List<LogEntry>();
            var bytes = 0L;
            for (; next < _entries.Count && taken.Count < request.MaxEntries; next++)
            {
                bytes += _entries[next].Bytes.Length;
                if (taken.Count > 0 && bytes > request.MaxBytes) break;
                taken.Add(_entries[next]);
            }

            return new ReadReply(ReadStatus.Read, taken, Head);
        }

        public long Trim(long upTo, long keepFromLogTime, long now)
        {
            var end = 0;
            while (end < _entries.Count && _entries[end].Position <= upTo && _entries[end].LogTime < keepFromLogTime) end++;
            if (end > 0)
            {
                _trimmedTo = _entries[end - 1].Position;
                _entries.RemoveRange(0, end);
                if (_entries.Count == 0) Head = Head with { TailHash = 0 };
                RefreshFirst();
                foreach (var (writer, group) in _writers.Where(pair => Generations.MayForget(pair.Value, _trimmedTo, now)).ToArray()) _writers.Remove(writer);
            }

            return Head.First;
        }

        public void RefreshFirst() => Head = Head with { First = _entries.Count > 0 ? _entries[0].Position : Head.Tail + 1 };

        public void Take(Partition other)
        {
            _entries.Clear();
            _entries.AddRange(other._entries);
            _writers.Clear();
            foreach (var (writer, group) in other._writers) _writers[writer] = group;
            _trimmedTo = other._trimmedTo;
            Head = other.Head;
        }

        private int IndexAfter(long position)
        {
            int low = 0, high = _entries.Count;
            var span = CollectionsMarshal.AsSpan(_entries);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (span[middle].Position <= position) low = middle + 1;
                else high = middle;
            }

            return low;
        }
    }
}
