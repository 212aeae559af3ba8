using Personalization.Algorithms.Recommendation.Indexing;

namespace Personalization.Algorithms.Recommendation.NearestNeighbours;

/// <summary>
/// The two-way index of VMIS-kNN, kept up to date click by click: session → its distinct items, and item → its most recent sessions (the postings).
/// </summary>
/// <remarks>
/// <para>Sessions are numbered in the order of their first click; the number modulo a power of two is their place in a ring, so the
/// oldest is found without a search and its place taken by the newest. Numbers wrap at 2³² and are compared by their difference.</para>
/// <para>Postings are rings of session numbers in ascending order. The oldest session of all can only stand at the old end of each of its items'
/// postings:
/// recycling it is one step per item, and an item without postings gives its dense integer back. So memory is bounded by sessions × length, however
/// long the index lives,
/// and the postings always are exactly the m most recent live sessions with the item: an index rebuilt from its sessions is the same index.</para>
/// </remarks>
internal sealed partial class SessionIndex(int sessionCapacity, int postingsPerItem, int maxSessionLength)
{
    private readonly DenseIdMap _items = new();
    private readonly DenseIdMap _sessions = new();
    private readonly SlabPool<int> _blocks = new();
    private ItemEntry[] _itemEntries = new ItemEntry[8];
    private SessionEntry[] _ring = new SessionEntry[8];
    private uint[] _numberOf = new uint[8]; // by dense session id

    /// <summary>Number of the oldest live session.</summary>
    public uint First { get; private set; }

    /// <summary>Number of the next session to start; live are [First, Next).</summary>
    public uint Next { get; private set; }

    public int SessionCount => (int)(Next - First);

    public int ItemCount => _items.Count;

    /// <summary>(session, distinct item) pairs alive: the numerator of the inverse document frequency.</summary>
    public long PairCount { get; private set; }

    public long AllocatedBytes => _items.AllocatedBytes + _sessions.AllocatedBytes + _blocks.AllocatedBytes
        + ((long)_itemEntries.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<ItemEntry>())
        + ((long)_ring.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<SessionEntry>()) + (4L * _numberOf.Length);

    public int FindItem(ulong item) => _items.Find(item);

    public ref readonly ItemEntry Item(int dense) => ref _itemEntries[dense];

    public ref readonly SessionEntry Session(uint number) => ref _ring[(int)number & (_ring.Length - 1)];

    public ReadOnlySpan<int> ItemsOf(in SessionEntry session) => _blocks.Span(session.Block, session.SizeClass)[..session.Length];

    public uint PostingAt(int block, int index) => (uint)_blocks.At(block, index);

    public ulong KeyOf(in SessionEntry session) => _sessions.IdOf(session.DenseKey);

    public ulong IdOf(int dense) => _itemEntries[dense].Id;

    public void Learn(in Click click)
    {
        if (!TryFind(click.Session, out var number)) number = StartSession(click.Session, click.Time);
        AddItem(number, click.Item, click.Time);
    }

    /// <summary>Whether a click brings its session an item that it does not hold yet and has room for.</summary>
    public bool IsNews(in Click click)
    {
        if (!TryFind(click.Session, out var number)) return true;
        ref readonly var session = ref Session(number);
        return session.Length < maxSessionLength && !(_items.Find(click.Item) is >= 0 and var dense && ItemsOf(session).Contains(dense));
    }

    /// <summary>The number of a live session.</summary>
    public bool TryFind(ulong key, out uint number)
    {
        var denseKey = _sessions.Find(key);
        number = denseKey < 0 ? 0 : _numberOf[denseKey];
        return denseKey >= 0;
    }

    public uint StartSession(ulong key, long time)
    {
        if (SessionCount == sessionCapacity) RecycleOldest();
        if (SessionCount == _ring.Length) GrowRing();
        var denseKey = _sessions.GetOrAdd(key, out _);
        if (denseKey >= _numberOf.Length) Array.Resize(ref _numberOf, Math.Max(denseKey + 1, _numberOf.Length * 2));
        var number = Next++;
        _numberOf[denseKey] = number;
        _ring[(int)number & (_ring.Length - 1)] = new SessionEntry { Time = time, DenseKey = denseKey, SizeClass = 1, Block = _blocks.Rent(1) };
        return number;
    }

    public void AddItem(uint number, ulong item, long time)
    {
        ref var session = ref _ring[(int)number & (_ring.Length - 1)];
        if (time > session.Time) session.Time = time;
        var dense = _items.Find(item);
        if (dense >= 0 && ItemsOf(session).Contains(dense)) return;
        if (session.Length == maxSessionLength) return;
        if (dense < 0) dense = NewItem(item);
        if (session.Length == 1 << session.SizeClass) session.Block = Move(session.Block, ref session.SizeClass, session.Length);
        _blocks.At(session.Block, session.Length++) = dense;
        AddPosting(dense, number);
        PairCount++;
    }

