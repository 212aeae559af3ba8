using Personalization.Events;

namespace Personalization.Decisions;

/// <summary>What a decision chooses among.</summary>
public enum DecisionKind : byte
{
    /// <summary>Actions of the library: an offer, a message, a service.</summary>
    NextBestAction = 0,

    /// <summary>Items of the catalogue.</summary>
    Recommendation = 1,
}

/// <summary>
/// The full record of a decision: features, candidates, scores, propensities, draw, versions. From it the decision can be replayed,
/// explained and evaluated off-policy without the model. The envelope's event id is the decision's short id, its event time when it was made.
/// </summary>
[GenerateSerializer, Immutable, Alias("personalization.DecisionMade")]
public sealed record DecisionMade
{
    /// <summary>What is chosen among.</summary>
    [Id(0)] public DecisionKind Kind { get; init; }

    /// <summary>The place that asked.</summary>
    [Id(1)] public string Slot { get; init; } = "";

    /// <summary>The policy that drew, as settings name it.</summary>
    [Id(2)] public string Policy { get; init; } = "";

    /// <summary>The version of the shared model that scored; 0 = none was learned yet.</summary>
    [Id(3)] public long ModelVersion { get; init; }

    /// <summary>The seed of the draw.</summary>
    [Id(4)] public ulong Seed { get; init; }

    /// <summary>The feature vector x that the scores are of; empty where the policy uses none.</summary>
    [Id(5)] public double[] Features { get; init; } = [];

    /// <summary>What was eligible and under its caps, in a record of before <see cref="PackedCandidates"/>; read <see cref="ReadCandidates"/>.</summary>
    [Id(6)] public DecisionCandidate[] Candidates { get; init; } = [];

    /// <summary>What was chosen, in the order of the places.</summary>
    [Id(7)] public DecisionChoice[] Choices { get; init; } = [];

    /// <summary>Whether the choices were drawn from distributions whose propensities estimators may use; false: the slot is deterministic.</summary>
    [Id(8)] public bool Explored { get; init; }

    /// <summary>How long after the decision a reward counts, ms. Then it closes with <see cref="DefaultReward"/>.</summary>
    [Id(9)] public long WindowMs { get; init; }

    /// <summary>The reward of a choice that nobody rewarded within the window.</summary>
    [Id(10)] public double DefaultReward { get; init; }

    /// <summary>What the choices spend of caps; the fold refuses the decision if one has nothing left.</summary>
    [Id(11)] public CapCharge[] Caps { get; init; } = [];

    /// <summary>Hash of the caller's <c>Idempotency-Key</c>; 0 = none.</summary>
    [Id(12)] public ulong IdempotencyKey { get; init; }

    /// <summary>Events of the customer that reward a choice within the window.</summary>
    [Id(13)] public RewardRule[] Rewards { get; init; } = [];

    /// <summary>Whether caps are given back at the window's end if no exposure came.</summary>
    [Id(14)] public bool CountsExposures { get; init; }

    /// <summary>Whether models learn from it; false while learning is frozen.</summary>
    [Id(15)] public bool Learns { get; init; } = true;

    /// <summary>How many candidates were eligible before the record was cut to <see cref="MaxCandidates"/>.</summary>
    [Id(16)] public int Eligible { get; init; }

    /// <summary>Whether models learn from rewards only at the window's end, with all that came; else at each reward.</summary>
    [Id(17)] public bool LearnsAtClose { get; init; }

    /// <summary>
    /// What was eligible and under its caps, as <see cref="CandidateRows"/> packs it, in the order that the first place was drawn in; the likeliest
    /// <see cref="MaxCandidates"/> of them.
    /// </summary>
    [Id(18)] public byte[] PackedCandidates { get; init; } = [];

    /// <summary>Whether models learn from it only once it was shown: an exposure names it, or a reward comes for it.</summary>
    [Id(19)] public bool LearnsFromExposures { get; init; }

    /// <summary>Whether the slot has no model of its own and goes by the one that slots share which nobody configured.</summary>
    [Id(20)] public bool SharesModel { get; init; }

    /// <summary>What was eligible and could not be scored, at most <see cref="MaxUnscored"/>; empty as a rule.</summary>
    [Id(21)] public UnscoredCandidate[] Unscored { get; init; } = [];

    /// <summary>Candidates in <see cref="Unscored"/>, at most.</summary>
    public const int MaxUnscored = 20;

    /// <summary>Candidates kept in a record, at most.</summary>
    public const int MaxCandidates = 100;

    /// <summary>The candidates, likeliest first.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that <see cref="CandidateRows"/> packed.</exception>
    public DecisionCandidate[] ReadCandidates()
    {
        if (PackedCandidates.Length == 0) return Candidates;
        var rows = CandidateRows.Read(PackedCandidates);
        rows.AsSpan().Sort((a, b) => a.Propensity != b.Propensity ? b.Propensity.CompareTo(a.Propensity) : string.CompareOrdinal(a.Id, b.Id));
        return rows;
    }
}

