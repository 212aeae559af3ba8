namespace Personalization.Algorithms.Recommendation.NearestNeighbours;

/// <summary>The k most similar sessions seen so far, the least similar at the root. Sessions come the most recent first, so of equally similar ones
/// those seen first stay.</summary>
internal sealed class NeighbourHeap
{
    private Neighbour[] _heap = new Neighbour[64];
    private int _capacity;
    private int _count;

    public ReadOnlySpan<Neighbour> Items => _heap.AsSpan(0, _count);

    public void Clear(int capacity)
    {
        if (_heap.Length < capacity) _heap = new Neighbour[capacity];
        _capacity = capacity;
        _count = 0;
    }

    public void Add(in Neighbour neighbour)
    {
        if (_count < _capacity)
        {
            var child = _count++;
            while (child > 0)
            {
                var parent = (child - 1) / 2;
                if (!IsWorse(neighbour, _heap[parent])) break;
                _heap[child] = _heap[parent];
                child = parent;
            }

            _heap[child] = neighbour;
        }
        else if (IsWorse(_heap[0], neighbour)) ReplaceRoot(neighbour);
    }

    private void ReplaceRoot(in Neighbour neighbour)
    {
        var parent = 0;
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= _count) break;
            if (child + 1 < _count && IsWorse(_heap[child + 1], _heap[child])) child++;
            if (!IsWorse(_heap[child], neighbour)) break;
            _heap[parent] = _heap[child];
            parent = child;
        }

        _heap[parent] = neighbour;
    }

    // At equal similarity the older session (a higher rank in the order of recency) is the worse one.
    private static bool IsWorse(in Neighbour a, in Neighbour b) => a.Similarity < b.Similarity || (a.Similarity == b.Similarity && a.Recency > b.Recency);

    /// <param name="Number">The session's number in the index.</param>
    /// <param name="Recency">Its rank by recency among the compared sessions, 0 the most recent.</param>
    /// <param name="Similarity">Sum of the position weights of the common items.</param>
    /// <param name="MatchPosition">How far back in the running session the newest common item lies, from 1.</param>
    internal readonly record struct Neighbour(uint Number, int Recency, double Similarity, int MatchPosition);
}
