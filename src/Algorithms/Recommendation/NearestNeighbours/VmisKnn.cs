using static Personalization.Algorithms.Recommendation.NearestNeighbours.NeighbourHeap;

namespace Personalization.Algorithms.Recommendation.NearestNeighbours;

/// <summary>
/// VMIS-kNN, vector-multiplication indexed-session k nearest neighbours: past sessions that share items with the running one vote for
/// their items. The index takes a click in while it serves.
/// </summary>
/// <remarks>
/// <para>Source: Kersbergen, Sprangers, Schelter, "Serenade – Low-Latency Session-Based Recommendation in e-Commerce at Scale", SIGMOD 2022; the
/// weights follow V-SKNN of Ludewig and Jannach,
/// "Evaluation of Session-based Recommendation Algorithms", UMUAI 28, 2018.</para>
/// <para>Let s₁…sₙ be the last n items of the running session (n ≤ <see cref="VmisKnnOptions.LastItems"/>), π(sᵢ) = i/n the position weight (a
/// repeated item counts at its newest place), and M the m most recent sessions
/// that contain any of them. Then</para>
/// <code>
/// similarity(h) = Σ π(sᵢ) over sᵢ ∈ h                 for h ∈ M;  N = the k most similar, ties to the more recent
/// score(j)      = idf(j)^γ · Σ over h ∈ N, j ∈ h of  similarity(h) · max(0, 1 − d·p(h)) · 2^(−age(h)/halfLife)
/// idf(j)        = ln(P / Pⱼ)
/// </code>
/// <para>p(h) is the place, from the end and from 1, of the newest item of the running session in h; P the number of (session, item) pairs in the
/// index and Pⱼ those of item j (the published code's form of idf).</para>
/// <para>The paper fills a hash map of similarities and a heap of timestamps. Here session numbers ascend with time, so the postings of the n items
/// are merged from their new ends: sessions come out by recency, each once, its similarity complete, and the walk ends
/// after m of them. No timestamps are read and no map is filled; the result is the same. Cost: O(m·n + k·(log k + session length)), about 1 + k
/// random reads; memory as <see cref="VmisKnnOptions.SessionCapacity"/> says.</para>
/// <para>Recency is by a session's first click, the published one by its last; sessions are short against the life of an index.</para>
/// <example>Sessions {1,2}, {2,3}, {2,3,4}; running session (2), γ = 0: items 3 (two votes of 0.9), then 4 and 1 (one vote each, the higher id
/// first).</example>
/// </remarks>
public sealed class VmisKnn : SessionRecommender
{
    private const int FormatVersion = 1;
    private readonly VmisKnnOptions _options;
    private readonly SessionIndex _index;

    /// <summary>Makes an empty index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public VmisKnn(VmisKnnOptions? options = null)
    {
        _options = options ?? new VmisKnnOptions();
        _options.Validate();
        _index = new SessionIndex(_options.SessionCapacity, _options.RecentSessions, _options.MaxSessionLength);
    }

    /// <inheritdoc/>
    public override string Name => "VMIS-kNN";

    /// <inheritdoc/>
    public override long AllocatedBytes => _index.AllocatedBytes;

    /// <summary>Sessions in the index.</summary>
    public int SessionCount => _index.SessionCount;

    /// <summary>Distinct items of those sessions.</summary>
    public int ItemCount => _index.ItemCount;

    /// <summary>Sessions with an item, also those beyond the most recent ones that are asked for neighbours.</summary>
    public int SessionsWith(ulong item) => _index.FindItem(item) is var dense and >= 0 ? _index.Item(dense).Sessions : 0;

    /// <summary>Sessions with both of two items, counted up to <paramref name="atMost"/>: those among the most recent sessions with the rarer item.
    /// Cost: O(those sessions · session length), less where the count is reached early.</summary>
    public int SessionsWith(ulong item, ulong other, int atMost)
    {
        var (rare, common) = (_index.FindItem(item), _index.FindItem(other));
        if (rare < 0 || common < 0) return 0;
        if (_index.Item(common).Count < _index.Item(rare).Count) (rare, common) = (common, rare);
        ref readonly var postings = ref _index.Item(rare);
        if (postings.Count == 0) return 0;
        var count = 0;
        var cursor = new Cursor(_index, postings, 0, 0);
        do
        {
            if (_index.ItemsOf(_index.Session(cursor.Number)).Contains(common)) count++;
        }
        while (count < atMost && cursor.MoveToOlder(_index));

        return count;
    }

    /// <inheritdoc/>
    /// <remarks>The session is known by its key for as long as it is among the most recent ones; a key that comes again after it was recycled starts
    /// a session anew.</remarks>
    public override void Learn(in Click click) => _index.Learn(click);

