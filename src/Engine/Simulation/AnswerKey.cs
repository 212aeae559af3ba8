using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Simulation;

/// <summary>The truth that a policy is measured against: how likely each action is accepted in each context, by whom.</summary>
/// <remarks>
/// <para>
/// Log-odds of action a in context x for a shopper: c + bₐ + wₐ·x + vₐ·x_p·x_q + u_category(a) + uₐ with bₐ ~ N(0, .8²), wₐⱼ ~ N(0, .6²), an interaction of two features of the action's own with vₐ ~ N(0, .6²), which no model that
/// is linear in x can express, and the shopper's tastes u (<see cref="ShopperTaste"/>). Among strangers tastes are integrated out, which is no longer a logistic function of x either.
/// c is set so that <see cref="Figures.Oracle"/> over a reference sample of contexts is <see cref="SimulationOptions.OracleReward"/>; nothing else is fitted, and no policy sees any of it.
/// </para>
/// <para>Cost: 15 × actions exponentials for strangers, one an action for a shopper.</para>
/// </remarks>
public sealed class AnswerKey
{
    private const int ReferenceContexts = 2000;
    private const int Nodes = 15;

    private static readonly (double Z, double Weight)[] Quadrature = NormalQuadrature();

    private readonly double[] _weights;
    private readonly (int P, int Q, double V)[] _interactions;
    private readonly double _taste;
    private double _constant;

    internal AnswerKey(SimulationOptions options)
    {
        var random = new Xoshiro256(options.Seed, 2);
        Actions = options.Actions;
        _taste = Math.Sqrt(options.CategoryTaste * options.CategoryTaste + options.ActionTaste * options.ActionTaste);
        _weights = new double[Actions * DecisionContext.Dimension];
        _interactions = new (int, int, double)[Actions];
        for (var a = 0; a < Actions; a++)
        {
            var weights = Weights(a);
            weights[0] = 0.8 * random.NextGaussian();
            for (var j = 1; j < weights.Length; j++) weights[j] = 0.6 * random.NextGaussian();
            var p = 1 + random.NextInt32(DecisionContext.Features);
            var q = 1 + (p - 1 + 1 + random.NextInt32(DecisionContext.Features - 1)) % DecisionContext.Features;
            _interactions[a] = (p, q, 0.6 * random.NextGaussian());
        }

        var contexts = ReferenceSample(options);
        // The oracle's log-odds are nearly linear in c with slope 1: the secant is there in a handful of measurements.
        double Miss(double constant)
        {
            _constant = constant;
            Reference = Measure(contexts);
            return Logistic.Logit(Reference.Oracle) - Logistic.Logit(options.OracleReward);
        }

        var (before, at) = (-4.0, -4.0);
        var missBefore = Miss(before);
        at -= missBefore;
        for (var step = 0; step < 20 && Math.Abs(missBefore) > 1e-9; step++)
        {
            var miss = Miss(at);
            var next = Math.Abs(miss) <= 1e-9 ? at : at - miss * (at - before) / (miss - missBefore);
            (before, missBefore, at) = (at, miss, next);
        }
    }

    /// <summary>How many actions.</summary>
    public int Actions { get; }

    /// <summary>The key's figures over its reference sample: 2,000 contexts spread over the year.</summary>
    public Figures Reference { get; private set; }

    /// <summary>Writes the probability that a stranger accepts each action: tastes integrated out.</summary>
    public void Strangers(ReadOnlySpan<double> context, Span<double> probabilities)
    {
        for (var a = 0; a < Actions; a++)
        {
            var score = Score(a, context);
            var sum = 0.0;
            foreach (var (z, weight) in Quadrature) sum += weight * Logistic.Sigmoid(score + _taste * z);
            probabilities[a] = sum;
        }
    }

    /// <summary>Writes the probability that a shopper of this taste accepts each action.</summary>
    public void Shopper(ReadOnlySpan<double> context, ShopperTaste taste, Span<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(taste);
        for (var a = 0; a < Actions; a++) probabilities[a] = Logistic.Sigmoid(Score(a, context) + taste.Action(a));
    }

    /// <summary>Expected rewards over contexts of <see cref="DecisionContext.Dimension"/> numbers each.</summary>
    public Figures Measure(ReadOnlySpan<double> contexts)
    {
        Span<double> probabilities = stackalloc double[Actions];
        double oracle = 0, uniform = 0;
        var total = new double[Actions];
        var rows = contexts.Length / DecisionContext.Dimension;
        for (var i = 0; i < rows; i++)
        {
            Strangers(contexts.Slice(i * DecisionContext.Dimension, DecisionContext.Dimension), probabilities);
            var best = 0.0;
            for (var a = 0; a < Actions; a++)
            {
                best = Math.Max(best, probabilities[a]);
                uniform += probabilities[a] / Actions;
                total[a] += probabilities[a];
            }

            oracle += best;
        }

        return new Figures(oracle / rows, uniform / rows, total.Max() / rows);
    }

    private double Score(int action, ReadOnlySpan<double> context)
    {
        var weights = Weights(action);
        var (p, q, v) = _interactions[action];
        var score = _constant + v * context[p] * context[q];
        for (var j = 0; j < weights.Length; j++) score += weights[j] * context[j];
        return score;
    }

    private Span<double> Weights(int action) => _weights.AsSpan(action * DecisionContext.Dimension, DecisionContext.Dimension);

    private static double[] ReferenceSample(SimulationOptions options)
    {
        var random = new Xoshiro256(options.Seed, 3);
        var contexts = new double[ReferenceContexts * DecisionContext.Dimension];
        for (var i = 0; i < ReferenceContexts; i++)
            DecisionContext.Draw(options.Start.AddDays(365.0 * i / ReferenceContexts), ref random, contexts.AsSpan(i * DecisionContext.Dimension, DecisionContext.Dimension));
        return contexts;
    }

    /// <summary>The trapezoidal rule for N(0, 1) on ±3.5: for functions as smooth as σ its error is below 1e-4.</summary>
    private static (double, double)[] NormalQuadrature()
    {
        var nodes = new (double Z, double Weight)[Nodes];
        for (var i = 0; i < Nodes; i++) nodes[i] = (-3.5 + 0.5 * i, Math.Exp(-0.5 * Math.Pow(-3.5 + 0.5 * i, 2)));
        var sum = nodes.Sum(node => node.Weight);
        return [.. nodes.Select(node => (node.Z, node.Weight / sum))];
    }

    /// <summary>Expected rewards of three ways to choose, per decision.</summary>
    /// <param name="Oracle">The best action of each context.</param>
    /// <param name="Uniform">Any action alike.</param>
    /// <param name="BestSingle">The one action that is best over all contexts: what there is to gain without looking at the context.</param>
    public readonly record struct Figures(double Oracle, double Uniform, double BestSingle);
}