    /// <summary>Empties a session, which keeps its place. Where an item's postings had reached their bound they stay one short of it: the session
    /// that once fell off is not looked for.</summary>
    public void RemoveItems(uint number)
    {
        ref var session = ref _ring[(int)number & (_ring.Length - 1)];
        foreach (var dense in ItemsOf(session))
        {
            ref var item = ref _itemEntries[dense];
            var mask = (1 << item.SizeClass) - 1;
            var postings = _blocks.Span(item.Block, item.SizeClass);
            var at = 0;
            while (at < item.Count && (uint)postings[(item.Head + at) & mask] != number) at++;
            if (at < item.Count)
            {
                for (item.Count--; at < item.Count; at++) postings[(item.Head + at) & mask] = postings[(item.Head + at + 1) & mask];
            }

            ForgetSession(dense);
        }

        PairCount -= session.Length;
        session.Length = 0;
    }

    private void ForgetSession(int dense)
    {
        ref var item = ref _itemEntries[dense];
        if (--item.Sessions > 0) return;
        _blocks.Return(item.Block, item.SizeClass);
        _items.Remove(dense);
    }

    private int NewItem(ulong item)
    {
        var dense = _items.GetOrAdd(item, out _);
        if (dense >= _itemEntries.Length) Array.Resize(ref _itemEntries, Math.Max(dense + 1, _itemEntries.Length * 2));
        _itemEntries[dense] = new ItemEntry { Id = item, Block = _blocks.Rent(0) };
        return dense;
    }

    private void AddPosting(int dense, uint number)
    {
        ref var item = ref _itemEntries[dense];
        item.Sessions++;
        var mask = (1 << item.SizeClass) - 1;
        var postings = _blocks.Span(item.Block, item.SizeClass);
        if (item.Count == postingsPerItem)
        {
            if (IsOlder(number, (uint)postings[item.Head & mask])) return;
            item.Head++;
            item.Count--;
        }
        else if (item.Count > mask)
        {
            GrowPostings(ref item);
            postings = _blocks.Span(item.Block, item.SizeClass);
            mask = (1 << item.SizeClass) - 1;
        }

        // Sessions run side by side, so an older one may click later: it goes to its place, a few steps from the new end.
        var at = item.Count++;
        for (; at > 0 && IsOlder(number, (uint)postings[(item.Head + at - 1) & mask]); at--)
        {
            postings[(item.Head + at) & mask] = postings[(item.Head + at - 1) & mask];
        }

        postings[(item.Head + at) & mask] = (int)number;
    }

    private void GrowPostings(ref ItemEntry item)
    {
        var mask = (1 << item.SizeClass) - 1;
        var from = _blocks.Span(item.Block, item.SizeClass);
        var block = _blocks.Rent(item.SizeClass + 1);
        var to = _blocks.Span(block, item.SizeClass + 1);
        for (var i = 0; i < item.Count; i++) to[i] = from[(item.Head + i) & mask];
        _blocks.Return(item.Block, item.SizeClass);
        item.Block = block;
        item.SizeClass++;
        item.Head = 0;
    }

    private int Move(int block, ref byte sizeClass, int length)
    {
        var grown = _blocks.Rent(sizeClass + 1);
        _blocks.Span(block, sizeClass)[..length].CopyTo(_blocks.Span(grown, sizeClass + 1));
        _blocks.Return(block, sizeClass);
        sizeClass++;
        return grown;
    }

    private void RecycleOldest()
    {
        ref var session = ref _ring[(int)First & (_ring.Length - 1)];
        foreach (var dense in ItemsOf(session))
        {
            ref var item = ref _itemEntries[dense];
            var mask = (1 << item.SizeClass) - 1;
            if (item.Count > 0 && (uint)_blocks.At(item.Block, item.Head & mask) == First)
            {
                item.Head++;
                item.Count--;
            }

            ForgetSession(dense);
        }

        PairCount -= session.Length;
        _blocks.Return(session.Block, session.SizeClass);
        _sessions.Remove(session.DenseKey);
        session = default;
        First++;
    }

    private void GrowRing()
    {
        var grown = new SessionEntry[_ring.Length * 2];
        for (var number = First; number != Next; number++) grown[(int)number & (grown.Length - 1)] = _ring[(int)number & (_ring.Length - 1)];
        _ring = grown;
    }

    private static bool IsOlder(uint number, uint than) => (int)(number - than) < 0;

    internal struct ItemEntry
    {
        public ulong Id;
        public int Block;
        public int Head;
        public int Count;

        /// <summary>Live sessions with the item, also those beyond the postings' bound.</summary>
        public int Sessions;
        public byte SizeClass;
    }

    internal struct SessionEntry
    {
        public long Time;
        public int Block;
        public int DenseKey;
        public ushort Length;
        public byte SizeClass;
    }
}
