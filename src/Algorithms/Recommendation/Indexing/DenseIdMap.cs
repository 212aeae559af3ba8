using System.Numerics;

namespace Personalization.Algorithms.Recommendation.Indexing;

/// <summary>
/// Gives 64-bit ids dense integers, which index plain arrays, and takes them back: open addressing with linear probing (load at most ⅔) and deletion
/// by
/// shifting back, so that there are no tombstones however long ids come and go. A freed integer is given to the next new id.
/// </summary>
/// <remarks>A new id may be given any integer; nothing that a caller can see may depend on which.</remarks>
internal sealed class DenseIdMap
{
    private int[] _slots = new int[16]; // dense id + 1; 0 = empty
    private ulong[] _ids = new ulong[8];
    private int[] _free = [];
    private int _freeCount;
    private int _shift = 60;

    public int Count { get; private set; }

    /// <summary>All integers given so far are below this; arrays beside the map need this length.</summary>
    public int Extent { get; private set; }

    public long AllocatedBytes => (4L * _slots.Length) + (8L * _ids.Length) + (4L * _free.Length);

    public ulong IdOf(int dense) => _ids[dense];

    public int Find(ulong id)
    {
        var mask = _slots.Length - 1;
        for (var slot = Home(id); ; slot = (slot + 1) & mask)
        {
            var dense = _slots[slot] - 1;
            if (dense < 0 || _ids[dense] == id) return dense;
        }
    }

    public int GetOrAdd(ulong id, out bool added)
    {
        var found = Find(id);
        added = found < 0;
        if (!added) return found;
        if ((Count + 1) * 3L > _slots.Length * 2L) Rehash(_slots.Length * 2);
        int dense;
        if (_freeCount > 0) dense = _free[--_freeCount];
        else
        {
            dense = Extent++;
            if (dense == _ids.Length) Array.Resize(ref _ids, _ids.Length * 2);
        }

        _ids[dense] = id;
        Place(id, dense);
        Count++;
        return dense;
    }

    public void Remove(int dense)
    {
        var mask = _slots.Length - 1;
        var hole = Home(_ids[dense]);
        while (_slots[hole] != dense + 1) hole = (hole + 1) & mask;
        for (var next = (hole + 1) & mask; _slots[next] != 0; next = (next + 1) & mask)
        {
            // An entry may move into the hole if its home does not lie between the hole and itself (cyclically).
            var home = Home(_ids[_slots[next] - 1]);
            if (((next - home) & mask) < ((next - hole) & mask)) continue;
            _slots[hole] = _slots[next];
            hole = next;
        }

        _slots[hole] = 0;
        if (_freeCount == _free.Length) Array.Resize(ref _free, Math.Max(16, _free.Length * 2));
        _free[_freeCount++] = dense;
        Count--;
    }

    // The multiplication spreads ids that are small or consecutive; the upper bits are the well mixed ones.
    private int Home(ulong id) => (int)((id * 0x9E3779B97F4A7C15UL) >> _shift);

    private void Place(ulong id, int dense)
    {
        var mask = _slots.Length - 1;
        var slot = Home(id);
        while (_slots[slot] != 0) slot = (slot + 1) & mask;
        _slots[slot] = dense + 1;
    }

    private void Rehash(int length)
    {
        var old = _slots;
        _slots = new int[length];
        _shift = 64 - BitOperations.Log2((uint)length);
        foreach (var entry in old)
        {
            if (entry != 0) Place(_ids[entry - 1], entry - 1);
        }
    }
}
