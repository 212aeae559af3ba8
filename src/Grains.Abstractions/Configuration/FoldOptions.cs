namespace Personalization.Configuration;

/// <summary>
/// How profiles are folded. A change takes effect on every customer: the next start makes a new revision of the fold, and each profile is folded anew from
/// its journal when it is next loaded. Nothing that was told before is told again.
/// </summary>
public sealed class FoldOptions
{
    /// <summary>The idle time above which the next event starts a new session. Default 30 minutes.</summary>
    public TimeSpan SessionGap { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How far behind the customer's newest event time an event may be and still count in every feature. Default 1 h. A session's end is told so much later.</summary>
    public TimeSpan Lateness { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Half-life of affinities. Default 30 days.</summary>
    public TimeSpan AffinityHalfLife { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How far apart in event time purchases of one order id are still one order, of which equal lines count once. Null, the default: as long as
    /// <see cref="RetentionOptions.Journal"/>. Shorten it where order ids start again, as those of a till do.
    /// </summary>
    public TimeSpan? OrderMemory { get; set; }

    /// <summary>The upper bound of the lowest price band, in the base currency; each further band reaches twice as far. Default 1.</summary>
    public decimal PriceBandUnit { get; set; } = 1m;

    /// <summary>The items remembered last. Default 50; about 20 bytes of the row each.</summary>
    public int RecentItems { get; set; } = 50;

    /// <summary>Categories with an affinity, at most. Default 32; about 16 bytes of the row each.</summary>
    public int Categories { get; set; } = 32;

    /// <summary>Brands with an affinity, at most. Default 32; about 16 bytes of the row each.</summary>
    public int Brands { get; set; } = 32;

    /// <summary>Channels with an affinity, at most. Default 8.</summary>
    public int Channels { get; set; } = 8;
}
