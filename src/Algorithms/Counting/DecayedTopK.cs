namespace Personalization.Algorithms.Counting;

/// <summary>
/// Which items have the largest decayed sums, out of any number, in the memory of K: space-saving with exponential decay.
/// </summary>
/// <remarks>
/// <para>
/// Source: A. Metwally, D. Agrawal and A. El Abbadi, "Efficient computation of frequent and top-k elements in data streams" (2005). An item that is
/// not followed takes the place of the one with the smallest value, inherits that value, and remembers it as its possible error. All values fade
/// alike, so the bounds hold under decay: with W the decayed sum of all events,
/// </para>
/// <list type="bullet">
/// <item>for an item that is followed the true sum lies in [Value − Error, Value], and Error ≤ W/K;</item>
/// <item>an item that is not followed has at most the smallest value, which is at most W/K: every item above W/K is followed.</item>
/// </list>
/// <para>
/// Values are kept as of a landmark that follows the events: a weight is 2^((t − landmark)/h), the landmark is moved when that exceeds 2⁶⁴, and no
/// exponent of an absolute time occurs. Late events count as if they had come in time, as long as no item was displaced in between; the bounds hold
/// in any order.
/// </para>
/// <para>Cost: O(log K) an event, and a pass over all every 64 half-lives; 40 bytes an item. No allocation after the first K items.</para>
/// </remarks>
public sealed class DecayedTopK
{
    private const double LargestExponent = 64;

    private readonly HalfLife _halfLife;
    private readonly Dictionary<ulong, int> _positions;

    // A binary heap with the smallest value on top; values and errors are as of the landmark.
    private readonly TopKEntry[] _heap;
    private int _count;
    private long _landmark;
    private double _total;

    /// <summary>An empty sketch.</summary>
    /// <param name="capacity">K, at least 1: ten times the items wanted is a good choice.</param>
    /// <param name="halfLife">How fast sums fade.</param>
    public DecayedTopK(int capacity, HalfLife halfLife)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        if (!(halfLife.Milliseconds > 0)) throw new ArgumentOutOfRangeException(nameof(halfLife), halfLife, "A half-life is at least one millisecond.");
        _halfLife = halfLife;
        _heap = new TopKEntry[capacity];
        _positions = new Dictionary<ulong, int>(capacity);
    }

    /// <summary>How many items are followed.</summary>
    public int Count => _count;

    /// <summary>K.</summary>
    public int Capacity => _heap.Length;

    /// <summary>The newest event's time in milliseconds since 1970.</summary>
    public long Time { get; private set; }

    /// <summary>W: the decayed sum of all events, followed or not, as of a time.</summary>
    public double TotalAt(long at) => _count == 0 ? 0 : _total * _halfLife.Factor((double)Math.Max(at, Time) - _landmark);

    /// <summary>What an item that is not followed has at most, as of a time: the error of the whole sketch. 0 until K items have been seen.</summary>
    public double LargestErrorAt(long at) => _count < _heap.Length ? 0 : _heap[0].Value * _halfLife.Factor((double)Math.Max(at, Time) - _landmark);

    /// <summary>Adds an event.</summary>
    /// <param name="key">The item.</param>
    /// <param name="at">The event's time in milliseconds since 1970, in any order.</param>
    /// <param name="amount">What it adds; positive and finite.</param>
    public void Add(ulong key, long at, double amount = 1)
    {
        CheckAmount(amount);
        if (_count == 0) (Time, _landmark) = (at, at);
        Time = Math.Max(Time, at);
        if (((double)Time - _landmark) / _halfLife.Milliseconds > LargestExponent) MoveLandmark();

        var weight = amount * _halfLife.Factor((double)_landmark - at);
        _total += weight;
        if (_positions.TryGetValue(key, out var position))
        {
            _heap[position] = _heap[position] with { Value = _heap[position].Value + weight };
            SiftDown(position);
        }
        else if (_count < _heap.Length)
        {
            _heap[_count] = new TopKEntry(key, weight, 0);
            _positions[key] = _count;
            SiftUp(_count++);
        }
        else
        {
            var least = _heap[0];
            _positions.Remove(least.Key);
            _heap[0] = new TopKEntry(key, least.Value + weight, least.Value);
            _positions[key] = 0;
            SiftDown(0);
        }
    }

    /// <summary>Looks an item up, as of a time.</summary>
    /// <returns>Whether it is followed; if not, it has at most <see cref="LargestErrorAt"/>.</returns>
    public bool TryGet(ulong key, long at, out TopKEntry entry)
    {
        if (!_positions.TryGetValue(key, out var position))
        {
            entry = default;
            return false;
        }

        entry = Scale(_heap[position], _halfLife.Factor((double)Math.Max(at, Time) - _landmark));
        return true;
    }

    /// <summary>Writes the items with the largest sums as of a time, largest first, equal ones by key.</summary>
    /// <param name="at">The time; before the newest event it is taken as that event's.</param>
    /// <param name="top">Receives as many as fit.</param>
    /// <returns>How many were written.</returns>
    /// <remarks>Cost: O(K log K); rents a copy of K entries.</remarks>
    public int CopyTop(long at, Span<TopKEntry> top)
    {
        var copy = System.Buffers.ArrayPool<TopKEntry>.Shared.Rent(_count);
        var sorted = copy.AsSpan(0, _count);
        _heap.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort(TopKEntry.Descending);
        var factor = _halfLife.Factor((double)Math.Max(at, Time) - _landmark);
        var written = Math.Min(_count, top.Length);
        for (var i = 0; i < written; i++) top[i] = Scale(sorted[i], factor);
        System.Buffers.ArrayPool<TopKEntry>.Shared.Return(copy);
        return written;
    }

    internal static void CheckAmount(double amount)
    {
        if (!(amount > 0 && double.IsFinite(amount))) throw new ArgumentOutOfRangeException(nameof(amount), amount, "An amount is positive and finite.");
    }

    private static TopKEntry Scale(TopKEntry entry, double factor) => new(entry.Key, entry.Value * factor, entry.Error * factor);

    private void MoveLandmark()
    {
        var factor = _halfLife.Factor((double)Time - _landmark);
        for (var i = 0; i < _count; i++) _heap[i] = Scale(_heap[i], factor);
        _total *= factor;
        _landmark = Time;
        // Values that faded to nothing may have become equal, and ties are ordered by key: make it a heap again.
        for (var i = _count / 2 - 1; i >= 0; i--) SiftDown(i);
    }

    private void SiftUp(int position)
    {
        while (position > 0)
        {
            var parent = (position - 1) / 2;
            if (!IsLess(position, parent)) return;
            Swap(position, parent);
            position = parent;
        }
    }

    private void SiftDown(int position)
    {
        while (true)
        {
            var least = position;
            for (var child = 2 * position + 1; child <= 2 * position + 2 && child < _count; child++)
            {
                if (IsLess(child, least)) least = child;
            }

            if (least == position) return;
            Swap(position, least);
            position = least;
        }
    }

    private bool IsLess(int a, int b) => TopKEntry.Descending(_heap[a], _heap[b]) > 0;

    private void Swap(int a, int b)
    {
        (_heap[a], _heap[b]) = (_heap[b], _heap[a]);
        _positions[_heap[a].Key] = a;
        _positions[_heap[b].Key] = b;
    }
}
