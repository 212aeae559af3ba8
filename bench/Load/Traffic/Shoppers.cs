using System.Globalization;
using Personalization.Algorithms.Numerics;
using Personalization.Events;

namespace Personalization.Load.Traffic;

/// <summary>
/// The events of one worker: 85 % views, 10 % additions to a cart, 5 % purchases, of 20,000 items with a few favourites. Deterministic by (seed, worker)
/// but for the time stamps.
/// </summary>
internal sealed class Shoppers(Population population, string run, int worker)
{
    private const int Items = 20_000;

    private Xoshiro256 _random = new(KeySeed(run), (ulong)worker);
    private long _made;

    /// <summary>The next event, of a customer drawn from the population.</summary>
    public Click Next() => Next(population.Draw(ref _random), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    /// <summary>The next event of a given customer at a given time.</summary>
    public Click Next(int customer, long time)
    {
        var kind = _random.NextDouble();
        var type = kind < 0.85 ? EventType.ProductViewed : kind < 0.95 ? EventType.ProductAdded : EventType.Purchase;
        var item = (int)(Items * Math.Pow(_random.NextDouble(), 3));
        var eventId = string.Create(CultureInfo.InvariantCulture, $"{run}-{worker}-{++_made}");
        return new Click(eventId, population.Id(customer), type, item, type == EventType.Purchase ? 500 + _random.NextInt32(20_000) : 0, time);
    }

    private static ulong KeySeed(string run) => Partitions.KeyHash.Hash64(run);
}
