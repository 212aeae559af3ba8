using Personalization.Engine.Profiles;

namespace Personalization.Engine.Features;

/// <summary>What a feature is read from: the live state of a profile, as far as it may be read for the feature's purpose, at one time.</summary>
/// <param name="profile">The profile that <see cref="FeatureView.For"/> gave.</param>
/// <param name="at">When, milliseconds since 1970-01-01 UTC; before the newest event it is read at that event.</param>
/// <param name="settings">The settings that the profile was folded with.</param>
internal readonly struct FeatureMoment(CustomerProfile profile, long at, FoldSettings settings)
{
    public readonly FeatureState State = profile.Live(settings);
    public readonly long Time = Math.Max(at, profile.NewestEventTime);
    public readonly FoldSettings Settings = settings;

    /// <summary>Whether the newest session may still go on.</summary>
    public bool IsInSession => State.Session.LastAt > 0 && Time - State.Session.LastAt <= Settings.SessionGapMs;
}

/// <summary>One number that the profile says of a customer, between 0 and 1.</summary>
/// <param name="Name">What it is called among the reasons of a choice.</param>
/// <param name="Purpose">What it is read for.</param>
public sealed record CustomerFeature(string Name, FeaturePurpose Purpose)
{
    /// <summary>Its formula; 0 for a stranger.</summary>
    internal CustomerFeatureRead Read { get; init; } = static (in _) => 0;
}

/// <summary>Reads a feature.</summary>
internal delegate double CustomerFeatureRead(in FeatureMoment moment);

/// <summary>The features of a customer that decisions are scored with, in the order of their components x₁ … x₇.</summary>
public static class CustomerFeatures
{
    private const double DayMs = 86_400_000;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CustomerFeature> All => Table;

    private static readonly CustomerFeature[] Table =
    [
        new("has bought", FeaturePurpose.Personalization) { Read = static (in m) => m.State.Purchases.Orders > 0 ? 1 : 0 },
        new("orders", FeaturePurpose.Personalization) { Read = static (in m) => Logarithm(m.State.Purchases.Orders) },
        new("recency of purchase", FeaturePurpose.Personalization) { Read = static (in m) => m.State.Purchases.Orders > 0 ? Recency(m.Time - m.State.Purchases.LastAt, 30) : 0 },
        new("depth of session", FeaturePurpose.Personalization) { Read = static (in m) => m.IsInSession ? Logarithm(m.State.Session.Events) : 0 },
        new("cart", FeaturePurpose.Personalization) { Read = static (in m) => m.IsInSession && m.State.Session.CartItems > 0 ? 1 : 0 },
        new("sessions", FeaturePurpose.Personalization) { Read = static (in m) => m.State.Session.LastAt > 0 ? Logarithm(m.State.Session.Ordinal) : 0 },
        new("recency of visit", FeaturePurpose.Personalization) { Read = static (in m) => m.State.Session.LastAt > 0 ? Recency(m.Time - m.State.Session.LastAt, 7) : 0 },
    ];

    /// <summary>Writes what each feature says at a time.</summary>
    /// <param name="profile">The customer.</param>
    /// <param name="at">When, milliseconds since 1970-01-01 UTC.</param>
    /// <param name="settings">The settings that the profile was folded with.</param>
    /// <param name="values">Takes them; as long as <see cref="All"/>.</param>
    public static void Read(CustomerProfile profile, long at, FoldSettings settings, Span<double> values)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(settings);
        var view = new FeatureView(profile);
        var purpose = FeaturePurpose.Unstated;
        var moment = default(FeatureMoment);
        for (var i = 0; i < Table.Length; i++)
        {
            if (Table[i].Purpose != purpose || i == 0)
            {
                purpose = Table[i].Purpose;
                moment = new FeatureMoment(view.For(purpose), at, settings);
            }

            values[i] = Table[i].Read(moment);
        }
    }

    /// <summary>ln(1 + n)/4, at most 1.</summary>
    private static double Logarithm(double count) => Math.Min(1, Math.Log(1 + count) / 4);

    /// <summary>2^(−age/half-life).</summary>
    private static double Recency(long ageMs, double halfLifeDays) => Math.Pow(2, -Math.Max(0, ageMs) / DayMs / halfLifeDays);
}
