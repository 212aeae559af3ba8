namespace Personalization.Engine.Profiles;

/// <summary>
/// The ids of the last entries by log time: 8 bytes of hash and 4 of time each, grown on demand. None is let go inside the window: at the bound there is no room for
/// another. A look-up is a vectorised scan, which for the few ids of a usual customer beats any table; from <see cref="IndexedFrom"/> ids on a table.
/// </summary>
internal sealed class RecentIds
{
    private const int IndexedFrom = 512;

    private ulong[] _hashes = [];
    private uint[] _times = [];
    private int _head;
    private long _origin;
    private HashSet<ulong>? _index;

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(_head, Count);

    public long TimeOf(int index) => _origin + _times[_head + index];

    public bool Contains(ulong hash)
    {
        if (Count < IndexedFrom) return Hashes.Contains(hash);
        return (_index ??= Index()).Contains(hash);
    }

    /// <summary>Takes over what another remembers.</summary>
    public void CopyFrom(RecentIds other)
    {
        _hashes = other.Hashes.ToArray();
        _times = other._times.AsSpan(other._head, other.Count).ToArray();
        (_head, _origin, Count, _index) = (0, other._origin, other.Count, null);
    }

    public void ForgetBefore(long logTime)
    {
        while (Count > 0 && TimeOf(0) < logTime) RemoveFirst();
        if (Count < IndexedFrom / 2) _index = null;
    }

    /// <summary>Remembers an id that is not known.</summary>
    public void Remember(ulong hash, long logTime)
    {
        if (Count == 0)
        {
            _head = 0;
            _origin = logTime;
        }
        else if (logTime - _origin > uint.MaxValue)
        {
            Rebase(TimeOf(0));
        }

        if (_head + Count == _hashes.Length) MakeRoom();
        _hashes[_head + Count] = hash;

        // Log time never goes back; should a log ever say otherwise, the id is taken as being as old as the one before.
        var newest = Count == 0 ? 0 : _times[_head + Count - 1];
        _times[_head + Count] = (uint)Math.Clamp(logTime - _origin, newest, uint.MaxValue);
        Count++;
        _index?.Add(hash);
    }

    /// <summary>Makes room for exactly so many ids; for an empty ring.</summary>
    public void Reserve(int capacity) => (_hashes, _times) = (new ulong[capacity], new uint[capacity]);

    public void Trim()
    {
        if (_hashes.Length <= 8 || Count * 4 > _hashes.Length) return;
        _hashes = Hashes.ToArray();
        _times = _times.AsSpan(_head, Count).ToArray();
        _head = 0;
    }

    private HashSet<ulong> Index()
    {
        var index = new HashSet<ulong>(Count + (Count / 2));
        foreach (var hash in Hashes) index.Add(hash);
        return index;
    }

    private void RemoveFirst()
    {
        _index?.Remove(_hashes[_head]);
        _head++;
        if (--Count == 0) _head = 0;
    }

    private void Rebase(long origin)
    {
        var shift = (uint)(origin - _origin);
        foreach (ref var time in _times.AsSpan(_head, Count)) time -= shift;
        _origin = origin;
    }

    private void MakeRoom()
    {
        var hashes = _hashes;
        var times = _times;
        if (_head * 4 <= _hashes.Length)
        {
            var size = _hashes.Length + Math.Max(4, _hashes.Length / 4);
            hashes = new ulong[size];
            times = new uint[size];
        }

        Hashes.CopyTo(hashes);
        _times.AsSpan(_head, Count).CopyTo(times);
        (_hashes, _times, _head) = (hashes, times, 0);
    }
}
