using System.Text.Json;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Items;

/// <summary>Reads an item from JSON under the same rules as events; unknown members are ignored.</summary>
internal static class ItemParser
{
    private const int MaxTitleBytes = 1024;
    private const int MaxTags = 64;

    /// <summary>Reads the value that the reader stands on, to its end. What is wrong with it is in <paramref name="error"/>; then the item is null.</summary>
    /// <param name="reader">Stands on the value's first token.</param>
    /// <param name="itemId">The id of the URL; null = the item must bring its own.</param>
    /// <param name="updatedAt">When it is put.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static CatalogItem? Read(ref Utf8JsonReader reader, string? itemId, DateTime updatedAt, out string? error)
    {
        error = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            error = $"an item must be a JSON object, but is {JsonValues.Kind(ref reader)}";
            reader.Skip();
            return null;
        }

        var faults = new List<string>();
        Action<string> fail = faults.Add;
        var item = new CatalogItem { UpdatedAt = updatedAt };
        string? ownId = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = DocumentValues.Name(ref reader);
            reader.Read();
            switch (name)
            {
                case "itemId": ownId = JsonValues.Id(ref reader, name, fail, IdKind.Item); break;
                case "title": item = item with { Title = JsonValues.Text(ref reader, name, MaxTitleBytes, fail) }; break;
                case "category": item = item with { Category = JsonValues.Label(ref reader, name, fail) }; break;
                case "brand": item = item with { Brand = JsonValues.Label(ref reader, name, fail) }; break;
                case "price": item = item with { Price = JsonValues.Money(ref reader, name, fail) }; break;
                case "currency": item = item with { Currency = Currencies.Read(ref reader, fail) }; break;
                case "available": item = item with { Available = JsonValues.Flag(ref reader, name, fail) ?? true }; break;
                case "tags": item = item with { Tags = DocumentValues.Labels(ref reader, name, "a tag", MaxTags, fail) }; break;
                case "attributes": item = item with { Attributes = DocumentValues.Attributes(ref reader, fail) }; break;
                default: reader.Skip(); break;
            }
        }

        if (itemId is not null && ownId is not null && ownId != itemId) fail("itemId must be the id of the URL, or left out");
        ownId ??= itemId;
        if (ownId is null && !faults.Exists(fault => fault.StartsWith("itemId", StringComparison.Ordinal))) fail("itemId is needed");
        if (faults.Count > 0) error = string.Join("; ", faults.Take(5));
        return error is null ? item with { ItemId = ownId! } : null;
    }
}
