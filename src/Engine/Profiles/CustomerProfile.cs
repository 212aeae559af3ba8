using Personalization.Engine.Decisions.Ledger;
using Personalization.Partitions;

namespace Personalization.Engine.Profiles;

/// <summary>
/// The live state of one customer: base, tail, totals, and what is kept for de-duplication. Only <see cref="ProfileFold"/> changes it.
/// Not safe for concurrent use: reading may build the cached live state.
/// </summary>
/// <remarks>
/// <b>Base</b> holds the features folded up to newest event time − lateness, <b>tail</b> the facts after it in order of event time. The live
/// state is the base with the tail folded on top; it is only a cache.
/// </remarks>
public sealed class CustomerProfile
{
    internal FeatureState Base = new();
    internal readonly FactTail Tail = new();
    internal readonly RecentIds Ids = new();
    internal ProfileTotals Totals;
    internal SortedList<string, uint>? CustomTypes;
    internal SortedList<string, string>? Traits;
    internal SortedList<string, Consent>? Consents;
    internal List<long>? Redriven;

    /// <summary>Open decisions and spent caps; null without any.</summary>
    internal DecisionLedger? Decisions;

    /// <summary>When the newest session is to be reported; null if it is, or there is none.</summary>
    internal long? SessionDue;

    /// <summary>The due time of the newest wake-up.</summary>
    internal long WokenAt;

    /// <summary>End of the newest session that was reported; 0 = none.</summary>
    internal long ReportedUntil;

    /// <summary>The newest order when the last churn crossing was told: its time; 0 = none was told.</summary>
    internal long ToldLastAt;

    /// <summary>When a purpose was first refused that the table of consents had no room for: since then every purpose that is not in it is refused; 0 = never.</summary>
    internal long OthersRefusedAt;

    private FeatureState? _live;

    /// <summary>An empty profile: nothing is known of the customer.</summary>
    public CustomerProfile(CustomerKey customer)
    {
        Customer = customer;
        var text = customer.Text.AsSpan();
        var tenant = text[..text.IndexOf('/')];
        Tenant = tenant.SequenceEqual(CustomerKey.DefaultTenant) ? CustomerKey.DefaultTenant : string.Intern(tenant.ToString());
    }

    /// <summary>The profile of a customer that was erased, of whom not even the ids are known that recognise repeats.</summary>
    public static CustomerProfile Erased(CustomerKey customer) => new(customer) { IsTombstone = true };

    /// <summary>The customer.</summary>
    public CustomerKey Customer { get; }

    /// <summary>The position of the last entry that was folded, whatever its verdict; 0 = none.</summary>
    public long Applied { get; internal set; }

    /// <summary>Whether the customer was erased and has not come back since: there is no data, only what recognises repeats.</summary>
    public bool IsTombstone { get; internal set; }

    /// <summary>The position of the last erasure; 0 = never erased.</summary>
    public long ErasedAt { get; internal set; }

    /// <summary>
    /// When the profile next wants to be woken, milliseconds since 1970-01-01 UTC: the end of its newest session + gap + lateness, until that
    /// session is reported, or the end of the next open decision's window. The churn crossing, which depends on parameters outside the profile, is not in it:
    /// see <see cref="Churn.ChurnScorer.WakeAt"/>.
    /// </summary>
    public long? NextWakeUp
    {
        get
        {
            if (Decisions?.NextClose is not { } close) return SessionDue;
            return SessionDue is { } session ? Math.Min(session, close) : close;
        }
    }

    /// <summary>The due time of the newest wake-up that was folded, milliseconds since 1970-01-01 UTC; 0 = none.</summary>
    public long LastWokenAt => WokenAt;

    /// <summary>
    /// When a base was last put into the journal (or the journal began), milliseconds since 1970-01-01 UTC; 0 = never. Not of the fold: whoever writes the journal keeps
    /// it here, and no feature depends on it.
    /// </summary>
    public long JournalBaseAt { get; set; }

    /// <summary>The newest event time, milliseconds since 1970-01-01 UTC; 0 = there was no event.</summary>
    public long NewestEventTime => Tail.Count == 0 ? 0 : Tail.Last.Time;

    /// <summary>How many decisions are open: their windows have not closed.</summary>
    public int OpenDecisions => Decisions?.Open.Count ?? 0;

    /// <summary>Whether nothing at all is known: no event, trait or consent.</summary>
    public bool IsEmpty => Totals.Events == 0 && Totals.Bot == 0 && Totals.Test == 0 && Traits is null && Consents is null;

    /// <summary>
    /// The log time from which the customer's events should be taken again, because so many ids came within the window that there may soon be no room for more;
    /// 0: they are taken. A hint that sheds load: what keeps an id from counting twice is the fold.
    /// </summary>
    public long ThrottledUntil(FoldSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Ids.Count < settings.ThrottleAt ? 0 : Ids.TimeOf(Ids.Count - settings.ThrottleAt) + settings.RecentIdWindowMs + 1;
    }

    /// <summary>Whether an event id (<see cref="Log.EntryEnvelope.ShortEventIdHash"/>) is among those remembered.</summary>
    public bool Remembers(ulong shortEventIdHash) => Ids.Contains(shortEventIdHash);

    /// <summary>Whether the customer said no to a purpose. Who said nothing did not refuse.</summary>
    public bool Refuses(string purpose) => Consents is { } consents && consents.TryGetValue(purpose, out var consent) ? !consent.Granted : OthersRefusedAt > 0;

    /// <summary>A stranger of the same name and consents: see <see cref="Features.FeatureView"/>.</summary>
    internal CustomerProfile AsStranger() => new(Customer) { Consents = Consents, OthersRefusedAt = OthersRefusedAt };

    internal string Tenant { get; }

    /// <summary>The cached live state, where there is one.</summary>
    internal FeatureState? CachedLive => _live;

    /// <summary>Base and tail in one. Built when asked for; equal to the base if the tail is empty.</summary>
    internal FeatureState Live(FoldSettings settings)
    {
        if (_live is not null) return _live;
        var live = Base.Clone();
        foreach (ref readonly var fact in Tail.Facts) live.Fold(fact, settings);
        return _live = live;
    }

    internal void DropLive() => _live = null;

    /// <summary>Orders and purchase days.</summary>
    internal PurchaseProcess Purchases => Base.Purchases;

    /// <summary>Mean money of the orders that carry any; 0 without one.</summary>
    internal decimal MeanOrderValue => Purchases.PaidOrders == 0 ? 0 : Totals.Revenue / Purchases.PaidOrders;

    /// <summary>Forgets everything but the ids and positions that recognise repeats.</summary>
    internal void Erase()
    {
        Base = new FeatureState();
        Tail.Clear();
        Totals = default;
        CustomTypes = null;
        Traits = null;
        Consents = null;
        ReportedUntil = 0;
        SessionDue = null;
        WokenAt = 0;
        ToldLastAt = 0;
        OthersRefusedAt = 0;
        Decisions = null;
        JournalBaseAt = 0;
        DropLive();
    }

    /// <summary>Drops caches and room that is not needed; done at every save.</summary>
    internal void Trim()
    {
        DropLive();
        Tail.Trim();
        Ids.Trim();
    }
}
