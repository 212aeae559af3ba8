namespace Personalization.Engine.Recommendations.Indexes;

/// <summary>The last items of sessions that clicked lately: what was known before the next click, to learn the mix from. Bounded by two generations.</summary>
internal sealed class SessionTails
{
    public const int Length = 8;
    private const int GenerationSize = 20_000;

    private Dictionary<ulong, Tail> _young = [];
    private Dictionary<ulong, Tail> _old = [];

    public long AllocatedBytes => (_young.Count + _old.Count) * (long)(80 + (8 * Length));

    /// <summary>The items of a session before its next click, oldest first; then the click is added.</summary>
    public ReadOnlySpan<ulong> Append(ulong session, ulong item, Span<ulong> before)
    {
        if (!_young.TryGetValue(session, out var tail))
        {
            if (_young.Count >= GenerationSize) (_old, _young) = (_young, []);
            tail = _old.Remove(session, out var kept) ? kept : new Tail();
            _young[session] = tail;
        }

        var count = tail.Count;
        tail.Items.AsSpan(0, count).CopyTo(before);
        if (count == Length)
        {
            tail.Items.AsSpan(1).CopyTo(tail.Items);
            tail.Count--;
        }

        tail.Items[tail.Count++] = item;
        return before[..count];
    }

    private sealed class Tail
    {
        public readonly ulong[] Items = new ulong[Length];
        public int Count;
    }
}
