using BitFaster.Caching;
using BitFaster.Caching.Lru;
using Personalization.Configuration;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Hosting;
using Personalization.Items;
using Personalization.Stores;

namespace Personalization.Gateway.Items;

/// <summary>
/// The catalogue over the document store, with the items that events name kept in memory. A put through this process shows at once; one
/// through another process within <see cref="Staleness"/>.
/// </summary>
internal sealed class ItemCatalog(IDocumentStore documents, PersonalizationOptions options, ItemNotices notices, TimeProvider time) : IDocumentTable<CatalogItem>
{
    /// <summary>How long an item read from the store is believed.</summary>
    public static readonly TimeSpan Staleness = TimeSpan.FromSeconds(10);

    private const int Capacity = 100_000;
    private const long HasItems = -1;
    private readonly DocumentTable<CatalogItem> _table = new(documents, ItemKeys.Items(options.Tenant), GatewayJson.Default.CatalogItem, item => item.ItemId);

    // Items that do not exist are kept too: a shop without a catalogue would otherwise read the store for every event.
    private readonly ICache<string, Kept> _cache = new ConcurrentLruBuilder<string, Kept>().WithCapacity(Capacity).Build();
    private long _emptyUntil; // until this timestamp the catalogue is known to be empty; HasItems = it is not

    /// <summary>Finds an item without waiting. False: it has to be looked up with <see cref="Find"/>.</summary>
    public bool TryFind(string itemId, out CatalogItem? item)
    {
        var now = time.GetTimestamp();
        item = null;
        if (now < Volatile.Read(ref _emptyUntil)) return true;
        if (!_cache.TryGet(itemId, out var kept) || now >= kept.Until) return false;
        item = kept.Item;
        return true;
    }

    /// <summary>Finds an item; null if there is none.</summary>
    public async ValueTask<CatalogItem?> Find(string itemId, CancellationToken cancellation)
    {
        if (TryFind(itemId, out var item)) return item;
        var until = time.GetTimestamp() + (long)(Staleness.TotalSeconds * time.TimestampFrequency);
        var emptyUntil = Volatile.Read(ref _emptyUntil);
        if (emptyUntil != HasItems)
        {
            // One question answers for all items while the catalogue is empty; once it is not, it is not asked again.
            if (await _table.IsEmpty(cancellation))
            {
                // Only over what was seen before the question: a put in between has said that there are items.
                Interlocked.CompareExchange(ref _emptyUntil, until, emptyUntil);
                return null;
            }

            Volatile.Write(ref _emptyUntil, HasItems);
        }

        try
        {
            item = (await _table.Read(itemId, cancellation))?.Value;
        }
        catch (InvalidDataException)
        {
            // A damaged row of the catalogue must not stop the events that name its item; reading the item itself tells.
            item = null;
        }

        _cache.AddOrUpdate(itemId, new Kept(item, until));
        return item;
    }

    /// <inheritdoc />
    public ValueTask<(CatalogItem Value, long Version)?> Read(string id, CancellationToken cancellation) => _table.Read(id, cancellation);

    /// <inheritdoc />
    public ValueTask<long?> ReadVersion(string id, CancellationToken cancellation) => _table.ReadVersion(id, cancellation);

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<CatalogItem> values, long expected, CancellationToken cancellation)
    {
        try
        {
            var versions = await _table.Write(values, expected, cancellation);
            await notices.Put(values, versions);
            return versions;
        }
        finally
        {
            // Also after a failure: whether it was written is unknown then.
            Volatile.Write(ref _emptyUntil, HasItems);
            foreach (var item in values) _cache.TryRemove(item.ItemId);
        }
    }

    /// <inheritdoc />
    public async ValueTask<bool> Delete(string id, long expected, CancellationToken cancellation)
    {
        try
        {
            var isDeleted = await _table.Delete(id, expected, cancellation);
            if (isDeleted) await notices.Deleted(id, cancellation);
            return isDeleted;
        }
        finally
        {
            _cache.TryRemove(id);
        }
    }

    /// <inheritdoc />
    public ValueTask<DocumentPage<CatalogItem>> List(string? after, int max, CancellationToken cancellation) => _table.List(after, max, cancellation);

    private sealed record Kept(CatalogItem? Item, long Until);
}
