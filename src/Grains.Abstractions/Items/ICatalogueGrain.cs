using Personalization.Models;

namespace Personalization.Items;

/// <summary>
/// Tells the silos of changes of the catalogue as they are made; the key is the tenant. What is stored are the items' documents: a notice that is lost
/// is made good by the next reading of everything.
/// </summary>
[Alias("personalization.ICatalogueGrain")]
public interface ICatalogueGrain : IGrainWithStringKey
{
    /// <summary>Items were put or deleted.</summary>
    [Alias("publish"), Orleans.Concurrency.AlwaysInterleave]
    Task Publish(IReadOnlyList<ItemChange> changes);

    /// <summary>What changed after a revision: at once if there is something, else as soon as there is, else after some seconds with nothing.</summary>
    [Alias("readChanges"), Orleans.Concurrency.AlwaysInterleave]
    Task<ModelChanges> ReadChanges(ModelCursor have);
}

/// <summary>A change of an item.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="Version">The version of its document.</param>
/// <param name="Document">Its document as stored; null = deleted.</param>
[GenerateSerializer, Immutable, Alias("personalization.ItemChange")]
public readonly record struct ItemChange([property: Id(0)] string ItemId, [property: Id(1)] long Version, [property: Id(2)] byte[]? Document);

/// <summary>Where items are stored.</summary>
public static class ItemKeys
{
    /// <summary>What the documents of a tenant's items begin with; the item's id follows.</summary>
    public static string Items(string tenant) => $"item/{tenant}/";

    /// <summary>What the marks of a tenant's deleted items begin with; the item's id follows. A mark of an item that was put again means nothing.</summary>
    public static string Deleted(string tenant) => $"deleted-item/{tenant}/";
}
