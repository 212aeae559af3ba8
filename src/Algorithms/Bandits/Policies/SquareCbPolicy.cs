using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>SquareCB: inverse gap weighting around a regression's predictions, with γ growing as it learns.</summary>
/// <remarks>
/// Source: D. J. Foster, A. Rakhlin, "Beyond UCB: optimal and efficient contextual bandits with regression oracles" (ICML 2020): γ ∝ √(KT/regret of the regression) gives regret Õ(√(KT·Reg)). Here
/// γ = scale · (1 + n)^exponent with n the rewards learned. Rewards times worth are meant to lie in [0, 1].
/// </remarks>
public sealed class SquareCbPolicy : IBanditPolicy
{
    private readonly IRewardModel _model;
    private readonly double _scale;
    private readonly double _exponent;

    /// <summary>A policy over a model.</summary>
    /// <param name="model">The regression.</param>
    /// <param name="scale">γ after the first reward, about; 10 … 1000 for rewards in [0, 1], in the inverse unit of reward for others.</param>
    /// <param name="exponent">How γ grows with the rewards, in [0, 1]; ½ by theory.</param>
    /// <param name="epsilon">ε.</param>
    public SquareCbPolicy(IRewardModel model, double scale = 10, double exponent = 0.5, double epsilon = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!(exponent is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(exponent), exponent, "The exponent lies in [0, 1].");
        _model = model;
        _scale = Exploration.CheckedPositive(scale, nameof(scale));
        _exponent = exponent;
        Epsilon = Exploration.CheckedEpsilon(epsilon);
    }

    /// <inheritdoc/>
    public string Name => "SquareCB";

    /// <inheritdoc/>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities)
    {
        var scores = probabilities[..actions.Count];
        GreedyScores.Expected(_model, actions, scores);
        Exploration.InverseGapWeighting(scores, _scale * Math.Pow(1 + _model.Rewards, _exponent), Epsilon);
    }
}
