namespace Personalization.Gateway.Security;

/// <summary>What a caller must be allowed to do. An admin key may do everything.</summary>
public static class AccessPolicies
{
    /// <summary>Write: events, traits, consents, items.</summary>
    public const string Ingest = "ingest";

    /// <summary>Read profiles, items, decisions, metrics.</summary>
    public const string Read = "read";

    /// <summary>Operate: totals, listings, dead letters, the clock, the dashboard.</summary>
    public const string Admin = "admin";
}
