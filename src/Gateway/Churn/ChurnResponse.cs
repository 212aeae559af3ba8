using System.Text.Json.Serialization;
using Personalization.Customers;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Churn;

/// <summary>A customer's churn score. All times are UTC.</summary>
public sealed record ChurnResponse
{
    /// <summary>The id as in the URL.</summary>
    public required string CustomerId { get; init; }

    /// <summary>What it was evaluated at.</summary>
    public required DateTime At { get; init; }

    /// <summary>Whether everything that was accepted before the call is in it.</summary>
    public required bool CaughtUp { get; init; }

    /// <summary>Whether the event named by <c>after</c> is in it; left out if none was named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AfterFound { get; init; }

    /// <summary>No owner answered in time: the score may be behind.</summary>
    public required bool Stale { get; init; }

    /// <summary>P(no purchase within the horizon); with basis <c>activity</c> P(no visit within it).</summary>
    public required double ChurnProbability { get; init; }

    /// <summary>The horizon of <c>churnProbability</c> and <c>expectedPurchases</c>, in days.</summary>
    public required int HorizonDays { get; init; }

    /// <summary>P(alive): that the customer has not dropped out for good.</summary>
    public required double ProbabilityAlive { get; init; }

    /// <summary>Purchase days expected within the horizon; null with basis <c>activity</c>.</summary>
    public required double? ExpectedPurchases { get; init; }

    /// <summary>Present value of the next <c>lifetimeValueDays</c> days, gross, base currency; null where no purchase carries money.</summary>
    public required double? LifetimeValue { get; init; }

    /// <summary>The days that <c>lifetimeValue</c> sums up.</summary>
    public required int LifetimeValueDays { get; init; }

    /// <summary>When <c>probabilityAlive</c> falls below the threshold if nothing happens, or fell; null if never, or nothing is known.</summary>
    public required DateTime? CrossesThresholdAt { get; init; }

    /// <summary>The threshold.</summary>
    public required double Threshold { get; init; }

    /// <summary><c>purchases</c>, or <c>activity</c> where there was none.</summary>
    public required string Basis { get; init; }

    /// <summary>The parameters that it was computed with; null from a silo of an earlier version.</summary>
    public required ChurnParametersResponse? Parameters { get; init; }

    /// <summary>What drives the score.</summary>
    public required IReadOnlyList<ChurnReasonResponse> Reasons { get; init; }

    /// <summary>From the contract.</summary>
    internal static ChurnResponse From(ChurnReply reply, string customerId)
    {
        var churn = reply.Churn ?? throw new InvalidOperationException("the reply has no score");
        return new ChurnResponse
        {
            CustomerId = customerId,
            At = Instants.ToUtc(churn.At),
            CaughtUp = reply.CaughtUp,
            AfterFound = reply.AfterFound,
            Stale = reply.Stale,
            ChurnProbability = churn.ChurnProbability,
            HorizonDays = churn.HorizonDays,
            ProbabilityAlive = churn.ProbabilityAlive,
            ExpectedPurchases = churn.ExpectedPurchases,
            LifetimeValue = churn.LifetimeValue,
            LifetimeValueDays = churn.LifetimeValueDays,
            CrossesThresholdAt = Instants.ToUtc(churn.CrossesThresholdAt),
            Threshold = churn.Threshold,
            Basis = churn.Basis == ChurnBasis.Purchases ? "purchases" : "activity",
            Parameters = churn.Parameters is { } parameters ? ChurnParametersResponse.From(parameters) : null,
            Reasons = [.. churn.Reasons.Select(reason => new ChurnReasonResponse(reason.Factor, reason.Value, reason.Text, reason.EventId, Instants.ToUtc(reason.At)))],
        };
    }
}

/// <summary>The parameters of a score: MBG/NBD over purchase days (with basis <c>activity</c> over visit days), in weeks.</summary>
/// <param name="Source"><c>settings</c> (or their defaults), or <c>fitted</c> to this installation's population.</param>
/// <param name="Version">The number of the fit; 0 of the settings.</param>
/// <param name="R">r.</param>
/// <param name="Alpha">α, in weeks.</param>
/// <param name="A">a.</param>
/// <param name="B">b.</param>
/// <param name="Customers">How many customers they were fitted to; left out of the settings.</param>
/// <param name="FittedTo">The day that they were fitted as of, in the tenant's time zone; left out of the settings.</param>
/// <param name="Value">Gamma-Gamma over the value of a purchase day; left out with basis <c>activity</c>.</param>
public sealed record ChurnParametersResponse(
    string Source,
    long Version,
    double R,
    double Alpha,
    double A,
    double B,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Customers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateOnly? FittedTo,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ValueParametersResponse? Value)
{
    internal static ChurnParametersResponse From(ChurnParametersView view) => new(
        NameOf(view.Source), view.Version, view.R, view.Alpha, view.A, view.B, view.Customers,
        view.FittedTo is { } day ? new DateOnly(1970, 1, 1).AddDays(day) : null,
        view.Value is { } value ? new ValueParametersResponse(NameOf(value.Source), value.P, value.Q, value.V) : null);

    private static string NameOf(ParameterSource source) => source == ParameterSource.Fitted ? "fitted" : "settings";
}

/// <summary>The parameters of the value of a purchase day, in the base currency.</summary>
/// <param name="Source"><c>settings</c> (or their defaults), or <c>fitted</c>.</param>
/// <param name="P">p.</param>
/// <param name="Q">q.</param>
/// <param name="V">v.</param>
public sealed record ValueParametersResponse(string Source, double P, double Q, double V);

/// <summary>A number that drives the score, in plain words.</summary>
/// <param name="Factor">What the number is.</param>
/// <param name="Value">The number.</param>
/// <param name="Text">The sentence.</param>
/// <param name="EventId">The customer's own event behind it; left out if there is none, or the journal no longer holds it.</param>
/// <param name="At">When what it tells of happened or will; left out if it tells of no time.</param>
public sealed record ChurnReasonResponse(
    string Factor,
    double Value,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EventId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? At);
