using Personalization.Decisions;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>
/// What an expression is evaluated on: a profile as far as it may be read for <see cref="FeaturePurpose.Operation"/>, a time and the request's context. Make one per
/// decision and pass it by reference; making it builds the profile's live state where that is not cached, evaluating with it allocates nothing.
/// </summary>
public readonly struct EligibilityContext
{
    internal readonly CustomerProfile Profile;
    internal readonly FeatureState State;
    internal readonly FoldSettings Settings;

    /// <summary>Brings affinities from the last activity to <see cref="Time"/>.</summary>
    internal readonly double AffinityFactor;

    private readonly IReadOnlyDictionary<string, ContextValue>? _values;

    /// <summary>Makes one.</summary>
    /// <param name="profile">The customer; not changed while this is in use.</param>
    /// <param name="at">When, milliseconds since 1970-01-01 UTC; before the customer's newest event everything is evaluated at that event.</param>
    /// <param name="context">The request's context; null = none.</param>
    /// <param name="settings">The settings that the profile was folded with.</param>
    public EligibilityContext(CustomerProfile profile, long at, IReadOnlyDictionary<string, ContextValue>? context, FoldSettings settings)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(settings);
        Profile = new FeatureView(profile).For(FeaturePurpose.Operation);
        Settings = settings;
        State = Profile.Live(settings);
        At = at;
        Time = Math.Max(at, Profile.NewestEventTime);
        AffinityFactor = settings.AffinityDecay.Factor(Time - State.DecayedAt);
        _values = context;
    }

    /// <summary>When the decision is made, milliseconds since 1970-01-01 UTC.</summary>
    public long At { get; }

    /// <summary>What everything is evaluated at: <see cref="At"/>, but never before the newest event.</summary>
    internal long Time { get; }

    /// <summary>Whether the customer granted a consent and did not withdraw it; one that was never asked for is not granted.</summary>
    public bool HasConsent(string purpose) => Profile.Consents is { } consents && consents.TryGetValue(purpose, out var consent) && consent.Granted;

    internal ContextValue ValueOf(string name) => _values is not null && _values.TryGetValue(name, out var value) ? value : default;

    internal string? TraitOf(string name) => Profile.Traits is { } traits && traits.TryGetValue(name, out var json) ? json : null;
}
