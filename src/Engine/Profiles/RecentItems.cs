namespace Personalization.Engine.Profiles;

/// <summary>
/// The last N items in the order of features. Facts come in that order, so the last N taken are the top N by (event time, event id).
/// A ring, grown on demand.
/// </summary>
internal sealed class RecentItems
{
    private RecentItem[] _items = [];
    private int _head;

    public int Count { get; private set; }

    /// <summary>0 = oldest.</summary>
    public ref readonly RecentItem this[int index] => ref _items[(_head + index) % _items.Length];

    public void Add(in RecentItem item, int capacity)
    {
        if (Count < capacity)
        {
            if (Count == _items.Length) Grow(Math.Min(capacity, Math.Max(4, Count + (Count / 2))));
            _items[(_head + Count++) % _items.Length] = item;
            return;
        }

        _items[_head] = item;
        _head = (_head + 1) % _items.Length;
    }

    public RecentItems Clone() => new() { _items = ToArray(Count), Count = Count };

    public static RecentItems From(RecentItem[] items) => new() { _items = items, Count = items.Length };

    private void Grow(int capacity)
    {
        _items = ToArray(capacity);
        _head = 0;
    }

    private RecentItem[] ToArray(int capacity)
    {
        if (capacity == 0) return [];
        var items = new RecentItem[capacity];
        for (var i = 0; i < Count; i++) items[i] = this[i];
        return items;
    }
}
