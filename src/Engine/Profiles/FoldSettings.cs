using System.Globalization;
using NodaTime;
using Personalization.Algorithms.Counting;

namespace Personalization.Engine.Profiles;

/// <summary>
/// Everything the fold depends on besides the entries. Profiles that were folded with different settings are different functions of the log,
/// so a change raises <see cref="Revision"/>, and with it <see cref="FoldVersion"/>.
/// </summary>
public sealed record FoldSettings
{
    /// <summary>The number of the fold's code: raised whenever the same entries would fold to something else. 2: objects among traits are merged. 3: purchases of any age are in the purchase
    /// process, an order counts once however often it is told, consents are bounded without losing a refusal.</summary>
    public const int Code = 3;

    /// <summary>The revision of these settings, 0 to 65,535.</summary>
    public int Revision { get; init; }

    /// <summary>Code number · 65,536 + revision: stored with every row; a greater one re-folds, and a silo refuses rows above its own.</summary>
    public int FoldVersion => (Code << 16) | Revision;

    /// <summary>The idle time above which the next event starts a new session. Default 30 minutes.</summary>
    public TimeSpan SessionGap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How far behind the customer's newest event time an event may be and still count in every feature. Default 1 h.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromHours(1);

    /// <summary>For how much log time event ids are remembered, to recognise repeats. Default 10 minutes.</summary>
    public TimeSpan RecentIdWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many event ids are remembered at most: one inside the window is never forgotten, so an event for whose id there is no room is rejected. Default 131,072: at
    /// most 1.2 MiB of side record, about 6 MiB in memory.
    /// </summary>
    public int RecentIds { get; init; } = 131_072;

    /// <summary>
    /// Remembered ids from which on the customer's events should be throttled. Default 65,536: what is under way until a gateway hears of it (at most
    /// <c>Limits:PartitionLag</c>) still finds room.
    /// </summary>
    public int ThrottleAt { get; init; } = 65_536;

    /// <summary>
    /// Facts held in the tail at most (one per event, one per further order line). Beyond it the oldest are folded early, and an event before
    /// them counts as late. Default 1,024: 17 events a minute throughout the lateness.
    /// </summary>
    public int TailFacts { get; init; } = 1024;

    /// <summary>Lines of one order that take part in item features; money is of all lines. Default 64.</summary>
    public int OrderLines { get; init; } = 64;

    /// <summary>The tenant's time zone: purchase days, hours of day, days of week. Default UTC.</summary>
    public DateTimeZone Zone { get; init; } = DateTimeZone.Utc;

    /// <summary>Half-life of affinities. Default 30 days.</summary>
    public TimeSpan AffinityHalfLife { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The items remembered last. Default 50.</summary>
    public int RecentItems { get; init; } = 50;

    /// <summary>Categories with an affinity, at most. Default 32.</summary>
    public int Categories { get; init; } = 32;

    /// <summary>Brands with an affinity, at most. Default 32.</summary>
    public int Brands { get; init; } = 32;

    /// <summary>Channels with an affinity, at most. Default 8.</summary>
    public int Channels { get; init; } = 8;

    /// <summary>The upper bound of the lowest price band, in the base currency; each further band reaches twice as far. Default 1.</summary>
    public decimal PriceBandUnit { get; init; } = 1m;

    /// <summary>How far apart in event time purchases of one order id are still one order, of which equal lines count once. Default 90 days.</summary>
    public TimeSpan OrderMemory { get; init; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Bytes of the side record that known orders may take. Beyond it the lines of the oldest leave first, then the oldest orders; at least 2,000 are kept. Default 64 KiB.
    /// </summary>
    public int OrderBytes { get; init; } = 65_400;

    /// <summary>Purchase days kept one by one, the newest. Default 4,096: more than eleven years with an order a day.</summary>
    public int PurchaseDays { get; init; } = 4096;

    /// <summary>Own event types (<c>custom:*</c>) counted by name, at most: the first ones. Default 16; all others, and names above 128 characters, only count as <c>custom</c>.</summary>
    public int CustomTypes { get; init; } = 16;

    /// <summary>Traits at most. A change that leads above it is rejected. Default 64.</summary>
    public int Traits { get; init; } = 64;

    /// <summary>Bytes of all trait names and values in UTF-8, at most. A change that leads above it is rejected. Default 8 KiB.</summary>
    public int TraitBytes { get; init; } = 8192;

    /// <summary>Consent purposes kept at most. Beyond it grants are forgotten and refusals are not, see <see cref="Profiles.Consents"/>. Default 32.</summary>
    public int Purposes { get; init; } = 32;

    /// <summary>Positions of re-driven dead letters remembered at most. Default 64.</summary>
    public int Redriven { get; init; } = 64;

    /// <summary>
    /// Everything that decides what entries fold to, as text: two settings with the same text are the same function. The code number and the revision
    /// are not in it.
    /// </summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         sessionGap={SessionGap} lateness={Lateness} recentIdWindow={RecentIdWindow} recentIds={RecentIds} throttleAt={ThrottleAt} tailFacts={TailFacts} orderLines={OrderLines}
         zone={Zone.Id} affinityHalfLife={AffinityHalfLife} recentItems={RecentItems} categories={Categories} brands={Brands} channels={Channels} priceBandUnit={PriceBandUnit:G29}
         orderMemory={OrderMemory} orderBytes={OrderBytes} purchaseDays={PurchaseDays} customTypes={CustomTypes} traits={Traits} traitBytes={TraitBytes} purposes={Purposes} redriven={Redriven}
         """).ReplaceLineEndings("\n");

    internal HalfLife AffinityDecay => new(AffinityHalfLife);

    internal long SessionGapMs => (long)SessionGap.TotalMilliseconds;

    internal long LatenessMs => (long)Lateness.TotalMilliseconds;

    internal long RecentIdWindowMs => (long)RecentIdWindow.TotalMilliseconds;

    internal long OrderMemoryMs => (long)OrderMemory.TotalMilliseconds;
}
