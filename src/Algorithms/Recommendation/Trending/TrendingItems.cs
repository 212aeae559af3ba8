using Personalization.Algorithms.Recommendation.Indexing;

namespace Personalization.Algorithms.Recommendation.Trending;

/// <summary>
/// Trending items: those with the largest exponentially decayed click count.
/// </summary>
/// <remarks>
/// <para>The count of an item at time t is Σ 2^(−(t−tᵢ)/h) over its clicks. All counts decay by the same factor, so their order never changes with
/// time alone, and each is kept once as
/// the instant at which it would be worth one click, in half-lives: ℓ = log₂ Σ 2^(tᵢ/h), updated stably as ℓ ← max(ℓ, t/h) + log₂(1 + 2^(−|ℓ −
/// t/h|)). Nothing large is ever exponentiated, a click may come late, and comparing two
/// items needs no clock. The forward form of decay is that of Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay: A Practical Time Decay Model for
/// Streaming Systems", ICDE 2009.</para>
/// <para>A count is one of clicks that have happened: asked at an instant before the newest click, it is the count at that click. So a score is finite
/// whatever the instant, at most the number of clicks. From 512 half-lives after it counts stand still, as nothing would be left to tell them
/// apart.</para>
/// <para>With h of an hour, rounding of ℓ changes a count by less than one part in 10⁹.</para>
/// <para>The leaders are kept in order as clicks come; a click costs O(1) unless the item is, or becomes, a leader, then O(steps it climbs). A query
/// reads the list. The answer does not look at the session, except for the policy on repeats.</para>
/// <example>Half-life one day: two clicks on A yesterday and one on B now are worth 1 each.</example>
/// </remarks>
public sealed class TrendingItems : SessionRecommender
{
    private const int FormatVersion = 2;
    private const int FormatWithoutNewest = 1;

    /// <summary>Half-lives after the newest click from which counts stand still: far less than the 1,074 that a double can halve one.</summary>
    private const int MaxHalvings = 512;

    /// <summary>No count reaches 2 to this power.</summary>
    private const int CountBits = 40;
    private readonly TrendingOptions _options;
    private readonly double _halfLife;
    private readonly RecencyMap _items;
    private readonly int[] _leaders;
    private Entry[] _entries = new Entry[8];
    private int _leaderCount;
    private double _newest = double.NegativeInfinity;

    /// <summary>Makes an empty count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public TrendingItems(TrendingOptions? options = null)
    {
        _options = options ?? new TrendingOptions();
        _options.Validate();
        _halfLife = _options.HalfLife.TotalMilliseconds;
        _items = new RecencyMap(_options.ItemCapacity);
        _leaders = new int[_options.Leaders];
    }

    /// <inheritdoc/>
    public override string Name => "trending";

    /// <summary>Items counted.</summary>
    public int ItemCount => _items.Count;

    /// <inheritdoc/>
    public override long AllocatedBytes => _items.AllocatedBytes + (16L * _entries.Length) + (4L * _leaders.Length);

    /// <inheritdoc/>
    public override void Learn(in Click click)
    {
        var dense = Touch(click.Item);
        ref var entry = ref _entries[dense];
        var instant = click.Time / _halfLife;
        _newest = Math.Max(_newest, instant);
        entry.Log = double.IsNegativeInfinity(entry.Log)
            ? instant
            : Math.Max(entry.Log, instant) + double.Log2(1 + double.Exp2(-Math.Abs(entry.Log - instant)));
        Climb(dense);
    }

    /// <summary>The decayed count of an item at an instant: clicks, each worth 2^(−age/h); 0 for an item that is not counted. An instant before the newest click counts as
    /// that of the newest click.</summary>
    public double CountAt(ulong item, long time)
    {
        var dense = _items.Find(item);
        return dense < 0 ? 0 : double.Exp2(_entries[dense].Log - InstantOf(time));
    }

    private protected override void CollectCandidates(in SessionQuery query, RecommendationScratch scratch)
    {
        var instant = InstantOf(query.Time);
        for (var i = 0; i < _leaderCount; i++)
        {
            scratch.Candidates.Add(_items.IdOf(_leaders[i]), double.Exp2(_entries[_leaders[i]].Log - instant));
        }
    }

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        writer.Write(_newest);
        writer.Write(_items.Count);
        for (var dense = _items.Oldest; dense >= 0; dense = _items.Newer(dense))
        {
            writer.Write(_items.IdOf(dense));
            writer.Write(_entries[dense].Log);
        }

        // A leader that was forgotten leaves a place open until an item climbs into it, so the list is state of its own.
        writer.Write(_leaderCount);
        for (var i = 0; i < _leaderCount; i++) writer.Write(_items.IdOf(_leaders[i]));
    }

    /// <summary>Reads what <see cref="Save"/> wrote. The half-life must be that of the saved count.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static TrendingItems Load(BinaryReader reader, TrendingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var loaded = new TrendingItems(options);
        var version = reader.ReadInt32();
        if (version is not (FormatVersion or FormatWithoutNewest)) throw new InvalidDataException($"trending of format {version}; this is {FormatVersion}.");
        if (version == FormatVersion) loaded._newest = reader.ReadDouble();
        for (var items = reader.ReadInt32(); items > 0; items--)
        {
            var dense = loaded.Touch(reader.ReadUInt64());
            var log = reader.ReadDouble();
            loaded._entries[dense].Log = log;
            // An older format did not keep the newest click: it cannot have been before this, or the count would be larger than counts are.
            if (version == FormatWithoutNewest) loaded._newest = Math.Max(loaded._newest, log - CountBits);
        }

        for (var leaders = reader.ReadInt32(); leaders > 0; leaders--)
        {
            var dense = loaded._items.Find(reader.ReadUInt64());
            if (dense >= 0) loaded.Climb(dense);
        }

        return loaded;
    }

    private double InstantOf(long time) => Math.Min(Math.Max(time / _halfLife, _newest), _newest + MaxHalvings);

    private int Touch(ulong item)
    {
        var dense = _items.Touch(item, out var added, out var recycled);
        if (recycled >= 0 && _entries[recycled].Place > 0) LeaveLeaders(_entries[recycled].Place - 1);
        if (dense >= _entries.Length) Array.Resize(ref _entries, Math.Max(dense + 1, _entries.Length * 2));
        if (added) _entries[dense] = new Entry { Log = double.NegativeInfinity };
        return dense;
    }

    private void Climb(int dense)
    {
        var place = _entries[dense].Place - 1;
        if (place < 0)
        {
            if (_leaderCount < _leaders.Length) place = _leaderCount++;
            else
            {
                if (!Precedes(dense, _leaders[^1])) return;
                place = _leaders.Length - 1;
                _entries[_leaders[place]].Place = 0;
            }
        }

        for (; place > 0 && Precedes(dense, _leaders[place - 1]); place--)
        {
            _leaders[place] = _leaders[place - 1];
            _entries[_leaders[place]].Place = place + 1;
        }

        _leaders[place] = dense;
        _entries[dense].Place = place + 1;
    }

    private void LeaveLeaders(int place)
    {
        _leaderCount--;
        for (; place < _leaderCount; place++)
        {
            _leaders[place] = _leaders[place + 1];
            _entries[_leaders[place]].Place = place + 1;
        }
    }

    private bool Precedes(int dense, int other) =>
        _entries[dense].Log > _entries[other].Log || (_entries[dense].Log == _entries[other].Log && _items.IdOf(dense) > _items.IdOf(other));

    private struct Entry
    {
        public double Log;

        /// <summary>Place among the leaders, from 1; 0 if not one.</summary>
        public int Place;
    }
}
