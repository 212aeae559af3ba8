namespace Personalization.Engine.Profiles;

/// <summary>The facts of the last lateness in the order of features. Insertion at the end costs O(1), elsewhere a move of what is behind.</summary>
internal sealed class FactTail
{
    private Fact[] _facts = [];
    private int _head;

    public int Count { get; private set; }

    public ReadOnlySpan<Fact> Facts => _facts.AsSpan(_head, Count);

    public ref readonly Fact First => ref _facts[_head];

    public ref readonly Fact Last => ref _facts[_head + Count - 1];

    /// <summary>Inserts a fact in order. True: it is now the last.</summary>
    public bool Insert(in Fact fact)
    {
        if (_head + Count == _facts.Length) MakeRoom();
        var end = _head + Count;
        var at = end;
        while (at > _head && Fact.Compare(_facts[at - 1], fact) > 0) at--;
        if (at < end) Array.Copy(_facts, at, _facts, at + 1, end - at);
        _facts[at] = fact;
        Count++;
        return at == end;
    }

    /// <summary>Makes room for exactly so many facts; for an empty tail.</summary>
    public void Reserve(int capacity) => _facts = capacity == 0 ? [] : new Fact[capacity];

    public void RemoveFirst()
    {
        _head++;
        if (--Count == 0) _head = 0;
    }

    /// <summary>The fact of an order's line (<see cref="Fact.Line"/>); −1 = it is not here.</summary>
    public int IndexOfLine(ulong line)
    {
        var facts = Facts;
        for (var i = facts.Length - 1; i >= 0; i--)
        {
            if (facts[i].Line == line) return i;
        }

        return -1;
    }

    /// <summary>Takes a part out of an event, whose other parts move up. True: there is none left, so the event is gone.</summary>
    public bool RemovePart(int index)
    {
        var at = _head + index;
        var removed = _facts[at];
        var end = _head + Count;
        Array.Copy(_facts, at + 1, _facts, at, end - at - 1);
        Count--;
        var first = at;
        while (first > _head && IsSameEvent(_facts[first - 1], removed)) first--;
        var last = first;
        while (last < end - 1 && IsSameEvent(_facts[last], removed)) _facts[last].Part = (byte)(last++ - first);
        if (last == first) return true;
        if (removed.Part == 0) (_facts[first].Channel, _facts[first].Money) = (removed.Channel, removed.Money);
        return false;
    }

    public void Clear()
    {
        _facts = [];
        _head = Count = 0;
    }

    /// <summary>Gives back room that a burst left behind.</summary>
    public void Trim()
    {
        if (_facts.Length <= 8 || Count * 4 > _facts.Length) return;
        _facts = Facts.ToArray();
        _head = 0;
    }

    private static bool IsSameEvent(in Fact left, in Fact right) => left.Position == right.Position && left.IdHash == right.IdHash;

    private void MakeRoom()
    {
        if (_head * 4 > _facts.Length)
        {
            Array.Copy(_facts, _head, _facts, 0, Count);
        }
        else
        {
            var grown = new Fact[_facts.Length + Math.Max(4, _facts.Length / 4)];
            Facts.CopyTo(grown);
            _facts = grown;
        }

        _head = 0;
    }
}