    /// <summary>Whether a click brings its session an item that the index does not hold of it yet, and will: false also where a session has grown to its longest.</summary>
    public bool IsNews(in Click click) => _index.IsNews(click);

    private protected override void CollectCandidates(in SessionQuery query, RecommendationScratch scratch)
    {
        FindNeighbours(query.Items, scratch.Neighbours);
        var table = scratch.Scores;
        table.Clear();
        foreach (ref readonly var neighbour in scratch.Neighbours.Items)
        {
            ref readonly var session = ref _index.Session(neighbour.Number);
            var vote = neighbour.Similarity * Math.Max(0, 1 - (_options.MatchDecay * neighbour.MatchPosition)) * Freshness(query.Time, session.Time);
            foreach (var dense in _index.ItemsOf(session)) table.At((uint)dense) += vote;
        }

        for (var i = 0; i < table.Count; i++)
        {
            ref readonly var item = ref _index.Item((int)table.KeyAt(i));
            scratch.Candidates.Add(item.Id, table.ScoreAt(i) * InverseDocumentFrequency(item.Sessions));
        }
    }

    private double Freshness(long now, long then) =>
        _options.HalfLife is { } halfLife ? double.Exp2(Math.Min(0, then - now) / halfLife.TotalMilliseconds) : 1;

    private double InverseDocumentFrequency(int sessions)
    {
        if (_options.IdfExponent == 0) return 1;
        var idf = Math.Log(_index.PairCount / (double)sessions);
        return _options.IdfExponent == 1 ? idf : Math.Pow(idf, _options.IdfExponent);
    }

    private void FindNeighbours(ReadOnlySpan<ulong> items, NeighbourHeap neighbours)
    {
        neighbours.Clear(Math.Min(_options.Neighbours, _options.RecentSessions));
        var last = items.Length > _options.LastItems ? items[^_options.LastItems..] : items;
        Span<Cursor> cursors = stackalloc Cursor[last.Length];
        var count = 0;
        for (var position = 1; position <= last.Length; position++)
        {
            var item = last[^position];
            if (position > 1 && last[(last.Length - position + 1)..].Contains(item)) continue;
            var dense = _index.FindItem(item);
            if (dense < 0) continue;
            ref readonly var entry = ref _index.Item(dense);
            if (entry.Count == 0) continue;
            cursors[count++] = new Cursor(_index, entry, position, last.Length - position + 1);
        }

        cursors = cursors[..count];
        var next = _index.Next;
        for (var recency = 0; recency < _options.RecentSessions && cursors.Length > 0; recency++)
        {
            // The smallest distance to the next session's number is the most recent session; cursors stand newest item first.
            var distance = uint.MaxValue;
            foreach (ref readonly var cursor in cursors) distance = Math.Min(distance, next - cursor.Number);
            // Whole numbers, divided at the end: sums of fractions would tell apart what is equal, and ties go to the more recent.
            var places = 0;
            var match = 0;
            for (var i = 0; i < cursors.Length; i++)
            {
                ref var cursor = ref cursors[i];
                if (next - cursor.Number != distance) continue;
                places += cursor.Place;
                if (match == 0) match = cursor.Position;
                if (cursor.MoveToOlder(_index)) continue;
                cursors[(i + 1)..].CopyTo(cursors[i..]);
                cursors = cursors[..^1];
                i--;
            }

            neighbours.Add(new Neighbour(next - distance, recency, places / (double)last.Length, match));
        }
    }

    /// <summary>Writes the live sessions, oldest first; postings, counts and dense integers follow from them.</summary>
    public override void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        _index.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote. Other bounds than those it was saved with are taken over: with fewer sessions the oldest
    /// go.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static VmisKnn Load(BinaryReader reader, VmisKnnOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var loaded = new VmisKnn(options);
        if (reader.ReadInt32() is var version and not FormatVersion) throw new InvalidDataException($"VMIS-kNN index of format {version}; this is {FormatVersion}.");
        loaded._index.Load(reader);
        return loaded;
    }

    private struct Cursor
    {
        private readonly int _block;
        private readonly int _mask;
        private readonly int _head;
        private int _remaining;

        public Cursor(SessionIndex index, in SessionIndex.ItemEntry item, int position, int place)
        {
            _block = item.Block;
            _mask = (1 << item.SizeClass) - 1;
            _head = item.Head;
            _remaining = item.Count;
            Position = position;
            Place = place;
            MoveToOlder(index);
        }

        public readonly int Position { get; }

        /// <summary>n·π: the place from the session's start.</summary>
        public readonly int Place { get; }

        public uint Number { get; private set; }

        public bool MoveToOlder(SessionIndex index)
        {
            if (_remaining == 0) return false;
            Number = index.PostingAt(_block, (_head + --_remaining) & _mask);
            return true;
        }
    }
}
