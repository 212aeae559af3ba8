namespace Personalization.Engine.Profiles;

/// <summary>
/// The ids of the last entries by log time: 8 bytes of hash and 4 of time each, grown on demand. A look-up is a vectorised scan, which for the
/// few ids of a usual customer beats any table.
/// </summary>
internal sealed class RecentIds
{
    private ulong[] _hashes = [];
    private uint[] _times = [];
    private int _head;
    private long _origin;

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(_head, Count);

    public long TimeOf(int index) => _origin + _times[_head + index];

    public bool Contains(ulong hash) => Hashes.Contains(hash);

    /// <summary>How many were remembered at or after a log time.</summary>
    public int CountSince(long logTime)
    {
        var old = 0;
        while (old < Count && TimeOf(old) < logTime) old++;
        return Count - old;
    }

    /// <summary>Takes over what another remembers.</summary>
    public void CopyFrom(RecentIds other)
    {
        _hashes = other.Hashes.ToArray();
        _times = other._times.AsSpan(other._head, other.Count).ToArray();
        (_head, _origin, Count) = (0, other._origin, other.Count);
    }

    public void ForgetBefore(long logTime)
    {
        while (Count > 0 && TimeOf(0) < logTime) RemoveFirst();
    }

    public void Remember(ulong hash, long logTime, int capacity)
    {
        if (Count >= capacity) RemoveFirst();
        if (Count == 0)
        {
            _head = 0;
            _origin = logTime;
        }
        else if (logTime - _origin > uint.MaxValue)
        {
            Rebase(TimeOf(0));
        }

        if (_head + Count == _hashes.Length) MakeRoom(capacity);
        _hashes[_head + Count] = hash;

        // Log time never goes back; should a log ever say otherwise, the id is taken as being as old as the one before.
        var newest = Count == 0 ? 0 : _times[_head + Count - 1];
        _times[_head + Count] = (uint)Math.Clamp(logTime - _origin, newest, uint.MaxValue);
        Count++;
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

    private void RemoveFirst()
    {
        _head++;
        if (--Count == 0) _head = 0;
    }

    private void Rebase(long origin)
    {
        var shift = (uint)(origin - _origin);
        foreach (ref var time in _times.AsSpan(_head, Count)) time -= shift;
        _origin = origin;
    }

    private void MakeRoom(int capacity)
    {
        var hashes = _hashes;
        var times = _times;
        if (_head * 4 <= _hashes.Length)
        {
            var size = Math.Min(capacity + (capacity / 4) + 1, Math.Max(4, _hashes.Length + (_hashes.Length / 2)));
            size = Math.Max(size, _hashes.Length + 1);
            hashes = new ulong[size];
            times = new uint[size];
        }

        Hashes.CopyTo(hashes);
        _times.AsSpan(_head, Count).CopyTo(times);
        (_hashes, _times, _head) = (hashes, times, 0);
    }
}
