using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Personalization.Configuration;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Grains.Models;
using Personalization.Items;
using Personalization.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Catalogue;

/// <summary>
/// Keeps this silo's copy of the catalogue up to date: reads all stored items at the start, takes changes as they are told, and reads everything again
/// now and then, which makes good what a lost notice left out.
/// </summary>
internal sealed partial class CatalogueFollower(
    ItemCatalogue catalogue, IDocumentStore documents, IGrainFactory grains, IOptions<PersonalizationOptions> options, ModelMetrics metrics, Replicas replicas, TimeProvider time, ILogger<CatalogueFollower> logger) : BackgroundService
{
    private const int PageItems = 500;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _tenant = options.Value.Tenant;
    private ModelCursor _cursor = new(Guid.NewGuid(), -1);
    private long _scanned;

    /// <summary>Reads the stored items first: nothing is recommended by a silo that does not know what there is, but for a huge catalogue or a store that fails it starts all the same.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        replicas.Expect(Replicas.Catalogue);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            await Scan(limit.Token);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            FollowingFailed(logger, fault);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Follow(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                FollowingFailed(logger, fault);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Follow(CancellationToken cancellation)
    {
        var grain = grains.GetGrain<ICatalogueGrain>(_tenant);
        while (true)
        {
            var reply = await grain.ReadChanges(_cursor).WaitAsync(cancellation);
            var isDue = time.GetElapsedTime(_scanned) >= options.Value.Recommendations.CatalogueRescan;
            // The cursor is taken before the reading: what changes during it is told again after it, and versions make that harmless.
            if (reply.IsGap) _cursor = new ModelCursor(reply.Tenure, reply.Newest);
            if (reply.IsGap || isDue) await Scan(cancellation);
            if (reply is { IsGap: false, Changes.Count: 0 }) await Task.Delay(ReplicaFollower.EmptyWait, time, cancellation);
            metrics.Catalogue(catalogue.Count, catalogue.AllocatedBytes);
            foreach (var change in reply.Changes)
            {
                Take(ItemChangeCodec.Read(change.Bytes));
                _cursor = new ModelCursor(reply.Tenure, change.Revision);
            }
        }
    }

    private void Take(ItemChange[] changes)
    {
        var puts = new List<(ItemRecord, long)>(changes.Length);
        foreach (var (itemId, version, document) in changes)
        {
            if (document is null)
            {
                catalogue.Put(puts);
                puts.Clear();
                catalogue.Delete([KeyHash.Name(_tenant, itemId)]);
                continue;
            }

            try
            {
                puts.Add((ItemRecord.Read(_tenant, itemId, document), version));
            }
            catch (InvalidDataException fault)
            {
                ItemUnreadable(logger, itemId, fault);
            }
        }

        catalogue.Put(puts);
    }

    private async Task Scan(CancellationToken cancellation)
    {
        var (prefix, deleted) = (ItemKeys.Items(_tenant), ItemKeys.Deleted(_tenant));
        catalogue.BeginScan();
        for (string? after = null; ;)
        {
            var page = await documents.List(deleted, after, PageItems, cancellation);
            if (page.Count == 0) break;
            catalogue.MarkDeleted([.. page.Select(document => KeyHash.Name(_tenant, document.Key.AsSpan(deleted.Length)))]);
            after = page[^1].Key;
        }

        for (string? after = null; ;)
        {
            var page = await documents.List(prefix, after, PageItems, cancellation);
            if (page.Count == 0) break;
            Take([.. page.Select(document => new ItemChange(document.Key[prefix.Length..], document.Version, document.Bytes))]);
            after = page[^1].Key;
            await Task.Yield(); // an embedded store answers at once: others have their turn
        }

        catalogue.EndScan();
        replicas.MarkRead(Replicas.Catalogue);
        _scanned = time.GetTimestamp();
        if (catalogue.Refused > 0) CatalogueFull(logger, catalogue.Count, catalogue.Refused);
    }

    [LoggerMessage(EventId = 3231, Level = LogLevel.Warning, Message = "The catalogue cannot be followed at present; it is tried again")]
    private static partial void FollowingFailed(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 3233, Level = LogLevel.Warning, Message = "The stored item {ItemId} cannot be read; it is passed")]
    private static partial void ItemUnreadable(ILogger logger, string itemId, Exception fault);

    [LoggerMessage(EventId = 3232, Level = LogLevel.Warning, Message = "The catalogue has more items than Recommendations:Items allows: {Count} are known, {Refused} times one found no room")]
    private static partial void CatalogueFull(ILogger logger, int count, long refused);
}
