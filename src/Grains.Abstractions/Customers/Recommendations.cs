using Personalization.Decisions;
using Personalization.Log;

namespace Personalization.Customers;

/// <summary>What becomes of items that the customer has seen or bought.</summary>
public enum RepeatRule : byte
{
    /// <summary>They come after everything else, bought ones last. The default.</summary>
    Demote = 0,

    /// <summary>They stand where their score puts them.</summary>
    Allow = 1,

    /// <summary>They do not come at all.</summary>
    Exclude = 2,
}

/// <summary>A question for recommendations.</summary>
[GenerateSerializer, Immutable, Alias("personalization.RecommendationQuery")]
public sealed record RecommendationQuery
{
    /// <summary>Evaluate everything at this time (milliseconds since 1970-01-01 UTC); null = now.</summary>
    [Id(0)] public long? At { get; init; }

    /// <summary>Read your own click: answer once this event id is in the profile.</summary>
    [Id(1)] public string? After { get; init; }

    /// <summary>Where the answer is shown.</summary>
    [Id(2)] public string? Slot { get; init; }

    /// <summary>How many items are wanted.</summary>
    [Id(3)] public int Count { get; init; } = 10;

    /// <summary>The item whose page it is: the newest interest, and never recommended itself.</summary>
    [Id(4)] public string? ContextItem { get; init; }

    /// <summary>Only items of this category or one below it.</summary>
    [Id(5)] public string? Category { get; init; }

    /// <summary>What becomes of items seen or bought.</summary>
    [Id(6)] public RepeatRule Repeats { get; init; }

    /// <summary>Whether the parts of each score are wanted.</summary>
    [Id(7)] public bool Explain { get; init; }

    /// <summary>The caller's own items, to be put in order; null = choose from all.</summary>
    [Id(8)] public IReadOnlyList<string>? Items { get; init; }

    /// <summary>A retry with the same key gets the same items, as long as the decision is open; null = none.</summary>
    [Id(9)] public string? IdempotencyKey { get; init; }

    /// <summary>The installation's time at the call (the wall clock's, or the events'), milliseconds since 1970-01-01 UTC.</summary>
    [Id(10)] public long Now { get; init; }

    /// <summary>Recommend without any effect: no record, no reward.</summary>
    [Id(11)] public bool DryRun { get; init; }

    /// <summary>Who asks: an answer to robots and tests is on record as such.</summary>
    [Id(12)] public Traffic Traffic { get; init; }
}

/// <summary>The answer to a question for recommendations.</summary>
[GenerateSerializer, Immutable, Alias("personalization.RecommendationReply")]
public sealed record RecommendationReply
{
    /// <summary>The items, best first. Fewer than wanted where there are no more.</summary>
    [Id(0)] public IReadOnlyList<RecommendedItem> Items { get; init; } = [];

    /// <summary>Where the items came from.</summary>
    [Id(1)] public RecommendationSource Source { get; init; }

    /// <summary>What it was evaluated at, milliseconds since 1970-01-01 UTC.</summary>
    [Id(2)] public long At { get; init; }

    /// <summary>Clicks in the item indexes that answered: which state of the shared knowledge it was.</summary>
    [Id(3)] public long IndexPosition { get; init; }

    /// <summary>Whether everything that the log held at the call is in it; false: the owner did not answer in time.</summary>
    [Id(4)] public bool CaughtUp { get; init; }

    /// <summary>Whether the event asked for by <c>after</c> is in it; null if none was asked for.</summary>
    [Id(5)] public bool? AfterFound { get; init; }

    /// <summary>No owner answered: the profile may be behind.</summary>
    [Id(6)] public bool Stale { get; init; }

    /// <summary>The asked time lies before the customer's newest event: there is no time travel yet.</summary>
    [Id(7)] public bool AtBeforeNewest { get; init; }

    /// <summary>The customer's newest event time, milliseconds since 1970-01-01 UTC; null if there is none.</summary>
    [Id(8)] public long? NewestEventTime { get; init; }

    /// <summary>The decision's public id; null if there is no record.</summary>
    [Id(9)] public string? DecisionId { get; init; }

