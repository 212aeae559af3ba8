using Personalization.Algorithms.Recommendation.Content;
using Personalization.Configuration;
using Personalization.Partitions;

namespace Personalization.Engine.Recommendations.Catalogue;

/// <summary>
/// This silo's copy of the catalogue: for each item its category, brand, price and whether it can be had. Read by any number of threads in process,
/// brought on by one that follows the stored items.
/// </summary>
/// <remarks>
/// <para>Bounded by <see cref="RecommendationOptions.Items"/>: what comes beyond it is not taken in and counted (<see cref="Refused"/>). About 120 bytes
/// an item with its name.</para>
/// <para>Versions make changes harmless in any order: one that is not newer than what is held is passed over.</para>
/// </remarks>
public sealed class ItemCatalogue(string tenant, RecommendationOptions options) : IDisposable
{
    private const int TellAtOnce = 1_000;

    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Dictionary<ulong, Entry> _items = [];
    private readonly HashSet<ulong> _deleted = [];
    private readonly CategoryTree _categories = new(tenant);
    private readonly Dictionary<string, Brand> _brands = new(StringComparer.Ordinal);
    private readonly List<WeakReference<IItemListener>> _listeners = [];
    private readonly Lock _writing = new();
    private long _nameBytes;
    private int _scan;

    /// <summary>Items held.</summary>
    public int Count { get; private set; }

    /// <summary>Items that found no room.</summary>
    public long Refused { get; private set; }

    /// <summary>Memory held, in bytes, estimated from what is in the tables.</summary>
    public long AllocatedBytes => (72L * _items.EnsureCapacity(0)) + _nameBytes + _categories.AllocatedBytes + (24L * _deleted.Count);

    /// <summary>Opens the catalogue for one query; dispose it when the query is answered, and never hold it across an await.</summary>
    public Reader Read()
    {
        _lock.EnterReadLock();
        return new Reader(this);
    }

    /// <summary>Tells a listener everything, and from then on every change, for as long as somebody else holds it.</summary>
    public void Subscribe(IItemListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        Visit(listener.Put, () => _listeners.Add(new WeakReference<IItemListener>(listener)));
    }