/// <summary>A candidate of a decision.</summary>
/// <param name="Id">The action or item.</param>
/// <param name="Score">The model's mean prediction of its reward.</param>
/// <param name="Weight">Value × lever: what the prediction was weighed with.</param>
/// <param name="Propensity">Its probability of the first place, written down before the draw.</param>
[GenerateSerializer, Immutable, Alias("personalization.DecisionCandidate")]
public readonly record struct DecisionCandidate(
    [property: Id(0)] string Id, [property: Id(1)] double Score, [property: Id(2)] double Weight, [property: Id(3)] double Propensity);

/// <summary>A candidate that left the choice because it could not be scored.</summary>
/// <param name="Id">The action.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("personalization.UnscoredCandidate")]
public sealed record UnscoredCandidate([property: Id(0)] string Id, [property: Id(1)] string Reason);

/// <summary>A choice of a decision.</summary>
[GenerateSerializer, Immutable, Alias("personalization.DecisionChoice")]
public sealed record DecisionChoice
{
    /// <summary>The action or item.</summary>
    [Id(0)] public string Id { get; init; } = "";

    /// <summary>The probability with which it was drawn for its place, given the places above.</summary>
    [Id(1)] public double Propensity { get; init; }

    /// <summary>The prediction of its reward that it was chosen with, the customer's own part included.</summary>
    [Id(2)] public double Score { get; init; }

    /// <summary>Value × lever.</summary>
    [Id(3)] public double Weight { get; init; } = 1;

    /// <summary>The shared model's prediction alone: what the customer's own parameters learn the deviation from.</summary>
    [Id(4)] public double SharedScore { get; init; }

    /// <summary>Why an item was chosen. Of an action see <see cref="Factors"/>.</summary>
    [Id(5)] public DecisionReason[] Reasons { get; init; } = [];

    /// <summary>Hash of the action's group; 0 = none.</summary>
    [Id(6)] public ulong Group { get; init; }

    /// <summary>What an action's score is the sum of, before the link to a reward: the base rate, what adds most, the rest, the customer's own.</summary>
    [Id(7)] public DecisionFactor[] Factors { get; init; } = [];

    /// <summary>How often the shared model had seen the action chosen.</summary>
    [Id(8)] public long Tried { get; init; }

    /// <summary>How many of them were resolved.</summary>
    [Id(9)] public long Resolved { get; init; }

    /// <summary>The number in [0, 1) that the place was drawn with: the choice is the first candidate at which the sum of propensities exceeds it.</summary>
    [Id(10)] public double Draw { get; init; }

    /// <summary>The reasons in words.</summary>
    public DecisionReason[] Explain() => Factors.Length == 0 ? Reasons : DecisionWords.Of(this);
}

/// <summary>A part of a score.</summary>
/// <param name="Name">What it is about; see <see cref="DecisionWords"/>.</param>
/// <param name="Contribution">How much it adds to the score.</param>
[GenerateSerializer, Immutable, Alias("personalization.DecisionFactor")]
public readonly record struct DecisionFactor([property: Id(0)] string Name, [property: Id(1)] double Contribution);

/// <summary>A reason of a choice.</summary>
/// <param name="Factor">What it is about.</param>
/// <param name="Contribution">How much it adds to the score.</param>
/// <param name="Text">The sentence.</param>
/// <param name="EventId">The customer's own event behind it; null if there is none.</param>
/// <param name="At">When that event happened, milliseconds since 1970-01-01 UTC.</param>
/// <param name="ItemId">The customer's item behind it; null if there is none.</param>
[GenerateSerializer, Immutable, Alias("personalization.DecisionReason")]
public sealed record DecisionReason(
    [property: Id(0)] string Factor, [property: Id(1)] double Contribution, [property: Id(2)] string Text, [property: Id(3)] string? EventId = null, [property: Id(4)] long? At = null, [property: Id(5)] string? ItemId = null);

/// <summary>What a choice spends of a cap.</summary>
/// <param name="Scope">Hash of the cap's name: <c>action:…</c>, <c>group:…</c> or <c>channel:…</c>.</param>
/// <param name="Limit">How many decisions of the scope a period may hold.</param>
/// <param name="PeriodMs">The period, ms.</param>
/// <param name="LimitOnly">A further limit on a scope that another charge of the same choice spends of: it is checked, and spends nothing.</param>
[GenerateSerializer, Immutable, Alias("personalization.CapCharge")]
public readonly record struct CapCharge(
    [property: Id(0)] ulong Scope, [property: Id(1)] int Limit, [property: Id(2)] long PeriodMs, [property: Id(3)] bool LimitOnly = false);

/// <summary>An event that rewards a choice.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Value">The reward, 0 to 1.</param>
/// <param name="NeedsMatch">Whether the event must name the decision, the action or the item; else any such event rewards the newest open decision.</param>
[GenerateSerializer, Immutable, Alias("personalization.RewardRule")]
public readonly record struct RewardRule([property: Id(0)] EventType Type, [property: Id(1)] double Value, [property: Id(2)] bool NeedsMatch);

/// <summary>A reward by the decision's id.</summary>
[GenerateSerializer, Immutable, Alias("personalization.RewardGiven")]
public sealed record RewardGiven
{
    /// <summary>The decision's short id.</summary>
    [Id(0)] public string Decision { get; init; } = "";

    /// <summary>Which choice; null = the first.</summary>
    [Id(1)] public string? Choice { get; init; }

    /// <summary>The reward, 0 to 1.</summary>
    [Id(2)] public double Value { get; init; }
}
