using Personalization.Decisions;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>
/// What an expression is evaluated on: a profile, a time and the request's context. Each column and function reads through <see cref="Seen"/>, so that of what it is read for and was
/// refused it finds a stranger's. Make one per decision and pass it by reference; making it builds the profile's live state where that is not cached, evaluating with it allocates nothing.
/// </summary>
public readonly struct EligibilityContext
{
    internal readonly CustomerProfile Profile;
    internal readonly FeatureState State;
    internal readonly FoldSettings Settings;

    /// <summary>Brings affinities from the last activity to <see cref="Time"/>.</summary>
    internal readonly double AffinityFactor;

    private readonly IReadOnlyDictionary<string, ContextValue>? _values;
    private readonly Stranger? _stranger;

    /// <summary>Makes one.</summary>
    /// <param name="profile">The customer; not changed while this is in use.</param>
    /// <param name="at">When, milliseconds since 1970-01-01 UTC; before the customer's newest event everything is evaluated at that event.</param>
    /// <param name="context">The request's context; null = none.</param>
    /// <param name="settings">The settings that the profile was folded with.</param>
    public EligibilityContext(CustomerProfile profile, long at, IReadOnlyDictionary<string, ContextValue>? context, FoldSettings settings)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(settings);
        Profile = profile;
        Settings = settings;
        State = profile.Live(settings);
        At = at;
        Time = Math.Max(at, profile.NewestEventTime);
        AffinityFactor = settings.AffinityDecay.Factor(Time - State.DecayedAt);
        _values = context;
        var view = new FeatureView(profile);
        foreach (var purpose in (ReadOnlySpan<FeaturePurpose>)[FeaturePurpose.Operation, FeaturePurpose.Personalization, FeaturePurpose.Marketing])
        {
            if (view.Refuses(purpose)) (_stranger ??= new Stranger(new EligibilityContext(view.For(purpose), settings, at, context))).Refused |= 1 << (int)purpose;
        }
    }

    /// <summary>A stranger's, of whom nothing is left to refuse.</summary>
    private EligibilityContext(CustomerProfile stranger, FoldSettings settings, long at, IReadOnlyDictionary<string, ContextValue>? context)
    {
        (Profile, Settings, State, At, Time, _values) = (stranger, settings, stranger.Live(settings), at, at, context);
        AffinityFactor = 1;
    }

    /// <summary>The context as it may be read for a purpose.</summary>
    internal static ref readonly EligibilityContext Seen(in EligibilityContext context, FeaturePurpose purpose)
    {
        if (context._stranger is not { } stranger || (stranger.Refused & (1 << (int)purpose)) == 0) return ref context;
        return ref stranger.Context;
    }

    /// <summary>When the decision is made, milliseconds since 1970-01-01 UTC.</summary>
    public long At { get; }

    /// <summary>What everything is evaluated at: <see cref="At"/>, but never before the newest event.</summary>
    internal long Time { get; }

    /// <summary>Whether the customer granted a consent and did not withdraw it; one that was never asked for is not granted.</summary>
    public bool HasConsent(string purpose) => Profile.Consents is { } consents && consents.TryGetValue(purpose, out var consent) && consent.Granted;

    internal ContextValue ValueOf(string name) => _values is not null && _values.TryGetValue(name, out var value) ? value : default;

    internal string? TraitOf(string name) => Profile.Traits is { } traits && traits.TryGetValue(name, out var json) ? json : null;

    private sealed class Stranger(EligibilityContext context)
    {
        public readonly EligibilityContext Context = context;

        /// <summary>A bit for each purpose that was refused.</summary>
        public int Refused;
    }
}
