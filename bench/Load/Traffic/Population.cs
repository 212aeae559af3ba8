using System.Globalization;
using Personalization.Algorithms.Numerics;

namespace Personalization.Load.Traffic;

/// <summary>The customers of a run and how often each comes.</summary>
internal sealed class Population
{
    private readonly AliasSampler? _skew;
    private readonly string _prefix;

    private Population(string prefix, int count, AliasSampler? skew, string description)
    {
        _prefix = prefix;
        _skew = skew;
        Count = count;
        Description = description;
    }

    /// <summary>How many customers there are.</summary>
    public int Count { get; }

    /// <summary>In words, for the report.</summary>
    public string Description { get; }

    /// <summary>Customer of rank r comes in proportion to 1/r^exponent.</summary>
    public static Population Zipf(string prefix, int count, double exponent) => new(
        prefix, count, AliasSampler.Zipf(count, exponent), string.Create(CultureInfo.InvariantCulture, $"{count:N0} customers by Zipf({exponent})"));

    /// <summary>All come equally often.</summary>
    public static Population Uniform(string prefix, int count) =>
        new(prefix, count, null, string.Create(CultureInfo.InvariantCulture, $"{count:N0} customers, uniform"));

    /// <summary>Draws a customer.</summary>
    public int Draw(ref Xoshiro256 random) => _skew?.Draw(ref random) ?? random.NextInt32(Count);

    /// <summary>The customer's id.</summary>
    public string Id(int customer) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{customer}");
}
