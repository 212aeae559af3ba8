namespace Personalization.Engine.Profiles;

/// <summary>Order ids (hashes) with the event time at which each was first seen, oldest first.</summary>
internal sealed class OrderMemory
{
    private ulong[] _orders = [];
    private long[] _times = [];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Orders => _orders.AsSpan(0, Count);

    public ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    public bool Contains(ulong order) => Orders.Contains(order);

    /// <summary>Forgets what was first seen before a time.</summary>
    public void ForgetBefore(long time)
    {
        var old = 0;
        while (old < Count && _times[old] < time) old++;
        if (old > 0) RemoveFirst(old);
    }

    public void Remember(ulong order, long time, int capacity)
    {
        if (Count >= capacity) RemoveFirst(Count - capacity + 1);
        if (Count == _orders.Length)
        {
            var size = Math.Min(capacity, Math.Max(2, Count + (Count / 2)));
            Array.Resize(ref _orders, size);
            Array.Resize(ref _times, size);
        }

        var at = Count;
        while (at > 0 && _times[at - 1] > time) at--;
        Array.Copy(_orders, at, _orders, at + 1, Count - at);
        Array.Copy(_times, at, _times, at + 1, Count - at);
        _orders[at] = order;
        _times[at] = time;
        Count++;
    }

    public OrderMemory Clone() => new() { _orders = Orders.ToArray(), _times = Times.ToArray(), Count = Count };

    public static OrderMemory From(ulong[] orders, long[] times) => new() { _orders = orders, _times = times, Count = orders.Length };

    private void RemoveFirst(int count)
    {
        Count -= count;
        Array.Copy(_orders, count, _orders, 0, Count);
        Array.Copy(_times, count, _times, 0, Count);
    }
}
