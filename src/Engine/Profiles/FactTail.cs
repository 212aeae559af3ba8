namespace Personalization.Engine.Profiles;

/// <summary>The facts of the last lateness in the order of features. Insertion at the end costs O(1), elsewhere a move of what is behind.</summary>
internal sealed class FactTail
{
    private Fact[] _facts = [];
    private int _head;

    public int Count { get; private set; }

    /// <summary>How many purchases are in it.</summary>
    public int Purchases { get; private set; }

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
        if (IsPurchase(fact)) Purchases++;
        return at == end;
    }

    /// <summary>Makes room for exactly so many facts; for an empty tail.</summary>
    public void Reserve(int capacity) => _facts = capacity == 0 ? [] : new Fact[capacity];

    public void RemoveFirst()
    {
        if (IsPurchase(First)) Purchases--;
        _head++;
        if (--Count == 0) _head = 0;
    }

    public void Clear()
    {
        _facts = [];
        _head = Count = Purchases = 0;
    }

    /// <summary>Gives back room that a burst left behind.</summary>
    public void Trim()
    {
        if (_facts.Length <= 8 || Count * 4 > _facts.Length) return;
        _facts = Facts.ToArray();
        _head = 0;
    }

    private static bool IsPurchase(in Fact fact) => fact.Type == Events.EventType.Purchase && fact.Part == 0;

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
