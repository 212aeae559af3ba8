using System.Text.Json;
using Personalization.Partitions;

namespace Personalization.Engine.Recommendations.Catalogue;

/// <summary>What recommendations need to know of an item.</summary>
/// <param name="Item">Hash of its id, see <see cref="KeyHash.Name"/>.</param>
/// <param name="ItemId">Its id.</param>
/// <param name="Category">Its category path, such as <c>shoes.running</c>; parts are separated by <c>.</c>, <c>/</c> or <c>&gt;</c>.</param>
/// <param name="Brand">Its brand.</param>
/// <param name="Price">Its price in its own currency; only its order of magnitude is used.</param>
/// <param name="IsAvailable">Whether it can be had.</param>
public readonly record struct ItemRecord(ulong Item, string ItemId, string? Category, string? Brand, double Price, bool IsAvailable)
{
    /// <summary>Reads a stored item: the JSON document that <c>PUT /v1/items/{id}</c> wrote. Members that are not needed are passed over.</summary>
    /// <exception cref="InvalidDataException">It is no JSON object.</exception>
    public static ItemRecord Read(string tenant, string itemId, ReadOnlySpan<byte> document)
    {
        string? category = null, brand = null;
        var price = 0.0;
        var isAvailable = true;
        try
        {
            var reader = new Utf8JsonReader(document);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new InvalidDataException($"item {itemId} is no JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("category"u8)) category = Text(ref reader);
                else if (reader.ValueTextEquals("brand"u8)) brand = Text(ref reader);
                else if (reader.ValueTextEquals("price"u8)) price = reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : 0;
                else if (reader.ValueTextEquals("available"u8)) isAvailable = reader.Read() && reader.TokenType != JsonTokenType.False;
                else reader.Skip();
            }
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"item {itemId} is no JSON object", broken);
        }

        return new ItemRecord(KeyHash.Name(tenant, itemId), itemId, category, brand, price, isAvailable);
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
}
