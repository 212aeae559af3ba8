namespace Personalization.Algorithms.Recommendation.Indexing;

/// <summary>
/// A <see cref="DenseIdMap"/> of bounded size: a doubly linked list keeps the ids by last touch, and beyond the capacity the one touched longest ago
/// makes room. All in O(1).
/// </summary>
internal sealed class RecencyMap(int capacity)
{
    private readonly DenseIdMap _map = new();
    private Link[] _links = new Link[8];
    private int _newest = -1;
    private int _oldest = -1;

    public int Count => _map.Count;

    /// <summary>Arrays beside the map need this length.</summary>
    public int Extent => _map.Extent;

    public int Oldest => _oldest;

    public long AllocatedBytes => _map.AllocatedBytes + (8L * _links.Length);

    public int Find(ulong id) => _map.Find(id);

    public ulong IdOf(int dense) => _map.IdOf(dense);

    /// <summary>The integer touched next after <paramref name="dense"/>, or −1: a walk from <see cref="Oldest"/> sees all ids by recency.</summary>
    public int Newer(int dense) => _links[dense].Newer;

    /// <summary>Finds or adds an id and makes it the newest. When the map was full, <paramref name="recycled"/> is the integer that the new id took
    /// over, its content still that of the old one; else −1.</summary>
    public int Touch(ulong id, out bool added, out int recycled)
    {
        recycled = -1;
        var dense = _map.Find(id);
        added = dense < 0;
        if (!added)
        {
            if (dense == _newest) return dense;
            Unlink(dense);
        }
        else
        {
            if (_map.Count == capacity)
            {
                recycled = _oldest;
                Unlink(recycled);
                _map.Remove(recycled);
            }

            dense = _map.GetOrAdd(id, out _);
            if (dense >= _links.Length) Array.Resize(ref _links, Math.Max(dense + 1, _links.Length * 2));
        }

        _links[dense] = new Link { Older = _newest, Newer = -1 };
        if (_newest >= 0) _links[_newest].Newer = dense;
        else _oldest = dense;
        _newest = dense;
        return dense;
    }

    private void Unlink(int dense)
    {
        var link = _links[dense];
        if (link.Older >= 0) _links[link.Older].Newer = link.Newer;
        else _oldest = link.Newer;
        if (link.Newer >= 0) _links[link.Newer].Older = link.Older;
        else _newest = link.Older;
    }

    private struct Link
    {
        public int Older;
        public int Newer;
    }
}
