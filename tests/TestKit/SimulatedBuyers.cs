namespace Personalization.TestKit;

/// <summary>Customers who buy as MBG/NBD says, with known parameters: what is fitted to them has an answer key.</summary>
/// <param name="seed">Same seed, same customers.</param>
public sealed class SimulatedBuyers(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>r, shape of the purchase rates.</summary>
    public double R { get; init; } = .8;

    /// <summary>α in weeks.</summary>
    public double Alpha { get; init; } = 15;

    /// <summary>a, of dropping out after a purchase.</summary>
    public double A { get; init; } = 1.2;

    /// <summary>b, likewise.</summary>
    public double B { get; init; } = 3;

    /// <summary>p, q and v of the money of a purchase; null = none carries money.</summary>
    public (double P, double Q, double V)? Money { get; init; }

    /// <summary>Purchases of customers who all come within the first quarter of the time, customer by customer, each in order.</summary>
    /// <param name="customers">How many.</param>
    /// <param name="start">The first day.</param>
    /// <param name="weeks">How long they are watched.</param>
    public IEnumerable<(int Customer, int Day, decimal? Value)> Buy(int customers, int start, int weeks)
    {
        var days = weeks * 7;
        for (var customer = 0; customer < customers; customer++)
        {
            var day = _random.NextDouble() * days / 4;
            var rate = Gamma(R) / Alpha;
            var (a, b) = (Gamma(A), Gamma(B));
            var scale = Money is { } population ? population.V / Gamma(population.Q) : 0;
            while (day < days)
            {
                yield return (customer, start + (int)day, Money is { } money ? decimal.Round((decimal)(Gamma(money.P) * scale), 4) : null);
                if (_random.NextDouble() < a / (a + b)) break;
                day -= 7 * Math.Log(1 - _random.NextDouble()) / rate;
            }
        }
    }

    /// <summary>Gamma distributed with scale 1: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables" (2000).</summary>
    private double Gamma(double shape)
    {
        if (shape < 1) return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);
        var d = shape - (1d / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var z = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            var v = Math.Pow(1 + (c * z), 3);
            if (v > 0 && Math.Log(1 - _random.NextDouble()) < (z * z / 2) + d - (d * v) + (d * Math.Log(v))) return d * v;
        }
    }
}
