using System.Numerics.Tensors;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.OffPolicy;

namespace Personalization.Algorithms.Tests.OffPolicy;

/// <summary>A world with a known truth: contexts in three dimensions, five actions, a click with a logistic probability, and a fixed softmax policy to be evaluated.</summary>
internal sealed class SimulatedLog
{
    public const int Actions = 5;
    private const int Dimension = 3;
    private const double LoggingEpsilon = 0.2;
    private readonly double[][] _truth;
    private readonly double[][] _target;
    private readonly double[][] _logging;

    public SimulatedLog(ulong world = 1)
    {
        var random = new Xoshiro256(world, 77);
        _truth = Matrix(ref random, 1.2);
        _target = Matrix(ref random, 0.8);
        _logging = Matrix(ref random, 0.8);

        // The policy evaluated leans towards the truth, the logging policy away from it: overlap is imperfect on purpose.
        for (var a = 0; a < Actions; a++)
        {
            TensorPrimitives.MultiplyAdd(_truth[a], 0.8, _target[a], _target[a]);
            TensorPrimitives.MultiplyAdd(_truth[a], -0.5, _logging[a], _logging[a]);
        }

        TrueValue = Truth(ref random, 200_000);
    }

    /// <summary>A bound on every weight, from the logging policy's floor.</summary>
    public static double WeightBound => Actions / LoggingEpsilon;

    /// <summary>The value of the policy evaluated; contexts by simulation, actions and rewards exactly. Standard error about .0005.</summary>
    public double TrueValue { get; }

    /// <summary>A log of a fixed logging policy, with predictions of a linear model that has seen the past alone.</summary>
    public LoggedDecision[] Fixed(int count, ulong seed, bool perfectModel = false)
    {
        var random = new Xoshiro256(seed, 3);
        var contexts = new double[count][];
        var actions = new int[count];
        var log = new LoggedDecision[count];
        Span<double> logging = stackalloc double[Actions];
        Span<double> target = stackalloc double[Actions];
        for (var i = 0; i < count; i++)
        {
            var x = contexts[i] = Context(ref random);
            Softmax(_logging, x, LoggingEpsilon, logging);
            Softmax(_target, x, 0, target);
            var a = actions[i] = Exploration.Draw(logging, ref random);
            log[i] = new LoggedDecision(random.NextDouble() < Click(a, x) ? 1 : 0, logging[a], target[a]);
        }

        Fit(log, contexts, actions, perfectModel);
        return log;
    }

    /// <summary>A log of Thompson sampling that learns while it logs: later propensities depend on earlier rewards.</summary>
    public LoggedDecision[] Adaptive(int count, ulong seed)
    {
        const int d = Actions * (Dimension + 1);
        var random = new Xoshiro256(seed, 4);
        var model = new LinearPosterior(d);
        var policy = new ThompsonSamplingPolicy(model, 0.5, LoggingEpsilon);
        var contexts = new double[count][];
        var actions = new int[count];
        var log = new LoggedDecision[count];
        var rows = new double[Actions * d];
        Span<double> pi = stackalloc double[Actions];
        Span<double> target = stackalloc double[Actions];
        for (var i = 0; i < count; i++)
        {
            var x = contexts[i] = Context(ref random);
            rows.AsSpan().Clear();
            for (var a = 0; a < Actions; a++) x.CopyTo(rows.AsSpan(a * d + a * (Dimension + 1)));
            var set = new ActionSet(rows, d);
            policy.Distribute(set, ref random, pi);
            Softmax(_target, x, 0, target);
            var chosen = actions[i] = Exploration.Draw(pi, ref random);
            log[i] = new LoggedDecision(random.NextDouble() < Click(chosen, x) ? 1 : 0, pi[chosen], target[chosen]);
            model.RecordDecision(set.Features(chosen));
            model.RecordReward(set.Features(chosen), log[i].Reward);
        }

        Fit(log, contexts, actions, perfect: false);
        return log;
    }

    private void Fit(LoggedDecision[] log, double[][] contexts, int[] actions, bool perfect) =>
        PastOnlyCrossFitting.Fill(log, new Model(this, contexts, actions, perfect));

    private double Click(int action, double[] context) => Logistic.Sigmoid(TensorPrimitives.Dot(_truth[action], context) - 0.5);

    private double Truth(ref Xoshiro256 random, int contexts)
    {
        Span<double> target = stackalloc double[Actions];
        var sum = 0.0;
        for (var i = 0; i < contexts; i++)
        {
            var x = Context(ref random);
            Softmax(_target, x, 0, target);
            for (var a = 0; a < Actions; a++) sum += target[a] * Click(a, x);
        }

        return sum / contexts;
    }

    private static void Softmax(double[][] coefficients, double[] context, double epsilon, Span<double> probabilities)
    {
        for (var a = 0; a < Actions; a++) probabilities[a] = TensorPrimitives.Dot(coefficients[a], context);
        Exploration.Softmax(probabilities, 1, epsilon);
    }

    private static double[] Context(ref Xoshiro256 random)
    {
        var x = new double[Dimension + 1];
        x[0] = 1;
        for (var j = 1; j <= Dimension; j++) x[j] = random.NextGaussian();
        return x;
    }

    private static double[][] Matrix(ref Xoshiro256 random, double scale)
    {
        var matrix = new double[Actions][];
        for (var a = 0; a < Actions; a++)
        {
            matrix[a] = new double[Dimension + 1];
            for (var j = 0; j <= Dimension; j++) matrix[a][j] = scale * random.NextGaussian();
        }

        return matrix;
    }

    private sealed class Model(SimulatedLog world, double[][] contexts, int[] actions, bool perfect) : IPastRewardModel
    {
        private readonly LinearPosterior[] _perAction = [.. Enumerable.Range(0, Actions).Select(_ => new LinearPosterior(Dimension + 1))];

        public (double LoggedReward, double PolicyValue) Predict(int row)
        {
            Span<double> target = stackalloc double[Actions];
            Softmax(world._target, contexts[row], 0, target);
            var value = 0.0;
            for (var a = 0; a < Actions; a++) value += target[a] * Expected(a, contexts[row]);
            return (Expected(actions[row], contexts[row]), value);
        }

        public void Learn(int row, double reward)
        {
            _perAction[actions[row]].RecordDecision(contexts[row]);
            _perAction[actions[row]].RecordReward(contexts[row], reward);
        }

        private double Expected(int action, double[] context) =>
            perfect ? world.Click(action, context) : Math.Clamp(_perAction[action].Score(context), 0, 1);
    }
}