    /// <summary>Whether the decision is recorded.</summary>
    [Id(10)] public DecisionStatus Status { get; init; }

    /// <summary>It was made before, by a call with the same key.</summary>
    [Id(11)] public bool IsRepeat { get; init; }
}

/// <summary>
/// Where the items of an answer came from: the first of these that is the reason for any of them. Items that were demoted because they were seen count only
/// where there are no others.
/// </summary>
public enum RecommendationSource : byte
{
    /// <summary>What the customer looked at or bought, or the item whose page it is: that one also where the customer refuses personalization.</summary>
    Session = 0,

    /// <summary>The customer's favourite categories and brands, because no session says more.</summary>
    Affinity = 1,

    /// <summary>What is popular, or only in the catalogue: nothing that is known of the customer led to any item.</summary>
    Trending = 2,
}

/// <summary>A recommended item.</summary>
[GenerateSerializer, Immutable, Alias("personalization.RecommendedItem")]
public sealed record RecommendedItem
{
    /// <summary>The item.</summary>
    [Id(0)] public string ItemId { get; init; } = "";

    /// <summary>Orders the items of this answer; those of two answers are not comparable.</summary>
    [Id(1)] public double Score { get; init; }

    /// <summary>Why it is here, the weightiest first.</summary>
    [Id(2)] public IReadOnlyList<RecommendationReason> Reasons { get; init; } = [];

    /// <summary>The parts of the score, where they were asked for.</summary>
    [Id(3)] public ScoreParts? Parts { get; init; }
}

/// <summary>Why an item is recommended.</summary>
[GenerateSerializer, Immutable, Alias("personalization.RecommendationReason")]
public sealed record RecommendationReason
{
    /// <summary>What kind of reason it is.</summary>
    [Id(0)] public RecommendationReasonKind Kind { get; init; }

    /// <summary>The customer's item that led here; null where there is none, or nobody knows its name.</summary>
    [Id(1)] public string? ItemId { get; init; }

    /// <summary>The customer's own event; null where the journal no longer holds it, or the item was named by the caller.</summary>
    [Id(2)] public string? EventId { get; init; }

    /// <summary>When that event happened, milliseconds since 1970-01-01 UTC.</summary>
    [Id(3)] public long? At { get; init; }

    /// <summary>The category or brand.</summary>
    [Id(4)] public string? Name { get; init; }
}

/// <summary>Kinds of reasons.</summary>
public enum RecommendationReasonKind : byte
{
    /// <summary>Somebody else looked at it together with an item of the customer, or the one whose page it is.</summary>
    AlsoViewed = 0,

    /// <summary>It is like an item that the customer looked at: category, brand, price.</summary>
    SimilarItem = 1,

    /// <summary>It is of a category that the customer likes.</summary>
    CategoryAffinity = 2,

    /// <summary>It is of a brand that the customer likes.</summary>
    BrandAffinity = 3,

    /// <summary>Many look at it now.</summary>
    Trending = 4,

    /// <summary>It is in the catalogue, or in the caller's list; nothing speaks for it.</summary>
    Catalogue = 5,

    /// <summary>The customer looked at it before.</summary>
    SeenBefore = 6,

    /// <summary>The customer bought it before.</summary>
    BoughtBefore = 7,

    /// <summary>It was looked at, but not by many of late.</summary>
    Viewed = 8,
}

/// <summary>The parts of a score.</summary>
/// <param name="NextItem">P(next item) by the mix of what similar sessions did; 0 where the session says nothing of it.</param>
/// <param name="Affinity">Share of the customer's affinity for its category and brand, 0 to 1.</param>
/// <param name="Trending">Decayed clicks, as a share of the leader's, 0 to 1.</param>
/// <param name="IsSeen">Whether the customer looked at it lately.</param>
/// <param name="IsPurchased">Whether the customer bought it lately.</param>
[GenerateSerializer, Immutable, Alias("personalization.ScoreParts")]
public sealed record ScoreParts(
    [property: Id(0)] double NextItem, [property: Id(1)] double Affinity, [property: Id(2)] double Trending, [property: Id(3)] bool IsSeen, [property: Id(4)] bool IsPurchased);
