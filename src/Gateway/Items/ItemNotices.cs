using System.Text.Json;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Items;
using Personalization.Stores;

namespace Personalization.Gateway.Items;

/// <summary>
/// Tells the silos of items as they are put and deleted. A notice that cannot be given fails no request: what is stored counts, and the silos read all
/// of it now and then.
/// </summary>
internal sealed partial class ItemNotices(IGrainFactory grains, IDocumentStore documents, PersonalizationOptions options, ILogger<ItemNotices> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Items were written; those whose version is null were not.</summary>
    public Task Put(IReadOnlyList<CatalogItem> items, IReadOnlyList<long?> versions)
    {
        var changes = new List<ItemChange>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            // Recommendations need no title, words or attributes.
            var lean = items[i] with { Title = null, Tags = null, Attributes = null, UpdatedAt = null };
            if (versions[i] is { } version) changes.Add(new ItemChange(lean.ItemId, version, JsonSerializer.SerializeToUtf8Bytes(lean, GatewayJson.Default.CatalogItem)));
        }

        return changes.Count == 0 ? Task.CompletedTask : Publish(changes);
    }

    /// <summary>An item was deleted. A mark of it stays, because the indexes of what was clicked know it for long.</summary>
    public async Task Deleted(string itemId, CancellationToken cancellation)
    {
        await documents.Write([new DocumentWrite(ItemKeys.Deleted(options.Tenant) + itemId, [])], cancellation);
        await Publish([new ItemChange(itemId, 0, null)]);
    }

    private async Task Publish(List<ItemChange> changes)
    {
        try
        {
            await grains.GetGrain<ICatalogueGrain>(options.Tenant).Publish(changes).WaitAsync(Limit);
        }
        catch (Exception fault)
        {
            NoticeFailed(logger, changes.Count, fault);
        }
    }

    [LoggerMessage(EventId = 3241, Level = LogLevel.Warning, Message = "The silos were not told of {Count} changed items; they find them when they next read the catalogue")]
    private static partial void NoticeFailed(ILogger logger, int count, Exception fault);
}
