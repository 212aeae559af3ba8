using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Numerics;
using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Simulation;

/// <summary>Lets policies learn from strangers' decisions in a simulated world, each from nothing, and measures them by the answer key.</summary>
/// <remarks>
/// <para>
/// Every decision is made for another stranger with every action eligible, over two years, so that every season comes twice. All policies meet the same strangers in the same order; whether action a is accepted at decision t is one
/// uniform number of that decision against the key's probability, the same for whoever chooses a. A reward is learned at once (<see cref="ActionModelLearner.Learn"/>), and a snapshot reaches the policy every
/// <see cref="Refresh"/> decisions. A policy never sees the key.
/// </para>
/// <para>
/// Measured is not the luck of the draws but the expectation: Σₐ πₐ·pₐ of each decision, beside maxₐ pₐ (the oracle) and the mean over actions (uniform). Regret is the oracle's sum minus the policy's.
/// </para>
/// </remarks>
public sealed class PolicyExperiment
{
    /// <summary>Decisions between two snapshots.</summary>
    public const int Refresh = 10;

    private readonly SimulatedWorld _world;
    private readonly double[] _contexts;
    private readonly float[] _probabilities;
    private readonly double[] _luck;

    /// <summary>Prepares the decisions of a world: contexts, the key's probabilities and the luck of each. 4 × actions bytes a decision.</summary>
    public PolicyExperiment(SimulatedWorld world, int decisions)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentOutOfRangeException.ThrowIfLessThan(decisions, 1);
        _world = world;
        Decisions = decisions;
        _contexts = new double[decisions * DecisionContext.Dimension];
        _probabilities = new float[decisions * world.Key.Actions];
        _luck = new double[decisions];
        Oracle = new double[decisions];
        Uniform = new double[decisions];
        var random = world.Random(1);
        var row = new double[world.Key.Actions];
        for (var t = 0; t < decisions; t++)
        {
            var context = _contexts.AsSpan(t * DecisionContext.Dimension, DecisionContext.Dimension);
            DecisionContext.Draw(world.Options.Start.AddDays(730.0 * t / decisions), ref random, context);
            _luck[t] = random.NextDouble();
            world.Key.Strangers(context, row);
            for (var a = 0; a < row.Length; a++)
            {
                _probabilities[t * row.Length + a] = (float)row[a];
                Oracle[t] = Math.Max(Oracle[t], row[a]);
                Uniform[t] += row[a] / row.Length;
            }
        }
    }

    /// <summary>How many decisions.</summary>
    public int Decisions { get; }

    /// <summary>The oracle's expected reward of each decision.</summary>
    public double[] Oracle { get; }

    /// <summary>Uniform choice's expected reward of each decision.</summary>
    public double[] Uniform { get; }

    /// <summary>Runs a policy; its expected reward of each decision.</summary>
    public double[] Run(PolicyOptions options, CancellationToken cancellation = default)
    {
        // Every stranger is new: there is nothing of its own to know or to try out.
        var policy = new ActionPolicy(options with { OwnDeviation = 0, GroupDeviation = 0 });
        var learner = new ActionModelLearner(ActionModel.Empty(DecisionContext.Dimension, options));
        var model = learner.Snapshot();
        var actions = new ulong[_world.Key.Actions];
        for (var a = 0; a < actions.Length; a++) actions[a] = (ulong)a + 1;
        var (pi, rewards, expected) = (new double[actions.Length], new double[actions.Length], new double[Decisions]);

        for (var t = 0; t < Decisions; t++)
        {
            if (t % Refresh == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                model = learner.Snapshot();
            }

            var context = _contexts.AsSpan(t * DecisionContext.Dimension, DecisionContext.Dimension);
            var random = DecisionRandom.For(_world.Options.Seed, 0, (ulong)t);
            policy.Distribute(model, null, new ActionCandidates(actions, context, DecisionContext.Dimension), ref random, pi, rewards);
            var accepts = _probabilities.AsSpan(t * actions.Length, actions.Length);
            for (var a = 0; a < pi.Length; a++) expected[t] += pi[a] * accepts[a];
            var chosen = Exploration.Draw(pi, ref random);
            learner.Learn(actions[chosen], context, _luck[t] < accepts[chosen] ? 1 : 0);
        }

        return expected;
    }

    /// <summary>(policy − uniform)/(oracle − uniform) over a range of decisions: 0 is uniform choice, 1 is the oracle.</summary>
    public double Share(ReadOnlySpan<double> expected, Range range)
    {
        double policy = 0, oracle = 0, uniform = 0;
        var (offset, length) = range.GetOffsetAndLength(Decisions);
        for (var t = offset; t < offset + length; t++)
        {
            policy += expected[t];
            oracle += Oracle[t];
            uniform += Uniform[t];
        }

        return (policy - uniform) / (oracle - uniform);
    }
}
