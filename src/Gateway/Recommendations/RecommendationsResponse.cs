using System.Text.Json.Serialization;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Recommendations;

/// <summary>Items for a customer. All times are UTC.</summary>
public sealed record RecommendationsResponse
{
    /// <summary>The decision, to be named by exposures and rewards; left out where none was recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DecisionId { get; init; }

    /// <summary>The id as in the URL.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Where the answer is shown; left out if it was not said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Slot { get; init; }

    /// <summary>The items, best first; fewer than wanted where there are no more.</summary>
    public required IReadOnlyList<RecommendedItemResponse> Items { get; init; }

    /// <summary>
    /// Where the items came from: <c>session</c> (what the customer looked at or bought, or the item whose page it is), <c>affinity</c> (favourite categories and
    /// brands) or <c>trending</c> (nothing that is known of the customer). The first of these that is the reason for any item; items demoted because they were
    /// seen count only where there are no others.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>Whether chance had a part in it; false: propensities are 1 and no estimator uses them.</summary>
    public required bool Explored { get; init; }

    /// <summary>Whether the decision is on record: false while the log does not answer, and for a dry run. Then no reward counts.</summary>
    public required bool Durable { get; init; }

    /// <summary>It was made before, by a call with the same <c>Idempotency-Key</c>.</summary>
    public required bool Repeat { get; init; }

    /// <summary>What it was evaluated at.</summary>
    public required DateTime At { get; init; }

    /// <summary>Clicks of all customers in the indexes that answered.</summary>
    public required long IndexPosition { get; init; }

    /// <summary>Whether everything that was accepted before the call is in it.</summary>
    public required bool CaughtUp { get; init; }

    /// <summary>Whether the event named by <c>after</c> is in it; left out if none was named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AfterFound { get; init; }

    /// <summary>No owner answered in time: the profile may be behind.</summary>
    public required bool Stale { get; init; }

    /// <summary>From the contract.</summary>
    internal static RecommendationsResponse From(RecommendationReply reply, string customerId, string? slot) => new()
    {
        DecisionId = reply.DecisionId,
        CustomerId = customerId,
        Slot = slot,
        Items = [.. reply.Items.Select(RecommendedItemResponse.From)],
        Source = RecommendationTexts.NameOf(reply.Source),
        Explored = false,
        Durable = reply.Status == DecisionStatus.Decided,
        Repeat = reply.IsRepeat,
        At = Instants.ToUtc(reply.At),
        IndexPosition = reply.IndexPosition,
        CaughtUp = reply.CaughtUp,
        AfterFound = reply.AfterFound,
        Stale = reply.Stale,
    };
}

/// <summary>A recommended item.</summary>
public sealed record RecommendedItemResponse
{
    /// <summary>The item.</summary>
    public required string ItemId { get; init; }

    /// <summary>How well it fits; those of two answers are not comparable. The order of the list is the answer: variety may put a lower score before a higher one.</summary>
    public required double Score { get; init; }

    /// <summary>Probability of this item in this place, given those above it: 1 where nothing was drawn.</summary>
    public required double Propensity { get; init; }

    /// <summary>Why it is here.</summary>
    public required IReadOnlyList<RecommendationReasonResponse> Reasons { get; init; }

    /// <summary>The parts of the score; left out unless <c>explain=true</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScorePartsResponse? Parts { get; init; }

    /// <summary>From the contract.</summary>
    internal static RecommendedItemResponse From(RecommendedItem item) => new()
    {
        ItemId = item.ItemId,
        Score = item.Score,
        Propensity = 1,
        Reasons = [.. item.Reasons.Select(reason => new RecommendationReasonResponse(
            RecommendationTexts.NameOf(reason.Kind), RecommendationTexts.Of(reason), reason.ItemId, reason.EventId, Instants.ToUtc(reason.At)))],
        Parts = item.Parts is { } parts ? new ScorePartsResponse(parts.NextItem, parts.Affinity, parts.Trending, parts.IsSeen, parts.IsPurchased) : null,
    };
}

/// <summary>Why an item is recommended.</summary>
/// <param name="Kind"><c>alsoViewed</c>, <c>similarItem</c>, <c>categoryAffinity</c>, <c>brandAffinity</c>, <c>seenBefore</c>,
/// <c>boughtBefore</c>, <c>trending</c>, <c>viewed</c> or <c>catalogue</c>.</param>
/// <param name="Text">The sentence.</param>
/// <param name="ItemId">The customer's item that led here; left out if there is none.</param>
/// <param name="EventId">The customer's own event with it; left out if there is none, or the journal no longer holds it.</param>
/// <param name="At">When that event happened; left out if there is none.</param>
public sealed record RecommendationReasonResponse(
    string Kind,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ItemId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EventId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? At);

/// <summary>The parts of a score.</summary>
/// <param name="NextItem">P(next item) by the mix of what similar sessions did; 0 where the session says nothing of it.</param>
/// <param name="Affinity">Share of the customer's affinity for its category and brand, 0 to 1.</param>
/// <param name="Trending">Decayed clicks as a share of the leader's, 0 to 1.</param>
/// <param name="Seen">Whether the customer looked at it lately.</param>
/// <param name="Purchased">Whether the customer bought it lately.</param>
public sealed record ScorePartsResponse(double NextItem, double Affinity, double Trending, bool Seen, bool Purchased);

/// <summary>Items without a customer.</summary>
/// <param name="Items">The items, best first; fewer than wanted where there are no more.</param>
/// <param name="At">What it was evaluated at, UTC.</param>
/// <param name="IndexPosition">Clicks of all customers in the indexes that answered.</param>
public sealed record ItemListAnswer(IReadOnlyList<RecommendedItemResponse> Items, DateTime At, long IndexPosition);

/// <summary>The caller's own items, to be put in order for a customer.</summary>
/// <param name="Items">Item ids, 1 to 1,000.</param>
/// <param name="N">How many are wanted; all if left out.</param>
public sealed record RerankRequest(IReadOnlyList<string>? Items, int? N);
