using Personalization.Algorithms.Recommendation.Content;

namespace Personalization.Engine.Recommendations.Catalogue;

/// <summary>Is told what the catalogue holds: first all of it, then every change, in order and by one thread at a time.</summary>
public interface IItemListener
{
    /// <summary>An item was put; where it is taken out its tokens are empty.</summary>
    /// <param name="contents">The items with what is known of them, see <see cref="ItemContent"/>.</param>
    void Put(IReadOnlyList<ItemTokens> contents);
}

/// <summary>What is known of an item, as tokens to compare by.</summary>
/// <param name="Item">The item.</param>
/// <param name="Tokens">Its tokens.</param>
public readonly record struct ItemTokens(ulong Item, ulong[] Tokens);
