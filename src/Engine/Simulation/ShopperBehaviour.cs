using System.Globalization;
using Personalization.Algorithms.Numerics;
using Personalization.Events;

namespace Personalization.Engine.Simulation;

/// <summary>What shoppers do: visits of views, carts and orders, over a lifetime of purchases and seasons.</summary>
/// <remarks>
/// A shopper's life is the modified BG/NBD process: it may leave at once, buys at rate λ while alive, and leaves after a purchase with probability p. Between purchases it visits without buying. Demand follows a yearly season,
/// by thinning. Bots come often, view hundreds of items a second apart by no taste, and never put anything in a cart.
/// </remarks>
/// <param name="world">The world.</param>
public sealed class ShopperBehaviour(SimulatedWorld world)
{
    private const double PeakDemand = 1.3;

    /// <summary>How strong demand is on a day, 1 on average over the year: highest in mid-December.</summary>
    public static double Demand(DateTimeOffset at) => 1 + (PeakDemand - 1) * Math.Cos(2 * Math.PI * (at.DayOfYear - 349) / 365.25);

    /// <summary>The visits of a shopper's life until <paramref name="until"/>, in order of time, and whether it is alive then. Deterministic.</summary>
    public ShopperLife Live(SimulatedShopper shopper, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(shopper);
        var random = world.Random((1UL << 32) + (ulong)shopper.Index);
        var visits = new List<Visit>();
        if (shopper.JoinsAt >= until) return new ShopperLife(visits, null);
        if (shopper.IsBot) return LiveAsBot(shopper, until, ref random);

        visits.Add(new Visit(shopper.JoinsAt, false));
        DateTimeOffset? diedAt = random.NextDouble() < shopper.DropoutProbability ? shopper.JoinsAt : null;
        for (var at = shopper.JoinsAt; diedAt is null;)
        {
            at = Next(at, shopper.PurchasesPerWeek, ref random);
            if (at >= until) break;
            visits.Add(new Visit(at, true));
            if (random.NextDouble() < shopper.DropoutProbability) diedAt = at;
        }

        for (var at = Next(shopper.JoinsAt, shopper.VisitsPerWeek, ref random); at < (diedAt ?? until); at = Next(at, shopper.VisitsPerWeek, ref random)) visits.Add(new Visit(at, false));
        visits.Sort((left, right) => left.At.CompareTo(right.At));
        return new ShopperLife(visits, diedAt);
    }

    /// <summary>The events of one visit, in order of time; deterministic in the generator.</summary>
    /// <param name="shopper">Who.</param>
    /// <param name="visit">When, and whether it ends with a purchase.</param>
    /// <param name="random">The visit's generator.</param>
    /// <param name="pace">How much time passes between two events, on average.</param>
    public IEnumerable<SimulatedEvent> Events(SimulatedShopper shopper, Visit visit, Xoshiro256 random, TimeSpan pace)
    {
        ArgumentNullException.ThrowIfNull(shopper);
        var phone = random.NextDouble() < shopper.PhoneShare;
        var channel = phone ? "app" : "web";
        var at = visit.At;
        var number = 0;
        var visitId = string.Create(CultureInfo.InvariantCulture, $"{world.Options.Seed}-{shopper.Id}-{visit.At.UtcTicks / TimeSpan.TicksPerMillisecond:x}");

        SimulatedEvent Make(CustomerEvent of) => new(string.Create(CultureInfo.InvariantCulture, $"{visitId}-{number++}"), shopper.Id, at, of with { Channel = channel });

        if (shopper.IsBot)
        {
            for (var i = 0; i < 200; i++)
            {
                yield return Make(View(world.Assortment.Items[random.NextInt32(world.Assortment.Items.Count)]));
                at += TimeSpan.FromSeconds(1);
            }

            yield break;
        }

        var category = shopper.Taste.DrawCategory(visit.At, ref random);
        yield return Make(new CustomerEvent { Type = EventType.ProductListViewed, Category = Name(category) });
        var cart = new List<SimulatedItem>();
        var views = 1 + Sampling.Poisson(visit.Buys ? 5 : 3, ref random);
        for (var i = 0; i < views; i++)
        {
            at += pace * random.NextExponential();

            // Most views stay in the visit's category: what is viewed together belongs together.
            var of = random.NextDouble() < 0.8 ? category : shopper.Taste.DrawCategory(visit.At, ref random);
            var item = world.Assortment.Items[world.Assortment.DrawItem(of, ref random)];
            yield return Make(View(item));
            if (random.NextDouble() >= (visit.Buys ? 0.35 : 0.08)) continue;
            at += pace * 0.3 * random.NextExponential();
            cart.Add(item);
            yield return Make(View(item) with { Type = EventType.ProductAdded, Value = item.Price });
        }

        if (!visit.Buys) yield break;
        if (cart.Count == 0) cart.Add(world.Assortment.Items[world.Assortment.DrawItem(category, ref random)]);
        at += pace * random.NextExponential();
        yield return Make(new CustomerEvent
        {
            Type = EventType.Purchase,
            OrderId = "order-" + visitId,
            Lines = [.. cart.Select(item => new OrderLine { ItemId = item.Id, Quantity = 1, Value = item.Price, Category = item.Category, Brand = item.Brand, UnitPrice = item.Price })],
        });
    }

