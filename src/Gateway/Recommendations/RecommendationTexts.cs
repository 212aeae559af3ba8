using Personalization.Customers;

namespace Personalization.Gateway.Recommendations;

/// <summary>Reasons in words.</summary>
internal static class RecommendationTexts
{
    /// <summary>The name of a source in JSON.</summary>
    public static string NameOf(RecommendationSource source) => source switch
    {
        RecommendationSource.Session => "session",
        RecommendationSource.Affinity => "affinity",
        _ => "trending",
    };

    /// <summary>The name of a kind of reason in JSON.</summary>
    public static string NameOf(RecommendationReasonKind kind) => kind switch
    {
        RecommendationReasonKind.AlsoViewed => "alsoViewed",
        RecommendationReasonKind.SimilarItem => "similarItem",
        RecommendationReasonKind.CategoryAffinity => "categoryAffinity",
        RecommendationReasonKind.BrandAffinity => "brandAffinity",
        RecommendationReasonKind.SeenBefore => "seenBefore",
        RecommendationReasonKind.BoughtBefore => "boughtBefore",
        RecommendationReasonKind.Trending => "trending",
        RecommendationReasonKind.Viewed => "viewed",
        _ => "catalogue",
    };

    /// <summary>The sentence. An item whose name nobody knows is told as what it is.</summary>
    public static string Of(RecommendationReason reason) => reason.Kind switch
    {
        RecommendationReasonKind.AlsoViewed => $"It was looked at together with {ItemOf(reason)}",
        RecommendationReasonKind.SimilarItem => $"It is like {ItemOf(reason)} in category, brand or price",
        RecommendationReasonKind.CategoryAffinity => $"The customer likes the category {reason.Name}",
        RecommendationReasonKind.BrandAffinity => $"The customer likes the brand {reason.Name}",
        RecommendationReasonKind.SeenBefore => "The customer looked at it before",
        RecommendationReasonKind.BoughtBefore => "The customer bought it before",
        RecommendationReasonKind.Trending => "Many look at it now",
        RecommendationReasonKind.Viewed => "It has been looked at",
        _ => "Nothing speaks for or against it",
    };

    private static string ItemOf(RecommendationReason reason) => reason.ItemId ?? "an item of the customer";
}
