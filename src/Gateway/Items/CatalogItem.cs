using System.Text.Json;
using System.Text.Json.Serialization;

namespace Personalization.Gateway.Items;

/// <summary>An item of the catalogue as it was put; stored as JSON in the document <c>item/{tenant}/{itemId}</c>.</summary>
public sealed record CatalogItem
{
    /// <summary>The item: at most 256 bytes of UTF-8.</summary>
    public string ItemId { get; init; } = "";

    /// <summary>What shops call it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>Its category, stamped into events that name none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Category { get; init; }

    /// <summary>Its brand, likewise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Brand { get; init; }

    /// <summary>Price of one, in <see cref="Currency"/>; stamped into events that bring no value.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Price { get; init; }

    /// <summary>ISO 4217 code of the price; null = the base currency.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Currency { get; init; }

    /// <summary>Whether it can be had. Default true.</summary>
    public bool Available { get; init; } = true;

    /// <summary>Words about it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Whatever else is known of it: an object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Attributes { get; init; }

    /// <summary>When it was put, UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? UpdatedAt { get; init; }
}
