using Personalization.Engine.Profiles;

namespace Personalization.Engine.Features;

/// <summary>
/// The one door through which anything that is computed about a customer sees the profile: for a purpose that the customer refused there is a stranger of the same
/// name and consents behind it, of whom nothing else is known. What reads through it cannot leak what was refused, whatever a profile holds one day.
/// </summary>
/// <param name="profile">The customer.</param>
public readonly struct FeatureView(CustomerProfile profile)
{
    /// <summary>Whether the customer said no to a purpose. Who said nothing did not refuse.</summary>
    public bool Refuses(FeaturePurpose purpose) => Purposes.NameOf(purpose) is { } name && profile.Refuses(name);

    /// <summary>The profile as it may be read for a purpose: the customer's own, or a stranger's. Allocates for who refused, nothing for others.</summary>
    public CustomerProfile For(FeaturePurpose purpose) => Refuses(purpose) ? profile.AsStranger() : profile;
}
