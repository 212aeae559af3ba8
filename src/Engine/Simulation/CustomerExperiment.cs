using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Numerics;
using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Simulation;

/// <summary>Measures what a customer's own parameters add to the shared model: the same customers, decided for with and without them.</summary>
/// <remarks>
/// Each of a world's shoppers (bots left out) is decided for the same number of times, in a random order of all over one year, with every action eligible. Both runs learn the shared model from their own decisions, and meet the same
/// contexts and the same luck, so that the difference is paired. Measured is Σₐ πₐ·pₐ with the key's pₐ of that very shopper.
/// </remarks>
public sealed class CustomerExperiment
{
    private readonly SimulatedWorld _world;
    private readonly int _decisionsEach;
    private readonly int[] _order;
    private readonly double[] _contexts;
    private readonly double[] _luck;

    /// <summary>Prepares the decisions.</summary>
    public CustomerExperiment(SimulatedWorld world, int decisionsEach)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentOutOfRangeException.ThrowIfLessThan(decisionsEach, 1);
        _world = world;
        _decisionsEach = decisionsEach;
        _order = [.. world.Shoppers.Where(shopper => !shopper.IsBot).SelectMany(shopper => Enumerable.Repeat(shopper.Index, decisionsEach))];
        var random = world.Random(2);
        for (var i = _order.Length - 1; i > 0; i--)
        {
            var j = random.NextInt32(i + 1);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }

        _contexts = new double[_order.Length * DecisionContext.Dimension];
        _luck = new double[_order.Length];
        for (var t = 0; t < _order.Length; t++)
        {
            DecisionContext.Draw(world.Options.Start.AddDays(365.0 * t / _order.Length), ref random, _contexts.AsSpan(t * DecisionContext.Dimension, DecisionContext.Dimension));
            _luck[t] = random.NextDouble();
        }
    }

    /// <summary>How many decisions, all shoppers together.</summary>
    public int Decisions => _order.Length;

    /// <summary>Runs a policy.</summary>
    /// <param name="options">The policy.</param>
    /// <param name="own">Whether customers' own parameters are learned and used.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <returns>Mean expected rewards per decision.</returns>
    public CustomerOutcome Run(PolicyOptions options, bool own, CancellationToken cancellation = default)
    {
        if (!own) options = options with { OwnDeviation = 0, GroupDeviation = 0 };
        var policy = new ActionPolicy(options);
        var learner = new ActionModelLearner(ActionModel.Empty(DecisionContext.Dimension, options));
        var model = learner.Snapshot();
        var customers = new CustomerActionModel?[_world.Shoppers.Count];
        var (actions, groups) = (new ulong[_world.Key.Actions], new ulong[_world.Key.Actions]);
        for (var a = 0; a < actions.Length; a++) (actions[a], groups[a]) = ((ulong)a + 1, (ulong)_world.Assortment.Actions[a].CategoryIndex + 1);
        var (pi, rewards, accepts) = (new double[actions.Length], new double[actions.Length], new double[actions.Length]);
        var seen = new int[_world.Shoppers.Count];
        var byNth = new double[_decisionsEach];
        double sum = 0, uniform = 0, oracle = 0;
        for (var t = 0; t < _order.Length; t++)
        {
            if (t % PolicyExperiment.Refresh == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                model = learner.Snapshot();
            }

            var shopper = _world.Shoppers[_order[t]];
            var context = _contexts.AsSpan(t * DecisionContext.Dimension, DecisionContext.Dimension);
            var random = DecisionRandom.For(_world.Options.Seed, (ulong)shopper.Index, (ulong)t);
            policy.Distribute(model, customers[shopper.Index], new ActionCandidates(actions, context, DecisionContext.Dimension, groups), ref random, pi, rewards);
            _world.Key.Shopper(context, shopper.Taste, accepts);
            var (best, expected) = (0.0, 0.0);
            for (var a = 0; a < pi.Length; a++)
            {
                expected += pi[a] * accepts[a];
                uniform += accepts[a] / pi.Length;
                best = Math.Max(best, accepts[a]);
            }

            sum += expected;
            oracle += best;
            byNth[seen[shopper.Index]++] += expected;
            var chosen = Exploration.Draw(pi, ref random);
            var reward = _luck[t] < accepts[chosen] ? 1 : 0;
            if (own) (customers[shopper.Index] ??= new CustomerActionModel()).Record(actions[chosen], groups[chosen], model.Score(actions[chosen], context), reward);
            learner.Learn(actions[chosen], context, reward);
        }

        for (var n = 0; n < byNth.Length; n++) byNth[n] /= (double)Decisions / _decisionsEach;
        return new CustomerOutcome(sum / Decisions, uniform / Decisions, oracle / Decisions, byNth);
    }
}

/// <summary>Expected rewards per decision of one run.</summary>
/// <param name="Policy">Of the policy.</param>
/// <param name="Uniform">Of uniform choice.</param>
/// <param name="Oracle">Of an oracle that knows the shopper.</param>
/// <param name="ByNth">Of the policy, at each customer's first, second … decision.</param>
public sealed record CustomerOutcome(double Policy, double Uniform, double Oracle, IReadOnlyList<double> ByNth);
