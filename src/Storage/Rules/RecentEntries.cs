using Personalization.Log;

namespace Personalization.Storage.Rules;

/// <summary>
/// A partition's newest entries as this process appended them, so that whoever follows the tail is answered without a look into the file. It holds what is
/// durable, in one dense stretch; what it does not hold is read from where it is stored.
/// </summary>
/// <remarks>Any thread. Bounded by <see cref="Capacity"/> entries and <see cref="MaxBytes"/> bytes, the oldest go first.</remarks>
internal sealed class RecentEntries
{
    /// <summary>The most entries held; a power of two.</summary>
    public const int Capacity = 512;

    /// <summary>The most bytes held, but for a single entry that is larger.</summary>
    public const int MaxBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly LogEntry[] _ring = new LogEntry[Capacity];
    private long _last;
    private int _count;
    private long _bytes;

    /// <summary>Takes entries that are durable, in position order. What does not follow on the newest one replaces all.</summary>
    public void Add(IReadOnlyList<LogEntry> entries)
    {
        lock (_gate)
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var entry = entries[i];
                if (entry.Position != _last + 1) RemoveAll();
                if (_count == Capacity) RemoveOldest();
                At(entry.Position) = entry;
                _last = entry.Position;
                _count++;
                _bytes += entry.Bytes.Length;
                while (_bytes > MaxBytes && _count > 1) RemoveOldest();
            }
        }
    }

    /// <summary>Forgets everything: what is stored is not known to be what was appended.</summary>
    public void Clear()
    {
        lock (_gate) RemoveAll();
    }

    /// <summary>Reads from memory. False: some of what is asked for is not here.</summary>
    /// <param name="request">What is asked for; it was found to be within the log.</param>
    /// <param name="tail">The highest position that may be answered.</param>
    /// <param name="compare">Whether the entry at the cursor must be what the reader saw.</param>
    /// <param name="entries">What follows the cursor, as much as the request allows.</param>
    /// <param name="matches">False: the entry at the cursor is another one.</param>
    public bool TryRead(in ReadRequest request, long tail, bool compare, out List<LogEntry> entries, out bool matches)
    {
        (entries, matches) = ([], true);
        lock (_gate)
        {
            var oldest = _last - _count + 1;
            if (_count == 0 || tail > _last || (compare ? request.After : request.After + 1) < oldest) return false;
            if (compare && !AppendRules.IsCursor(request, request.After, At(request.After).LogTime, At(request.After).Bytes))
            {
                matches = false;
                return true;
            }

            var wanted = (int)Math.Min(tail - request.After, request.MaxEntries);
            entries.EnsureCapacity(wanted);
            var bytes = 0L;
            for (var position = request.After + 1; entries.Count < wanted; position++)
            {
                ref readonly var entry = ref At(position);
                bytes += entry.Bytes.Length;
                if (entries.Count > 0 && bytes > request.MaxBytes) break;
                entries.Add(entry);
            }

            return true;
        }
    }

    private ref LogEntry At(long position) => ref _ring[position & (Capacity - 1)];

    private void RemoveOldest()
    {
        ref var oldest = ref At(_last - _count + 1);
        _bytes -= oldest.Bytes.Length;
        oldest = default;
        _count--;
    }

    private void RemoveAll()
    {
        Array.Clear(_ring);
        (_last, _count, _bytes) = (0, 0, 0);
    }
}
