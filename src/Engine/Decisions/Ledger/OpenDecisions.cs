using Personalization.Decisions;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Ledger;

/// <summary>What callers ask a profile about its open decisions. It changes nothing.</summary>
public static class OpenDecisions
{
    /// <summary>The hash that a caller's <c>Idempotency-Key</c> is found by: a key speaks of one kind and one slot. 0 = no key.</summary>
    public static ulong KeyOf(DecisionKind kind, string? slot, string? key) => key is null ? 0 : (ulong)KeyHash.Hash128($"{kind}/{slot}/{key}") | 1;

    /// <summary>The log position of the open decision that was made for a key; null if there is none.</summary>
    /// <param name="profile">The customer.</param>
    /// <param name="key">From <see cref="KeyOf"/>.</param>
    public static long? PositionOf(CustomerProfile profile, ulong key)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return key == 0 ? null : profile.Decisions?.FindKey(key)?.Position;
    }

    /// <summary>What would become of a reward at a time: only <see cref="RewardOutcome.Applied"/> needs an entry.</summary>
    /// <param name="profile">The customer.</param>
    /// <param name="given">The reward.</param>
    /// <param name="time">Milliseconds since 1970-01-01 UTC.</param>
    public static RewardOutcome Judge(CustomerProfile profile, RewardGiven given, long time)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(given);
        if (profile.Decisions?.Find(DecisionId.HashOf(given.Decision)) is not { } decision || time > decision.ClosesAt) return RewardOutcome.WindowClosed;
        var place = DecisionFold.PlaceOf(decision, given.Choice);
        if (place < 0) return RewardOutcome.NotChosen;
        return decision.Choices[place].Rewarded ? RewardOutcome.AlreadyRewarded : RewardOutcome.Applied;
    }
}
