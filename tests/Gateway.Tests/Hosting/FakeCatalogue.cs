using System.Collections.Concurrent;
using Personalization.Customers;
using Personalization.Items;
using Personalization.Models;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>Keeps the notices that the silos would get.</summary>
internal sealed class FakeCatalogue : ICatalogueGrain
{
    public ConcurrentQueue<ItemChange> Changes { get; } = new();

    /// <summary>Set to make every notice fail.</summary>
    public Exception? Fault { get; set; }

    public Task Publish(IReadOnlyList<ItemChange> changes)
    {
        if (Fault is { } fault) return Task.FromException(fault);
        foreach (var change in changes) Changes.Enqueue(change);
        return Task.CompletedTask;
    }

    public Task<ModelChanges> ReadChanges(ModelCursor have) => throw new NotSupportedException();
}

/// <summary>Lists whose answers a test sets.</summary>
internal sealed class FakeLists : IItemListGrain
{
    public ConcurrentQueue<ItemListQuery> Queries { get; } = new();

    public RecommendationReply Answer { get; set; } = new();

    public Task<RecommendationReply> List(ItemListQuery query)
    {
        Queries.Enqueue(query);
        return Task.FromResult(Answer);
    }
}