    /// <summary>Tells everything there is and then does something, all before the next change.</summary>
    public void Visit(Action<IReadOnlyList<ItemTokens>> put, Action then)
    {
        ArgumentNullException.ThrowIfNull(put);
        ArgumentNullException.ThrowIfNull(then);
        lock (_writing)
        {
            // Only writers change the tables, and they wait for this lock.
            foreach (var page in _items.Keys.Chunk(TellAtOnce)) put(Array.ConvertAll(page, item => new ItemTokens(item, TokensOf(_items[item]))));
            then();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>Takes items in, each with the version of its document.</summary>
    public void Put(IReadOnlyList<(ItemRecord Record, long Version)> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        lock (_writing)
        {
            var changed = new List<ItemTokens>(records.Count);
            _lock.EnterWriteLock();
            try
            {
                foreach (var (record, version) in records)
                {
                    if (Take(record, version)) changed.Add(new ItemTokens(record.Item, TokensOf(_items[record.Item])));
                }

                Count = _items.Count;
            }
            finally
            {
                _lock.ExitWriteLock();
            }

            Tell(changed);
        }
    }

    /// <summary>Takes items out. They are remembered as deleted, so that they are not recommended though the indexes know them.</summary>
    public void Delete(IReadOnlyCollection<ulong> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        lock (_writing)
        {
            var changed = new List<ItemTokens>();
            _lock.EnterWriteLock();
            try
            {
                foreach (var item in items)
                {
                    if (_deleted.Count < options.Items) _deleted.Add(item);
                    if (_items.Remove(item)) changed.Add(new ItemTokens(item, []));
                }

                Count = _items.Count;
            }
            finally
            {
                _lock.ExitWriteLock();
            }

            Tell(changed);
        }
    }

    /// <summary>Remembers items as deleted, unless they were put again.</summary>
    public void MarkDeleted(IReadOnlyCollection<ulong> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        lock (_writing)
        {
            _lock.EnterWriteLock();
            foreach (var item in items)
            {
                if (_deleted.Count < options.Items && !_items.ContainsKey(item)) _deleted.Add(item);
            }

            _lock.ExitWriteLock();
        }
    }

    /// <summary>A reading of everything that is stored begins.</summary>
    public void BeginScan()
    {
        lock (_writing) _scan++;
    }

    /// <summary>A reading of everything has ended: what it did not meet is stored no longer.</summary>
    public void EndScan()
    {
        ulong[] gone;
        lock (_writing) gone = [.. _items.Where(item => item.Value.Scan != _scan).Select(item => item.Key)];
        if (gone.Length > 0) Delete(gone);
    }

    private bool Take(in ItemRecord record, long version)
    {
        var isKnown = _items.TryGetValue(record.Item, out var held);
        if (isKnown && held.Version >= version)
        {
            _items[record.Item] = held with { Scan = _scan };
            return false;
        }

        if (!isKnown && _items.Count >= options.Items)
        {
            Refused++;
            return false;
        }

        var category = _categories.Add(record.Category);
        if (!isKnown) _nameBytes += 24 + (2 * record.ItemId.Length);
        if (category != CategoryTree.None && (!isKnown || held.Category != category)) _categories.Enter(category, record.Item);
        _items[record.Item] = new Entry(isKnown ? held.ItemId : record.ItemId, category, BrandOf(record.Brand), (float)record.Price, record.IsAvailable, version, _scan);
        _deleted.Remove(record.Item);
        return true;
    }

    private Brand? BrandOf(string? brand)
    {
        if (string.IsNullOrWhiteSpace(brand)) return null;
        if (_brands.TryGetValue(brand, out var held)) return held;
        _nameBytes += 96 + (2 * brand.Length);
        return _brands[brand] = new Brand(brand, KeyHash.Name(tenant, brand));
    }

    private ulong[] TokensOf(in Entry entry)
    {
        var tokens = new List<ulong>(8);
        if (entry.Category != CategoryTree.None) ItemContent.AddCategory(_categories.PathOf(entry.Category), tokens);
        ItemContent.AddBrand(entry.Brand?.Name, tokens);
        ItemContent.AddPrice(entry.Price, tokens);
        return [.. tokens];
    }

    private void Tell(List<ItemTokens> changed)
    {
        if (changed.Count == 0) return;
        _listeners.RemoveAll(listener => !listener.TryGetTarget(out _));
        foreach (var reference in _listeners)
        {
            if (reference.TryGetTarget(out var listener)) listener.Put(changed);
        }
    }

    private readonly record struct Entry(string ItemId, int Category, Brand? Brand, float Price, bool IsAvailable, long Version, int Scan);

    private sealed record Brand(string Name, ulong Hash);

    /// <summary>The catalogue as of one instant, for one query.</summary>
    public readonly ref struct Reader
    {
        private readonly ItemCatalogue _catalogue;

        internal Reader(ItemCatalogue catalogue) => _catalogue = catalogue;

        /// <summary>Whether there are no items at all: nobody put any, and events alone say what there is.</summary>
        public bool IsEmpty => _catalogue._items.Count == 0;

        /// <summary>
        /// What is known of an item. False: it was never put, or was deleted (<see cref="IsDeleted"/>).
        /// </summary>
        public bool TryFind(ulong item, out ItemFacts facts)
        {
            var isKnown = _catalogue._items.TryGetValue(item, out var entry);
            facts = isKnown ? new ItemFacts(entry.ItemId, entry.Category, entry.Brand?.Name, entry.Brand?.Hash ?? 0, entry.IsAvailable) : new ItemFacts(null, CategoryTree.None, null, 0, true);
            return isKnown;
        }

        /// <summary>Whether it was deleted.</summary>
        public bool IsDeleted(ulong item) => _catalogue._deleted.Contains(item);

        /// <summary>The number of a category path; −1 where no item was put into it or below it.</summary>
        public int CategoryOf(string path) => _catalogue._categories.Find(path);

        /// <summary>The number of a category by the hash that profiles hold; −1 where it is not known.</summary>
        public int CategoryOf(ulong hash) => _catalogue._categories.Find(hash);

        /// <summary>The path of a category.</summary>
        public string PathOf(int category) => _catalogue._categories.PathOf(category);

        /// <summary>The hash of a category's path, as profiles hold it.</summary>
        public ulong HashOf(int category) => _catalogue._categories.HashOf(category);

        /// <summary>The category above; −1 at the top.</summary>
        public int ParentOf(int category) => _catalogue._categories.ParentOf(category);

        /// <summary>Whether a category is the other or below it.</summary>
        public bool IsWithin(int category, int other) => _catalogue._categories.IsWithin(category, other);

        /// <summary>The items that came newest to a category or below it, newest first, some tens at most; answers how many.</summary>
        public int Newest(int category, Span<ulong> items) => _catalogue._categories.Newest(category, items);

        /// <summary>Gives the catalogue back.</summary>
        public void Dispose() => _catalogue._lock.ExitReadLock();
    }
}

/// <summary>What a query learns of an item.</summary>
/// <param name="ItemId">Its id; null where it was never put.</param>
/// <param name="Category">The number of its category; −1 = none.</param>
/// <param name="Brand">Its brand.</param>
/// <param name="BrandHash">The brand's hash, as profiles hold it; 0 = none.</param>
/// <param name="IsAvailable">Whether it can be had.</param>
public readonly record struct ItemFacts(string? ItemId, int Category, string? Brand, ulong BrandHash, bool IsAvailable);
