namespace Personalization.Customers;

/// <summary>A customer's live profile as a reader sees it, evaluated at one time. Times are milliseconds since 1970-01-01 UTC.</summary>
[GenerateSerializer, Immutable, Alias("personalization.ProfileView")]
public sealed record ProfileView
{
    /// <summary>The id as URLs carry it.</summary>
    [Id(0)] public string CustomerId { get; init; } = "";

    /// <summary>What the profile was evaluated at.</summary>
    [Id(1)] public long At { get; init; }

    /// <summary>The position in the partition's log that it was folded to; 0 if nothing is known of the customer.</summary>
    [Id(2)] public long Applied { get; init; }

    /// <summary>Counts and money since the beginning.</summary>
    [Id(3)] public TotalsView Totals { get; init; } = new();

    /// <summary>Event time of the first event; null if there is none.</summary>
    [Id(4)] public long? FirstSeenAt { get; init; }

    /// <summary>Event time of the newest event; null if there is none.</summary>
    [Id(5)] public long? LastSeenAt { get; init; }

    /// <summary>The newest session.</summary>
    [Id(6)] public SessionView? Session { get; init; }

    /// <summary>Up to 50 items, newest first.</summary>
    [Id(7)] public IReadOnlyList<RecentItemView> RecentItems { get; init; } = [];

    /// <summary>Decayed event counts by half-life: <c>1h</c>, <c>1d</c>, <c>7d</c>, <c>30d</c>.</summary>
    [Id(8)] public IReadOnlyDictionary<string, double> Activity { get; init; } = new Dictionary<string, double>();

    /// <summary>Decayed affinities by table: <c>category</c>, <c>brand</c>, <c>priceBand</c>, <c>channel</c>, <c>hourOfDay</c>, <c>dayOfWeek</c>; strongest first.</summary>
    [Id(9)] public IReadOnlyDictionary<string, IReadOnlyList<AffinityView>> Affinities { get; init; } = new Dictionary<string, IReadOnlyList<AffinityView>>();

    /// <summary>Purchase process.</summary>
    [Id(10)] public PurchasesView Purchases { get; init; } = new();

    /// <summary>Messages received and opened.</summary>
    [Id(11)] public MessagesView Messages { get; init; } = new();

    /// <summary>Trait name to JSON value as text.</summary>
    [Id(12)] public IReadOnlyDictionary<string, string> Traits { get; init; } = new Dictionary<string, string>();

    /// <summary>Consents by purpose.</summary>
    [Id(13)] public IReadOnlyDictionary<string, ConsentView> Consents { get; init; } = new Dictionary<string, ConsentView>();

    /// <summary>
    /// When more purposes had been refused than are kept by name: since then every purpose that is not among <see cref="Consents"/> is refused. Null: who said nothing did not refuse.
    /// </summary>
    [Id(14)] public long? OtherPurposesRefusedAt { get; init; }

    /// <summary>What was given back beyond what was paid.</summary>
    [Id(15)] public RefundsView Refunds { get; init; } = new();
}

/// <summary>Counts and money since the beginning; events later than the lateness bound are in here and nowhere else.</summary>
[GenerateSerializer, Immutable, Alias("personalization.TotalsView")]
public sealed record TotalsView
{
    /// <summary>All events.</summary>
    [Id(0)] public long Events { get; init; }

    /// <summary>Product views.</summary>
    [Id(1)] public long Views { get; init; }

    /// <summary>Products added to the cart.</summary>
    [Id(2)] public long Carts { get; init; }

    /// <summary>Purchase events.</summary>
    [Id(3)] public long Purchases { get; init; }

    /// <summary>Distinct orders.</summary>
    [Id(4)] public long Orders { get; init; }

    /// <summary>Gross revenue in the base currency.</summary>
    [Id(5)] public decimal Revenue { get; init; }

    /// <summary>Money given back, in the base currency.</summary>
    [Id(6)] public decimal Refunded { get; init; }

    /// <summary>Events later than the lateness bound.</summary>
    [Id(7)] public long Late { get; init; }

    /// <summary>Counts by type as named in JSON; those of zero are left out.</summary>
    [Id(8)] public IReadOnlyDictionary<string, long> ByType { get; init; } = new Dictionary<string, long>();

    /// <summary>Events of robots: counted here and nowhere else.</summary>
    [Id(9)] public long Bot { get; init; }

    /// <summary>Events of the producer's tests: counted here and nowhere else.</summary>
    [Id(10)] public long Test { get; init; }
}

/// <summary>A run of events with no gap above 30 minutes.</summary>
[GenerateSerializer, Immutable, Alias("personalization.SessionView")]
public sealed record SessionView
{
    /// <summary>Event time of its first event.</summary>
    [Id(0)] public long StartedAt { get; init; }

    /// <summary>Event time of its last event.</summary>
    [Id(1)] public long LastAt { get; init; }

    /// <summary>Whether it may still go on at the asked time.</summary>
    [Id(2)] public bool Active { get; init; }

    /// <summary>Seconds from the first to the last event.</summary>
    [Id(3)] public double LengthSeconds { get; init; }

    /// <summary>Its events.</summary>
    [Id(4)] public int Events { get; init; }

