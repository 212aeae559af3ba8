using System.Text.Json;
using System.Text.Json.Serialization;

namespace Personalization.Gateway.Customers;

/// <summary>A customer's live profile. All times are UTC.</summary>
public sealed record ProfileResponse
{
    /// <summary>The id as in the URL.</summary>
    public required string CustomerId { get; init; }

    /// <summary>What everything was evaluated at.</summary>
    public required DateTime At { get; init; }

    /// <summary>Whether everything that was accepted before the call is in it.</summary>
    public required bool CaughtUp { get; init; }

    /// <summary>Whether the event named by <c>after</c> is in it; left out if none was named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AfterFound { get; init; }

    /// <summary>No owner answered in time: the profile may be behind.</summary>
    public required bool Stale { get; init; }

    /// <summary>Counts and money since the beginning.</summary>
    public required TotalsResponse Totals { get; init; }

    /// <summary>Time of the first event.</summary>
    public required DateTime? FirstSeenAt { get; init; }

    /// <summary>Time of the newest event.</summary>
    public required DateTime? LastSeenAt { get; init; }

    /// <summary>The newest session; null before the first event.</summary>
    public required SessionResponse? Session { get; init; }

    /// <summary>Up to 50 items, newest first.</summary>
    public required IReadOnlyList<RecentItemResponse> RecentItems { get; init; }

    /// <summary>Decayed event counts by half-life.</summary>
    public required IReadOnlyDictionary<string, double> Activity { get; init; }

    /// <summary>Decayed affinities by table, strongest first.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<AffinityResponse>> Affinities { get; init; }

    /// <summary>The purchase process.</summary>
    public required PurchasesResponse Purchases { get; init; }

    /// <summary>Refunds against what their orders paid.</summary>
    public required RefundsResponse Refunds { get; init; }

    /// <summary>Engagement with messages.</summary>
    public required MessagesResponse Messages { get; init; }

    /// <summary>Traits as they were set.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Traits { get; init; }

    /// <summary>Consents by purpose.</summary>
    public required IReadOnlyDictionary<string, ConsentResponse> Consents { get; init; }

    /// <summary>When more purposes had been refused than are kept by name: since then every purpose that is not among the consents is refused; else null.</summary>
    public required DateTime? OtherPurposesRefusedAt { get; init; }

    /// <summary>The segments that the customer is in; none are defined yet.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>Scores by model; no model is served yet.</summary>
    public IReadOnlyDictionary<string, double> Scores { get; init; } = new Dictionary<string, double>();
}

/// <summary>Refunds against what their orders paid, as far as both are known.</summary>
/// <param name="BeyondPaid">Orders of which more was given back than they paid.</param>
/// <param name="BeyondPaidValue">By how much, in all, base currency.</param>
public sealed record RefundsResponse(long BeyondPaid, decimal BeyondPaidValue);

/// <summary>Counts and money since the beginning.</summary>
/// <param name="Events">All events.</param>
/// <param name="Views">Product views.</param>
/// <param name="Carts">Products added to the cart.</param>
/// <param name="Purchases">Purchase events.</param>
/// <param name="Orders">Distinct orders.</param>
/// <param name="Revenue">Gross revenue in the base currency.</param>
/// <param name="Refunded">Money given back, in the base currency.</param>
/// <param name="Late">Events more than an hour behind the newest: counted here and nowhere else.</param>
/// <param name="Bot">Events of robots: counted here and nowhere else.</param>
/// <param name="Test">Events of the producer's tests: counted here and nowhere else.</param>
/// <param name="ByType">Counts by type.</param>
public sealed record TotalsResponse(
    long Events, long Views, long Carts, long Purchases, long Orders, decimal Revenue, decimal Refunded, long Late, long Bot, long Test, IReadOnlyDictionary<string, long> ByType);

/// <summary>A run of events with no gap above 30 minutes.</summary>
/// <param name="StartedAt">Time of its first event.</param>
/// <param name="LastAt">Time of its last event.</param>
/// <param name="Active">Whether it may still go on.</param>
/// <param name="LengthSeconds">Seconds from the first to the last event.</param>
/// <param name="Events">Its events.</param>
/// <param name="Depth">Its page, list and product views.</param>
/// <param name="Views">Product views in it.</param>
/// <param name="CartItems">Products added less products removed.</param>
/// <param name="CartValue">Money of the cart in the base currency, as far as known.</param>
/// <param name="Purchases">Purchase events in it.</param>
/// <param name="Ordinal">The customer's how-manieth session it is.</param>
public sealed record SessionResponse(
    DateTime StartedAt, DateTime LastAt, bool Active, double LengthSeconds, int Events, int Depth, int Views, int CartItems, decimal CartValue, int Purchases, int Ordinal);

/// <summary>An item of the recent past.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="Type">What was done with it.</param>
/// <param name="At">When.</param>
/// <param name="EventId">The event that says so; null where the journal no longer holds it.</param>
public sealed record RecentItemResponse(string ItemId, string Type, DateTime At, string? EventId);

/// <summary>A decayed affinity.</summary>
/// <param name="Name">Category, brand …</param>
/// <param name="Value">Decayed weight.</param>
/// <param name="Share">Its share of the table's sum, 0 to 1.</param>
public sealed record AffinityResponse(string Name, double Value, double Share);

/// <summary>The purchase process, orders collapsed to days.</summary>
/// <param name="PurchaseDays">Distinct days with a purchase.</param>
/// <param name="Frequency">Repeat purchase days.</param>
/// <param name="RecencyWeeks">Weeks from the first to the last purchase day.</param>
/// <param name="AgeWeeks">Weeks from the first purchase day to <c>at</c>.</param>
/// <param name="MeanOrderValue">Mean money per order.</param>
/// <param name="FirstAt">Time of the first purchase.</param>
/// <param name="LastAt">Time of the last purchase.</param>
/// <param name="DaysSinceLast">Days since the last purchase.</param>
/// <param name="MeanInterPurchaseDays">Mean days between purchase days.</param>
/// <param name="StdDevInterPurchaseDays">Their standard deviation.</param>
/// <param name="Refunds">Refund events.</param>
/// <param name="Cancellations">Cancelled orders; they stay in revenue, which is gross.</param>
public sealed record PurchasesResponse(
    int PurchaseDays, int Frequency, double RecencyWeeks, double AgeWeeks, decimal MeanOrderValue, DateTime? FirstAt, DateTime? LastAt,
    double? DaysSinceLast, double? MeanInterPurchaseDays, double? StdDevInterPurchaseDays, int Refunds, int Cancellations);

/// <summary>Engagement with messages.</summary>
/// <param name="Received">Messages received.</param>
/// <param name="Opened">Messages opened.</param>
/// <param name="OpenRate">Opened / received.</param>
/// <param name="LastOpenedAt">When one was last opened.</param>
/// <param name="Subscribed">Whether the newest of subscribed and unsubscribed was subscribed.</param>
public sealed record MessagesResponse(long Received, long Opened, double? OpenRate, DateTime? LastOpenedAt, bool? Subscribed);

/// <summary>A consent.</summary>
/// <param name="Granted">Whether it is granted.</param>
/// <param name="At">When it was last said.</param>
public sealed record ConsentResponse(bool Granted, DateTime At);
