using System.Text.Json;
using System.Text.Json.Serialization;
using Personalization.Configuration;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Items;

/// <summary>Items as documents: read by <see cref="ItemParser"/>, prices in a currency that has a rate.</summary>
internal sealed class ItemResource(ItemCatalog catalog, Currencies currencies, PersonalizationOptions options, TimeProvider time)
    : DocumentResource<CatalogItem>("item", catalog, GatewayJson.Default.CatalogItem, options)
{
    /// <inheritdoc />
    protected override IdKind IdKind => IdKind.Item;

    /// <inheritdoc />
    protected override string IdOf(CatalogItem value) => value.ItemId;

    /// <inheritdoc />
    protected override CatalogItem? Read(ref Utf8JsonReader reader, string? id, out DocumentFault? fault)
    {
        var item = ItemParser.Read(ref reader, id, time.GetUtcNow().UtcDateTime, out var error);
        fault = error is null ? null : new DocumentFault(error);
        return item;
    }

    /// <inheritdoc />
    protected override async ValueTask<DocumentFault?> Check(CatalogItem value, CancellationToken cancellation)
    {
        if (value.Price is null) return null;
        if (currencies.NeedsAdoption(value.Currency)) await currencies.Adopt(value.Currency!, cancellation);
        return currencies.RateOf(value.Currency, out var fault) is null ? new DocumentFault(fault!) : null;
    }

    /// <inheritdoc />
    protected override IResult Page(IReadOnlyList<CatalogItem> values, string? next, IReadOnlyList<string>? unreadable) =>
        JsonAnswer.Of(new ItemListResponse(values, next, unreadable), GatewayJson.Default.ItemListResponse);
}

/// <summary>A page of the catalogue.</summary>
/// <param name="Items">Items in the order of their ids.</param>
/// <param name="Next">The cursor of the next page; null = there is none.</param>
/// <param name="Unreadable">The ids of items that are stored and cannot be read; left out where there are none.</param>
public sealed record ItemListResponse(
    IReadOnlyList<CatalogItem> Items, string? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Unreadable = null);
