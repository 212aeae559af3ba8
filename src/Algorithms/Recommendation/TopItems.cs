namespace Personalization.Algorithms.Recommendation;

/// <summary>The best n of a stream of items in the caller's span: a bounded heap with the worst kept item at the root, then sorted in place. O(log n)
/// an item that is kept, O(1) one that is not.</summary>
internal ref struct TopItems(Span<ScoredItem> items)
{
    private readonly Span<ScoredItem> _items = items;
    private int _count;

    public readonly bool Admits(in ScoredItem item) => _count < _items.Length || (_count > 0 && item.IsBefore(_items[0]));

    public void Add(in ScoredItem item)
    {
        if (_count < _items.Length)
        {
            var child = _count++;
            while (child > 0)
            {
                var parent = (child - 1) / 2;
                if (!_items[parent].IsBefore(item)) break;
                _items[child] = _items[parent];
                child = parent;
            }

            _items[child] = item;
        }
        else if (_count > 0 && item.IsBefore(_items[0])) SiftDown(item, _count);
    }

    /// <summary>Turns the heap into a list, best first, and returns its length.</summary>
    public readonly int Sort()
    {
        for (var last = _count - 1; last > 0; last--)
        {
            var worst = _items[0];
            SiftDown(_items[last], last);
            _items[last] = worst;
        }

        return _count;
    }

    private readonly void SiftDown(ScoredItem item, int count)
    {
        var parent = 0;
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= count) break;
            if (child + 1 < count && _items[child].IsBefore(_items[child + 1])) child++;
            if (!item.IsBefore(_items[child])) break;
            _items[parent] = _items[child];
            parent = child;
        }

        _items[parent] = item;
    }
}