    /// <summary>Its page, list and product views: the depth.</summary>
    [Id(5)] public int Depth { get; init; }

    /// <summary>Product views in it.</summary>
    [Id(6)] public int Views { get; init; }

    /// <summary>Products added less products removed, at least 0; a purchase empties the cart.</summary>
    [Id(7)] public int CartItems { get; init; }

    /// <summary>Money of the cart in the base currency, as far as known.</summary>
    [Id(8)] public decimal CartValue { get; init; }

    /// <summary>Purchase events in it.</summary>
    [Id(9)] public int Purchases { get; init; }

    /// <summary>The sessions of this customer so far, this one included.</summary>
    [Id(10)] public int Ordinal { get; init; }
}

/// <summary>An item of the customer's recent past, with its evidence.</summary>
/// <param name="ItemId">The item; its hash in hexadecimal where the name is not known.</param>
/// <param name="Type">What was done with it.</param>
/// <param name="At">Event time.</param>
/// <param name="EventId">The event; null where the journal no longer holds it.</param>
/// <param name="Position">The event's position in the log.</param>
[GenerateSerializer, Immutable, Alias("personalization.RecentItemView")]
public sealed record RecentItemView(
    [property: Id(0)] string ItemId, [property: Id(1)] string Type, [property: Id(2)] long At, [property: Id(3)] string? EventId, [property: Id(4)] long Position);

/// <summary>A decayed affinity.</summary>
/// <param name="Name">Category, brand, price band …</param>
/// <param name="Value">Decayed weight at the asked time (half-life 30 days).</param>
/// <param name="Share">The weight as a share of its table's sum, 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("personalization.AffinityView")]
public sealed record AffinityView([property: Id(0)] string Name, [property: Id(1)] double Value, [property: Id(2)] double Share);

/// <summary>The purchase process; orders are collapsed to purchase days in the tenant's time zone.</summary>
[GenerateSerializer, Immutable, Alias("personalization.PurchasesView")]
public sealed record PurchasesView
{
    /// <summary>Distinct days with a purchase.</summary>
    [Id(0)] public int PurchaseDays { get; init; }

    /// <summary>Repeat purchase days: x = days − 1, at least 0.</summary>
    [Id(1)] public int Frequency { get; init; }

    /// <summary>Weeks from the first to the last purchase day: t_x.</summary>
    [Id(2)] public double RecencyWeeks { get; init; }

    /// <summary>Weeks from the first purchase day to the asked time: T.</summary>
    [Id(3)] public double AgeWeeks { get; init; }

    /// <summary>Mean money of the orders that carry any, base currency; 0 without one.</summary>
    [Id(4)] public decimal MeanOrderValue { get; init; }

    /// <summary>Event time of the first purchase.</summary>
    [Id(5)] public long? FirstAt { get; init; }

    /// <summary>Event time at which the newest order was first told of.</summary>
    [Id(6)] public long? LastAt { get; init; }

    /// <summary>Mean days between purchase days; null below two.</summary>
    [Id(7)] public double? MeanInterPurchaseDays { get; init; }

    /// <summary>Standard deviation of the days between purchase days; null below three.</summary>
    [Id(8)] public double? StdDevInterPurchaseDays { get; init; }

    /// <summary>Refund events.</summary>
    [Id(9)] public int Refunds { get; init; }

    /// <summary>Days since the last purchase at the asked time; null without one.</summary>
    [Id(10)] public double? DaysSinceLast { get; init; }

    /// <summary>Cancelled orders. They stay in revenue, which is gross, and in the purchase days.</summary>
    [Id(11)] public int Cancellations { get; init; }
}

/// <summary>Refunds against what their orders paid, as far as both are known.</summary>
[GenerateSerializer, Immutable, Alias("personalization.RefundsView")]
public sealed record RefundsView
{
    /// <summary>Orders of which more was given back than they paid.</summary>
    [Id(0)] public long BeyondPaid { get; init; }

    /// <summary>By how much, in all, base currency.</summary>
    [Id(1)] public decimal BeyondPaidValue { get; init; }
}

/// <summary>Engagement with messages.</summary>
[GenerateSerializer, Immutable, Alias("personalization.MessagesView")]
public sealed record MessagesView
{
    /// <summary>Messages received.</summary>
    [Id(0)] public long Received { get; init; }

    /// <summary>Messages opened.</summary>
    [Id(1)] public long Opened { get; init; }

    /// <summary>Opened / received; null without one received.</summary>
    [Id(2)] public double? OpenRate { get; init; }

    /// <summary>Event time of the last one opened.</summary>
    [Id(3)] public long? LastOpenedAt { get; init; }

    /// <summary>Whether the newest of subscribed and unsubscribed was subscribed; null without either.</summary>
    [Id(4)] public bool? Subscribed { get; init; }
}

/// <summary>A consent.</summary>
/// <param name="Granted">Whether it is granted.</param>
/// <param name="At">When it was last said.</param>
[GenerateSerializer, Immutable, Alias("personalization.ConsentView")]
public sealed record ConsentView([property: Id(0)] bool Granted, [property: Id(1)] long At);
