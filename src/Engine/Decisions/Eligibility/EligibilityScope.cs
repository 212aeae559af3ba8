using Personalization.Engine.Profiles;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>What an expression is compiled for: names become hashes of the tenant, price bands and hours those of its settings.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Settings">The settings that its profiles are folded with.</param>
public sealed record EligibilityScope(string Tenant, FoldSettings Settings);
