using System.Text;
using System.Text.Json;
using Personalization.Customers;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Customers;

/// <summary>From the contract's profile to the one in JSON: times as text, traits as JSON values.</summary>
internal static class ProfileMapping
{
    /// <summary>Maps a reply that has a profile.</summary>
    public static ProfileResponse ToResponse(this ProfileReply reply, string customerId)
    {
        var profile = reply.Profile ?? throw new InvalidOperationException("the reply has no profile");
        var totals = profile.Totals;
        return new ProfileResponse
        {
            CustomerId = customerId,
            At = Instants.ToUtc(profile.At),
            CaughtUp = reply.CaughtUp,
            AfterFound = reply.AfterFound,
            Stale = reply.Stale,
            Totals = new TotalsResponse(totals.Events, totals.Views, totals.Carts, totals.Purchases, totals.Orders, totals.Revenue, totals.Refunded, totals.Late, totals.Bot, totals.Test, totals.ByType),
            FirstSeenAt = Instants.ToUtc(profile.FirstSeenAt),
            LastSeenAt = Instants.ToUtc(profile.LastSeenAt),
            Session = profile.Session is { } session ? ToResponse(session) : null,
            RecentItems = [.. profile.RecentItems.Select(item => new RecentItemResponse(item.ItemId, item.Type, Instants.ToUtc(item.At), item.EventId))],
            Activity = profile.Activity,
            Affinities = profile.Affinities.ToDictionary(
                table => table.Key,
                table => (IReadOnlyList<AffinityResponse>)[.. table.Value.Select(affinity => new AffinityResponse(affinity.Name, affinity.Value, affinity.Share))]),
            Purchases = ToResponse(profile.Purchases),
            Refunds = new RefundsResponse(profile.Refunds.BeyondPaid, profile.Refunds.BeyondPaidValue),
            Messages = new MessagesResponse(
                profile.Messages.Received, profile.Messages.Opened, profile.Messages.OpenRate, Instants.ToUtc(profile.Messages.LastOpenedAt), profile.Messages.Subscribed),
            Traits = profile.Traits.ToDictionary(trait => trait.Key, trait => JsonElement.Parse(LoneSurrogates.Replace(Encoding.UTF8.GetBytes(trait.Value)).Span)),
            Consents = profile.Consents.ToDictionary(consent => consent.Key, consent => new ConsentResponse(consent.Value.Granted, Instants.ToUtc(consent.Value.At))),
            OtherPurposesRefusedAt = Instants.ToUtc(profile.OtherPurposesRefusedAt),
        };
    }

    private static SessionResponse ToResponse(SessionView session) => new(
        Instants.ToUtc(session.StartedAt), Instants.ToUtc(session.LastAt), session.Active, session.LengthSeconds, session.Events, session.Depth, session.Views,
        session.CartItems, session.CartValue, session.Purchases, session.Ordinal);

    private static PurchasesResponse ToResponse(PurchasesView purchases) => new(
        purchases.PurchaseDays, purchases.Frequency, purchases.RecencyWeeks, purchases.AgeWeeks, purchases.MeanOrderValue, Instants.ToUtc(purchases.FirstAt),
        Instants.ToUtc(purchases.LastAt), purchases.DaysSinceLast, purchases.MeanInterPurchaseDays, purchases.StdDevInterPurchaseDays, purchases.Refunds, purchases.Cancellations);
}
