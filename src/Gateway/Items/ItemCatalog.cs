using System.Text.Json;
using BitFaster.Caching;
using BitFaster.Caching.Lru;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Stores;

namespace Personalization.Gateway.Items;

/// <summary>
/// The catalogue over the document store, with the items that events name kept in memory. A put through this process shows at once; one
/// through another process within <see cref="Staleness"/>.
/// </summary>
internal sealed class ItemCatalog(IDocumentStore documents, PersonalizationOptions options, TimeProvider time)
{
    /// <summary>How long an item read from the store is believed.</summary>
    public static readonly TimeSpan Staleness = TimeSpan.FromSeconds(10);

    private const int Capacity = 100_000;
    private const long HasItems = -1;
    private readonly string _prefix = $"item/{options.Tenant}/";

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
            var any = await documents.List(_prefix, null, 1, cancellation);
            if (any.Count == 0)
            {
                // Only over what was seen before the question: a put in between has said that there are items.
                Interlocked.CompareExchange(ref _emptyUntil, until, emptyUntil);
                return null;
            }

            Volatile.Write(ref _emptyUntil, HasItems);
        }

        item = (await Read(itemId, cancellation))?.Item;
        _cache.AddOrUpdate(itemId, new Kept(item, until));
        return item;
    }

    /// <summary>Reads an item and its version from the store; null if there is none.</summary>
    public async ValueTask<(CatalogItem Item, long Version)?> Read(string itemId, CancellationToken cancellation)
    {
        var document = await documents.Read(_prefix + itemId, cancellation);
        return document is null ? null : (Parse(document), document.Version);
    }

    /// <summary>
    /// Writes items, each whatever version is stored or only over <paramref name="expected"/>; answers the new versions, null where another
    /// version is stored.
    /// </summary>
    public async ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<CatalogItem> items, long expected, CancellationToken cancellation)
    {
        var writes = new DocumentWrite[items.Count];
        for (var i = 0; i < writes.Length; i++)
            writes[i] = new DocumentWrite(_prefix + items[i].ItemId, JsonSerializer.SerializeToUtf8Bytes(items[i], GatewayJson.Default.CatalogItem), expected);
        try
        {
            return await documents.Write(writes, cancellation);
        }
        finally
        {
            // Also after a failure: whether it was written is unknown then.
            Volatile.Write(ref _emptyUntil, HasItems);
            foreach (var item in items) _cache.TryRemove(item.ItemId);
        }
    }

    /// <summary>Deletes an item whatever version is stored, or only <paramref name="expected"/>. False: there is none, or another version.</summary>
    public async ValueTask<bool> Delete(string itemId, long expected, CancellationToken cancellation)
    {
        try
        {
            return (await documents.Write([new DocumentWrite(_prefix + itemId, null, expected)], cancellation))[0] is not null;
        }
        finally
        {
            _cache.TryRemove(itemId);
        }
    }

    /// <summary>Items in id order after an id.</summary>
    public async ValueTask<IReadOnlyList<CatalogItem>> List(string? after, int max, CancellationToken cancellation)
    {
        var page = await documents.List(_prefix, after is null ? null : _prefix + after, max, cancellation);
        return [.. page.Select(Parse)];
    }

    private static CatalogItem Parse(Document document) =>
        JsonSerializer.Deserialize(document.Bytes, GatewayJson.Default.CatalogItem) ?? throw new InvalidDataException($"document {document.Key} holds no item");

    private sealed record Kept(CatalogItem? Item, long Until);
}
