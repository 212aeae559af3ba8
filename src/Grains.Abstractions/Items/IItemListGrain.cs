using Personalization.Customers;

namespace Personalization.Items;

/// <summary>Lists of items without a customer, answered from any silo's own indexes; the key is the tenant.</summary>
[Alias("personalization.IItemListGrain")]
public interface IItemListGrain : IGrainWithStringKey
{
    /// <summary>The items that go with one item, or those that are trending.</summary>
    [Alias("list")]
    Task<RecommendationReply> List(ItemListQuery query);
}

/// <summary>A question for a list of items.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ItemListQuery")]
public sealed record ItemListQuery
{
    /// <summary>The item that they are to go with; null = what is trending.</summary>
    [Id(0)] public string? ItemId { get; init; }

    /// <summary>How many are wanted.</summary>
    [Id(1)] public int Count { get; init; } = 10;

    /// <summary>Only items of this category or one below it.</summary>
    [Id(2)] public string? Category { get; init; }

    /// <summary>As of this time (milliseconds since 1970-01-01 UTC); null = now.</summary>
    [Id(3)] public long? At { get; init; }

    /// <summary>Whether the parts of each score are wanted.</summary>
    [Id(4)] public bool Explain { get; init; }
}
