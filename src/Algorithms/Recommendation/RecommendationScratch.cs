using System.Numerics;

namespace Personalization.Algorithms.Recommendation;

/// <summary>
/// Working memory of one thread for answering queries. It grows to what the recommenders need and is then reused, so that answers allocate
/// nothing; it holds nothing between two calls. Not for two threads at once; one instance serves any number of recommenders.
/// </summary>
public sealed class RecommendationScratch
{
    internal CandidateList Candidates { get; } = new();

    internal ScoreTable Scores { get; } = new();

    internal NearestNeighbours.NeighbourHeap Neighbours { get; } = new();

    internal Mixing.MixWorkspace Mix { get; } = new();

    internal static int Grown(int length, int needed) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(needed, Math.Max(16, length + 1)));
}

/// <summary>A list of scored items that keeps its array between queries.</summary>
internal sealed class CandidateList
{
    private ScoredItem[] _items = new ScoredItem[256];
    private int _count;

    public ReadOnlySpan<ScoredItem> Items => _items.AsSpan(0, _count);

    public void Clear() => _count = 0;

    public void Add(ulong item, double score)
    {
        if (_count == _items.Length) Array.Resize(ref _items, RecommendationScratch.Grown(_items.Length, _count + 1));
        _items[_count++] = new ScoredItem(item, score);
    }
}

/// <summary>
/// Sums by 64-bit key: open addressing with linear probing at a load of at most one half. Clearing costs nothing (entries carry the number of
/// the query that wrote them), and the entries are read back in the order in which they were first touched, so that sums and ties do not depend on
/// the table's size.
/// </summary>
internal sealed class ScoreTable
{
    private Entry[] _entries = new Entry[512];
    private int[] _order = new int[256];
    private int _count;
    private uint _generation = 1;

    public int Count => _count;

    public void Clear()
    {
        _count = 0;
        if (++_generation != 0) return;
        Array.Clear(_entries);
        _generation = 1;
    }

    public ulong KeyAt(int i) => _entries[_order[i]].Key;

    public double ScoreAt(int i) => _entries[_order[i]].Score;

    /// <summary>The sum of a key, 0 when it is new.</summary>
    public ref double At(ulong key)
    {
        if (_count == _order.Length) Grow();
        var slot = SlotOf(key);
        ref var entry = ref _entries[slot];
        if (entry.Generation != _generation)
        {
            entry = new Entry(key, 0, _generation);
            _order[_count++] = slot;
        }

        return ref entry.Score;
    }

    /// <summary>The sum of a key, or 0 without making one.</summary>
    public double Find(ulong key)
    {
        ref var entry = ref _entries[SlotOf(key)];
        return entry.Generation == _generation ? entry.Score : 0;
    }

    public bool Contains(ulong key) => _entries[SlotOf(key)].Generation == _generation;

    private int SlotOf(ulong key)
    {
        var mask = _entries.Length - 1;
        var slot = (int)((key * 0x9E3779B97F4A7C15UL) >> 40) & mask;
        while (_entries[slot].Generation == _generation && _entries[slot].Key != key) slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new Entry[old.Length * 2];
        var order = new int[_order.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            var entry = old[_order[i]];
            var slot = SlotOf(entry.Key);
            _entries[slot] = entry;
            order[i] = slot;
        }

        _order = order;
    }

    private struct Entry(ulong key, double score, uint generation)
    {
        public readonly ulong Key = key;
        public double Score = score;
        public readonly uint Generation = generation;
    }
}
