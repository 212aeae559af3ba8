namespace Personalization.Customers;

/// <summary>A question for the churn score.</summary>
/// <param name="At">Evaluate it at this time (milliseconds since 1970-01-01 UTC), the future included; null = now.</param>
/// <param name="After">Read your own click: answer once this event id is in the profile, 250 ms at most.</param>
[GenerateSerializer, Immutable, Alias("personalization.ChurnQuery")]
public sealed record ChurnQuery([property: Id(0)] long? At, [property: Id(1)] string? After);

/// <summary>The answer to a question for the churn score; the fields beside it mean what they do in <see cref="ProfileReply"/>.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ChurnReply")]
public sealed record ChurnReply
{
    /// <summary>The score; null with <see cref="AtBeforeNewest"/>.</summary>
    [Id(0)] public ChurnView? Churn { get; init; }

    /// <summary>Whether everything that the log held at the call is in it.</summary>
    [Id(1)] public bool CaughtUp { get; init; }

    /// <summary>Whether the event asked for by <c>after</c> is in it; null if none was asked for.</summary>
    [Id(2)] public bool? AfterFound { get; init; }

    /// <summary>No owner answered: the score may be behind.</summary>
    [Id(3)] public bool Stale { get; init; }

    /// <summary>The asked time lies before the customer's newest event.</summary>
    [Id(4)] public bool AtBeforeNewest { get; init; }

    /// <summary>The customer's newest event time, milliseconds since 1970-01-01 UTC; null if there is none.</summary>
    [Id(5)] public long? NewestEventTime { get; init; }
}

/// <summary>What a churn score is about.</summary>
public enum ChurnBasis : byte
{
    /// <summary>Purchase days: probabilities of buying again.</summary>
    Purchases = 0,

    /// <summary>There was no purchase: probabilities of visiting again.</summary>
    Activity = 1,
}

/// <summary>A customer's churn score, evaluated at one time. Times are milliseconds since 1970-01-01 UTC.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ChurnView")]
public sealed record ChurnView
{
    /// <summary>The id as URLs carry it.</summary>
    [Id(0)] public string CustomerId { get; init; } = "";

    /// <summary>What it was evaluated at.</summary>
    [Id(1)] public long At { get; init; }

    /// <summary>P(no purchase within the horizon); on the basis of activity P(no visit within it), which P(no purchase) is never below.</summary>
    [Id(2)] public double ChurnProbability { get; init; }

    /// <summary>The horizon in days.</summary>
    [Id(3)] public int HorizonDays { get; init; }

    /// <summary>P(alive): that the customer has not dropped out for good by then.</summary>
    [Id(4)] public double ProbabilityAlive { get; init; }

    /// <summary>Purchase days expected within the horizon; null without a purchase to go by.</summary>
    [Id(5)] public double? ExpectedPurchases { get; init; }

    /// <summary>Present value of the purchases of the next <see cref="LifetimeValueDays"/>, gross, base currency; null without money to go by.</summary>
    [Id(6)] public double? LifetimeValue { get; init; }

    /// <summary>The days that the lifetime value sums up.</summary>
    [Id(7)] public int LifetimeValueDays { get; init; }

    /// <summary>When P(alive) falls below the threshold if nothing happens, or fell; null if it never does before the year 10,000 or nothing is known.</summary>
    [Id(8)] public long? CrossesThresholdAt { get; init; }

    /// <summary>The threshold θ.</summary>
    [Id(9)] public double Threshold { get; init; }

    /// <summary>What the score is about.</summary>
    [Id(10)] public ChurnBasis Basis { get; init; }

    /// <summary>What drives the score, strongest statement first.</summary>
    [Id(11)] public IReadOnlyList<ChurnReasonView> Reasons { get; init; } = [];

    /// <summary>The parameters that it was computed with; null from a silo of an earlier version.</summary>
    [Id(12)] public ChurnParametersView? Parameters { get; init; }
}

/// <summary>Where parameters come from.</summary>
public enum ParameterSource : byte
{
    /// <summary>The settings, or their defaults.</summary>
    Settings = 0,

    /// <summary>The population of this installation.</summary>
    Fitted = 1,
}

/// <summary>The parameters of a churn score: MBG/NBD in weeks, Gamma-Gamma in the base currency.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ChurnParametersView")]
public sealed record ChurnParametersView
{
    /// <summary>Where r, α, a and b come from.</summary>
    [Id(0)] public ParameterSource Source { get; init; }

    /// <summary>The number of the fit; 0 = of the settings.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>r.</summary>
    [Id(2)] public double R { get; init; }

    /// <summary>α, in weeks.</summary>
    [Id(3)] public double Alpha { get; init; }

    /// <summary>a.</summary>
    [Id(4)] public double A { get; init; }

    /// <summary>b.</summary>
    [Id(5)] public double B { get; init; }

    /// <summary>How many customers they were fitted to; null of the settings.</summary>
    [Id(6)] public int? Customers { get; init; }

    /// <summary>The day that they were fitted as of, days since 1970-01-01 in the tenant's time zone; null of the settings.</summary>
    [Id(7)] public int? FittedTo { get; init; }

    /// <summary>The value model; null on the basis of activity.</summary>
    [Id(8)] public ValueParametersView? Value { get; init; }
}

/// <summary>The parameters of the value of a purchase day.</summary>
/// <param name="Source">Where they come from.</param>
/// <param name="P">p.</param>
/// <param name="Q">q.</param>
/// <param name="V">v, in the base currency.</param>
[GenerateSerializer, Immutable, Alias("personalization.ValueParametersView")]
public sealed record ValueParametersView([property: Id(0)] ParameterSource Source, [property: Id(1)] double P, [property: Id(2)] double Q, [property: Id(3)] double V);

/// <summary>A number that drives a churn score, in plain words.</summary>
/// <param name="Factor">What the number is: <c>silence</c>, <c>frequency</c>, <c>rhythm</c>, <c>alive</c>, <c>threshold</c>, <c>value</c>, <c>basis</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Text">The sentence.</param>
/// <param name="EventId">The customer's own event behind it; null if there is none or the journal no longer holds it.</param>
/// <param name="At">When what it tells of happened or will happen, milliseconds since 1970-01-01 UTC.</param>
[GenerateSerializer, Immutable, Alias("personalization.ChurnReasonView")]
public sealed record ChurnReasonView(
    [property: Id(0)] string Factor, [property: Id(1)] double Value, [property: Id(2)] string Text, [property: Id(3)] string? EventId = null, [property: Id(4)] long? At = null);
