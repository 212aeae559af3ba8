using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Simulation;

/// <summary>What one shopper likes beyond what everybody does: u of each category ~ N(0, τ_g²), and of each action ~ N(0, τ_a²) on top, in log-odds. What it browses follows the categories.</summary>
public sealed class ShopperTaste
{
    private readonly double[] _categories = new double[Assortment.CategoryCount];
    private readonly double[] _actions;
    private readonly double[] _browsing = new double[Assortment.CategoryCount];

    internal ShopperTaste(SimulationOptions options, ref Xoshiro256 random)
    {
        _actions = new double[options.Actions];
        for (var c = 0; c < _categories.Length; c++)
        {
            var z = random.NextGaussian();
            _categories[c] = options.CategoryTaste * z;
            _browsing[c] = Math.Exp(1.2 * z);
        }

        for (var a = 0; a < _actions.Length; a++) _actions[a] = _categories[a % Assortment.CategoryCount] + options.ActionTaste * random.NextGaussian();
    }

    /// <summary>u of an action, its category's included.</summary>
    public double Action(int action) => _actions[action];

    /// <summary>u of a category.</summary>
    public double Category(int category) => _categories[category];

    /// <summary>Draws the category of a visit: by taste, times the season.</summary>
    public int DrawCategory(DateTimeOffset at, ref Xoshiro256 random)
    {
        Span<double> weights = stackalloc double[Assortment.CategoryCount];
        var sum = 0.0;
        for (var c = 0; c < weights.Length; c++) sum += weights[c] = _browsing[c] * Assortment.Season(c, at);
        var u = random.NextDouble() * sum;
        for (var c = 0; c < weights.Length - 1; c++)
        {
            if ((u -= weights[c]) < 0) return c;
        }

        return weights.Length - 1;
    }
}