    /// <summary>All events of all shoppers until a time, in order of time: the store's history. Held in memory while it is sorted.</summary>
    public List<SimulatedEvent> History(DateTimeOffset until, TimeSpan pace)
    {
        var events = new List<SimulatedEvent>();
        foreach (var shopper in world.Shoppers)
        {
            var visit = 0UL;
            foreach (var of in Live(shopper, until).Visits)
            {
                foreach (var happened in Events(shopper, of, VisitRandom(shopper, visit++), pace))
                {
                    if (happened.At < until) events.Add(happened);
                }
            }
        }

        events.Sort((left, right) => left.At != right.At ? left.At.CompareTo(right.At) : string.CompareOrdinal(left.EventId, right.EventId));
        return events;
    }

    /// <summary>The generator of a shopper's n-th visit.</summary>
    public Xoshiro256 VisitRandom(SimulatedShopper shopper, ulong visit)
    {
        ArgumentNullException.ThrowIfNull(shopper);
        return new Xoshiro256(world.Options.Seed ^ 0xA5A5_0000_0000_0000, ((ulong)shopper.Index << 32) + visit);
    }

    private static ShopperLife LiveAsBot(SimulatedShopper shopper, DateTimeOffset until, ref Xoshiro256 random)
    {
        var visits = new List<Visit>();
        for (var at = shopper.JoinsAt; at < until; at += TimeSpan.FromDays(2 + 4 * random.NextExponential())) visits.Add(new Visit(at, false));
        return new ShopperLife(visits, null);
    }

    private string Name(int category) => world.Assortment.Actions[category].Group;

    private static CustomerEvent View(SimulatedItem item) =>
        new() { Type = EventType.ProductViewed, ItemId = item.Id, Category = item.Category, Brand = item.Brand, UnitPrice = item.Price };

    /// <summary>The next event of a Poisson process of that many a week times the season, by thinning.</summary>
    private static DateTimeOffset Next(DateTimeOffset at, double perWeek, ref Xoshiro256 random)
    {
        do at += TimeSpan.FromDays(Math.Min(7 * random.NextExponential() / (perWeek * PeakDemand), 36500));
        while (random.NextDouble() * PeakDemand > Demand(at) && at.Year < 9000);
        return at;
    }
}

/// <summary>A visit.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Buys">Whether it ends with a purchase.</param>
public readonly record struct Visit(DateTimeOffset At, bool Buys);

/// <summary>A shopper's life up to a time.</summary>
/// <param name="Visits">Its visits, in order of time.</param>
/// <param name="LeftAt">When it left for good; null while it is alive, and for bots.</param>
public sealed record ShopperLife(IReadOnlyList<Visit> Visits, DateTimeOffset? LeftAt)
{
    /// <summary>Whether it will come back.</summary>
    public bool IsAlive => Visits.Count > 0 && LeftAt is null;
}
