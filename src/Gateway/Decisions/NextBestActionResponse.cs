using System.Text.Json.Serialization;
using Personalization.Decisions;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Decisions;

/// <summary>The next best action. All times are UTC.</summary>
public sealed record NextBestActionResponse
{
    /// <summary>The decision, to be named by exposures and rewards; left out where none was recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DecisionId { get; init; }

    /// <summary>The id as in the URL.</summary>
    public required string CustomerId { get; init; }

    /// <summary>The place that asked.</summary>
    public required string Slot { get; init; }

    /// <summary>The chosen actions in the order of their places; empty if none is eligible.</summary>
    public required IReadOnlyList<ChosenActionResponse> Actions { get; init; }

    /// <summary>Whether every eligible action could have been drawn; false: no estimator may use the propensities.</summary>
    public required bool Explored { get; init; }

    /// <summary>The policy that drew.</summary>
    public required string Policy { get; init; }

    /// <summary>The version of the shared model that scored; 0 = nothing was learned yet.</summary>
    public required long ModelVersion { get; init; }

    /// <summary>How many actions were eligible and under their caps.</summary>
    public required int Eligible { get; init; }

    /// <summary>Actions that were eligible and left the choice because they could not be scored; left out where there is none, as there should be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnscoredActionResponse>? Unscored { get; init; }

    /// <summary>Whether the decision is on record: false while the log does not answer, and for a dry run. Then nothing is reserved and no reward counts.</summary>
    public required bool Durable { get; init; }

    /// <summary>It was made before, by a call with the same <c>Idempotency-Key</c>.</summary>
    public required bool Repeat { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTime At { get; init; }

    /// <summary>Until when a reward counts; left out where none does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? RewardUntil { get; init; }

    /// <summary>Whether everything that was accepted before the call was considered.</summary>
    public required bool CaughtUp { get; init; }

    /// <summary>Whether the event named by <c>after</c> was considered; left out if none was named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AfterFound { get; init; }

    /// <summary>No owner answered in time: the profile may be behind.</summary>
    public required bool Stale { get; init; }

    /// <summary>With <c>explain=true</c>: the feature vector that the scores are of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? Features { get; init; }

    /// <summary>With <c>explain=true</c>: what could have been chosen for the first place, likeliest first, at most 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CandidateResponse>? Candidates { get; init; }

    /// <summary>From the contract.</summary>
    internal static NextBestActionResponse From(DecisionReply reply, string customerId, string slot, bool explain)
    {
        var made = reply.Decision ?? throw new InvalidOperationException("the reply has no decision");
        return new NextBestActionResponse
        {
            DecisionId = reply.DecisionId,
            CustomerId = customerId,
            Slot = slot,
            Actions = Array.ConvertAll(made.Choices, ChosenActionResponse.From),
            Explored = made.Explored,
            Policy = made.Policy,
            ModelVersion = made.ModelVersion,
            Eligible = made.Eligible,
            Unscored = made.Unscored.Length == 0 ? null : Array.ConvertAll(made.Unscored, left => new UnscoredActionResponse(left.Id, left.Reason)),
            Durable = reply.Status == DecisionStatus.Decided,
            Repeat = reply.IsRepeat,
            At = Instants.ToUtc(reply.At),
            RewardUntil = reply.DecisionId is null ? null : Instants.ToUtc(reply.At + made.WindowMs),
            CaughtUp = reply.CaughtUp,
            AfterFound = reply.AfterFound,
            Stale = reply.Stale,
            Features = explain ? made.Features : null,
            Candidates = explain ? Array.ConvertAll(made.ReadCandidates(), row => new CandidateResponse(row.Id, row.Score, row.Weight, row.Propensity)) : null,
        };
    }
}

/// <summary>A chosen action.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="Propensity">The probability with which it was drawn for its place, given the places above; written down before the draw.</param>
/// <param name="Score">The reward that it is expected to bring, this customer's own answers included.</param>
/// <param name="Value">Value × lever: what the score was weighed with.</param>
/// <param name="Reasons">Why.</param>
public sealed record ChosenActionResponse(string ActionId, double Propensity, double Score, double Value, IReadOnlyList<DecisionReasonResponse> Reasons)
{
    internal static ChosenActionResponse From(DecisionChoice choice) => new(
        choice.Id, choice.Propensity, choice.Score, choice.Weight,
        Array.ConvertAll(choice.Explain(), reason => new DecisionReasonResponse(reason.Factor, reason.Contribution, reason.Text, reason.EventId, Instants.ToUtc(reason.At))));
}

/// <summary>An action that could not be scored.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="Reason">Why.</param>
public sealed record UnscoredActionResponse(string ActionId, string Reason);

/// <summary>Why an action was chosen.</summary>
/// <param name="Factor">What it is about.</param>
/// <param name="Contribution">How much it adds to the score.</param>
/// <param name="Text">The sentence.</param>
/// <param name="EventId">The customer's own event behind it; left out if there is none.</param>
/// <param name="At">When that event happened; left out if there is none.</param>
public sealed record DecisionReasonResponse(
    string Factor,
    double Contribution,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EventId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? At);

/// <summary>What could have been chosen.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="Score">The reward that it is expected to bring.</param>
/// <param name="Value">Value × lever.</param>
/// <param name="Propensity">Its probability of the first place.</param>
public sealed record CandidateResponse(string ActionId, double Score, double Value, double Propensity);
