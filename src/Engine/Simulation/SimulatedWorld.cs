using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Simulation;

/// <summary>A seeded store with its answer key: items, actions, shoppers with tastes, lifetimes and seasons, and bots among them.</summary>
/// <remarks>
/// Equal <see cref="SimulationOptions"/> give equal worlds to the bit: nothing is drawn from anywhere else, and every shopper has a generator of its own, so that worlds of more shoppers begin with the same ones.
/// </remarks>
public sealed class SimulatedWorld
{
    private readonly SimulatedShopper[] _shoppers;

    /// <summary>Makes the world; O(shoppers × actions).</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SimulatedWorld(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Options = options;
        Assortment = new Assortment(options);
        Key = new AnswerKey(options);
        _shoppers = new SimulatedShopper[options.Shoppers];
        for (var i = 0; i < _shoppers.Length; i++) _shoppers[i] = CreateShopper(options, i);
    }

    /// <summary>What it was made of.</summary>
    public SimulationOptions Options { get; }

    /// <summary>Its items and actions.</summary>
    public Assortment Assortment { get; }

    /// <summary>Who accepts what.</summary>
    public AnswerKey Key { get; }

    /// <summary>Its shoppers, bots included.</summary>
    public IReadOnlyList<SimulatedShopper> Shoppers => _shoppers;

    /// <summary>A generator for one use of the world (an experiment, a shopper's behaviour), unrelated to all others.</summary>
    public Xoshiro256 Random(ulong use) => new(Options.Seed, 1000 + use);

    private static SimulatedShopper CreateShopper(SimulationOptions options, int index)
    {
        var random = new Xoshiro256(options.Seed, (1UL << 40) + (ulong)index);
        var bot = random.NextDouble() < options.BotShare;
        var joins = options.Start + options.Span * random.NextDouble();
        var rate = 0.4 * random.NextGamma(1.2);
        var visits = 0.3 + 2 * rate + random.NextExponential();
        return new SimulatedShopper(
            index, FormattableString.Invariant($"shopper-{index + 1:0000}"), bot, joins, rate, visits, random.NextBeta(0.9, 3), random.NextBeta(1.5, 1), new ShopperTaste(options, ref random));
    }
}
