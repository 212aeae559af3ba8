using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions;

namespace Personalization.Grains.Decisions;

/// <summary>Recommendations as records: what was shown and why, so that it can be rewarded, answered again and explained later. Nothing was drawn: every propensity is 1.</summary>
internal sealed class RecommendationRecords(RecommendationOptions options)
{
    /// <summary>The slot of answers that say none.</summary>
    public const string DefaultSlot = "recommendations";

    private const string Policy = "recommender/";

    private readonly RewardRule[] _rewards = SlotSettings.RulesOf(options.Rewards, needsMatch: true);

    /// <summary>The record of an answer: its first <see cref="DecisionMade.MaxCandidates"/> items.</summary>
    public DecisionMade Make(RecommendationReply reply, string? slot, ulong key) => new()
    {
        Kind = DecisionKind.Recommendation,
        Slot = slot ?? DefaultSlot,
        Policy = Policy + reply.Source,
        ModelVersion = reply.IndexPosition,
        Choices = [.. reply.Items.Take(DecisionMade.MaxCandidates).Select(ToChoice)],
        WindowMs = (long)options.RewardWindow.TotalMilliseconds,
        Rewards = _rewards,
        IdempotencyKey = key,
        Eligible = reply.Items.Count,
        // Item indexes learn from the clicks themselves.
        Learns = false,
    };

    /// <summary>The answer that a record is of, without the parts of its scores.</summary>
    public static RecommendationReply Restore(RecommendationReply reply, DecisionMade made) => reply with
    {
        Items = Array.ConvertAll(made.Choices, ToItem),
        Source = Enum.TryParse<RecommendationSource>(made.Policy.AsSpan(made.Policy.IndexOf('/') + 1), out var source) ? source : RecommendationSource.Trending,
        IndexPosition = made.ModelVersion,
    };

    private static DecisionChoice ToChoice(RecommendedItem item) => new()
    {
        Id = item.ItemId,
        Propensity = 1,
        Score = item.Score,
        Reasons = [.. item.Reasons.Select(reason => new DecisionReason(reason.Kind.ToString(), 0, reason.Name ?? "", reason.EventId, reason.At, reason.ItemId))],
    };

    private static RecommendedItem ToItem(DecisionChoice choice) => new()
    {
        ItemId = choice.Id,
        Score = choice.Score,
        Reasons = Array.ConvertAll(choice.Reasons, reason => new RecommendationReason
        {
            Kind = Enum.TryParse<RecommendationReasonKind>(reason.Factor, out var kind) ? kind : RecommendationReasonKind.Catalogue,
            ItemId = reason.ItemId,
            Name = reason.Text.Length == 0 ? null : reason.Text,
            EventId = reason.EventId,
            At = reason.At,
        }),
    };
}
