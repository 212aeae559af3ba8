using Personalization.Algorithms.Numerics;
using Personalization.Engine.Simulation;
using Personalization.Events;
using Personalization.Log;

namespace Personalization.Silo.Demo;

/// <summary>Lets shoppers that are alive visit the store, one event after another in real time: they browse, follow recommendations, and take or leave what they are offered as the answer key says.</summary>
internal sealed class DemoVisits(SimulatedWorld world, DemoClient client, DateTimeOffset now)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1.2);

    private readonly ShopperBehaviour _behaviour = new(world);
    private readonly SimulatedShopper[] _visitors = [.. world.Shoppers.Where(shopper => shopper.IsBot || new ShopperBehaviour(world).Live(shopper, now).IsAlive)];
    private readonly Dictionary<string, int> _actions = world.Assortment.Actions.Select((action, index) => (action.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
    private readonly Dictionary<string, SimulatedItem> _items = world.Assortment.Items.ToDictionary(item => item.Id);

    private long _events;
    private long _decisions;
    private long _accepted;

    /// <summary>Events, decisions, and how many of those were accepted, since the last call.</summary>
    public (long Events, long Decisions, long Accepted) TakeCounts() => (Interlocked.Exchange(ref _events, 0), Interlocked.Exchange(ref _decisions, 0), Interlocked.Exchange(ref _accepted, 0));

    /// <summary>One line of visits, one after another, until it is stopped.</summary>
    /// <param name="line">Its number: several run side by side.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task Run(int line, CancellationToken cancellation)
    {
        if (_visitors.Length == 0) return;
        var random = new Xoshiro256(world.Options.Seed, (ulong)now.UtcTicks + (ulong)line);
        while (!cancellation.IsCancellationRequested)
        {
            // Only this line's share of the shoppers: nobody is in the store twice at once.
            var shopper = _visitors[random.NextInt32(_visitors.Length)];
            if (shopper.Index % DemoService.Lines != line) continue;
            try
            {
                await Visit(shopper, random.NextUInt64(), cancellation);
            }
            catch (Exception failure) when (failure is HttpRequestException or System.Text.Json.JsonException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                // An engine that is busy or restarting is no reason to end the demo; the visit is over.
                await Task.Delay(Pace, cancellation);
            }
        }
    }

    private async Task Visit(SimulatedShopper shopper, ulong seed, CancellationToken cancellation)
    {
        var random = new Xoshiro256(seed);
        var at = DateTimeOffset.UtcNow;
        var buys = random.NextDouble() < shopper.PurchasesPerWeek / (shopper.PurchasesPerWeek + shopper.VisitsPerWeek);
        if (!shopper.IsBot) await Offer(shopper, at, seed, cancellation);
        var before = at;
        var recommended = new Queue<SimulatedEvent>();
        foreach (var happened in _behaviour.Events(shopper, new Visit(at, buys), random, Pace))
        {
            await Task.Delay(shopper.IsBot ? TimeSpan.FromMilliseconds(100) : Clamp(happened.At - before), cancellation);
            before = happened.At;
            await Post(shopper, happened, cancellation);
            if (!shopper.IsBot && happened.Event.Type == EventType.ProductViewed && random.NextDouble() < 0.3) await Follow(shopper, happened, random.NextDouble(), cancellation);
        }

        await Task.Delay(Pace, cancellation);
    }

    /// <summary>The next best action, and the answer key's answer to it a moment later.</summary>
    private async Task Offer(SimulatedShopper shopper, DateTimeOffset at, ulong seed, CancellationToken cancellation)
    {
        var features = new double[DecisionContext.Dimension];
        var random = new Xoshiro256(seed, 1);
        DecisionContext.Write(at, random.NextDouble() < shopper.PhoneShare, TimeSpan.FromDays(7 / (shopper.VisitsPerWeek + shopper.PurchasesPerWeek)), random.NextDouble() < 0.35 ? random.NextDouble() : 0, features);
        var context = new Dictionary<string, double>();
        for (var i = 1; i < features.Length; i++) context[DecisionContext.Names[i]] = features[i];
        if (await client.NextBestAction(shopper.Id, context, cancellation) is not var (decision, action) || !_actions.TryGetValue(action, out var index)) return;

        var probabilities = new double[world.Key.Actions];
        world.Key.Shopper(features, shopper.Taste, probabilities);
        var accepts = random.NextDouble() < probabilities[index];
        await Task.Delay(Pace * 0.5, cancellation);
        await client.Reward(decision, accepts ? 1 : 0, cancellation);
        Interlocked.Increment(ref _decisions);
        if (accepts) Interlocked.Increment(ref _accepted);
    }

    /// <summary>Looks at what is recommended beside an item, and clicks what it likes.</summary>
    private async Task Follow(SimulatedShopper shopper, SimulatedEvent beside, double mood, CancellationToken cancellation)
    {
        var (decision, items) = await client.Recommendations(shopper.Id, cancellation);
        foreach (var id in items)
        {
            if (!_items.TryGetValue(id, out var item) || shopper.Taste.Category(item.CategoryIndex) < mood) continue;
            await Task.Delay(Pace, cancellation);
            var click = new Personalization.Events.CustomerEvent { Type = EventType.ProductClicked, ItemId = item.Id, DecisionId = decision, Channel = beside.Event.Channel };
            await Post(shopper, new SimulatedEvent(beside.EventId + "-click", shopper.Id, DateTimeOffset.UtcNow, click), cancellation);
            return;
        }
    }

    private async Task Post(SimulatedShopper shopper, SimulatedEvent happened, CancellationToken cancellation) =>
        Interlocked.Add(ref _events, await client.Post([happened], shopper.IsBot ? Traffic.Bot : Traffic.Human, dated: false, cancellation));

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > 4 * Pace ? 4 * Pace : wait;
}
