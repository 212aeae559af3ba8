using System.Numerics.Tensors;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Bandits;

/// <summary>A world with a known truth: K actions with fresh unit-ball features each round, and a reward of 0 or 1 with a probability linear or logistic in them.</summary>
internal sealed class SimulatedBandit
{
    private readonly double[] _truth;
    private readonly bool _logistic;
    private readonly ulong _seed;

    public SimulatedBandit(int actions, int dimension, bool logistic, ulong seed)
    {
        Actions = actions;
        Dimension = dimension;
        _logistic = logistic;
        _seed = seed;
        var random = new Xoshiro256(seed, 1);
        _truth = Direction(dimension, ref random);
        // Linear: p = ½ + ½·cos stays within [0, 1]. Logistic: σ(2.5·cos).
        TensorPrimitives.Multiply(_truth, logistic ? 2.5 : 0.5, _truth);
    }

    public int Actions { get; }

    public int Dimension { get; }

    /// <summary>d + 1: the first feature is the constant.</summary>
    public int Features => Dimension + 1;

    public double Probability(ReadOnlySpan<double> features)
    {
        var score = TensorPrimitives.Dot(features[1..], _truth);
        return _logistic ? Logistic.Sigmoid(score) : Math.Clamp(0.5 + score, 0, 1);
    }

    /// <summary>Plays a policy that learns from each reward, and returns the regret summed up to each of the given rounds.</summary>
    public double[] Regret(IBanditPolicy policy, IRewardModel? model, params int[] checkpoints)
    {
        var random = new Xoshiro256(_seed, 2);
        var rows = new double[Actions * Features];
        var pi = new double[Actions];
        var sums = new double[checkpoints.Length];
        var regret = 0.0;
        for (var (round, next) = (1, 0); next < checkpoints.Length; round++)
        {
            Draw(rows, ref random);
            var actions = new ActionSet(rows, Features);
            var decision = DecisionRandom.For(_seed, 7, (ulong)round);
            policy.Distribute(actions, ref decision, pi);
            var chosen = Exploration.Draw(pi, ref decision);
            var best = 0.0;
            for (var i = 0; i < Actions; i++) best = Math.Max(best, Probability(actions.Features(i)));
            var p = Probability(actions.Features(chosen));
            regret += best - p;
            model?.RecordDecision(actions.Features(chosen));
            model?.RecordReward(actions.Features(chosen), random.NextDouble() < p ? 1 : 0);
            if (round == checkpoints[next]) sums[next++] = regret;
        }

        return sums;
    }

    public void Draw(Span<double> rows, ref Xoshiro256 random)
    {
        for (var i = 0; i < Actions; i++)
        {
            rows[i * Features] = 1;
            Direction(Dimension, ref random).CopyTo(rows[(i * Features + 1)..]);
        }
    }

    private static double[] Direction(int dimension, ref Xoshiro256 random)
    {
        var x = new double[dimension];
        for (var j = 0; j < dimension; j++) x[j] = random.NextGaussian();
        TensorPrimitives.Divide(x, TensorPrimitives.Norm<double>(x), x);
        return x;
    }
}
