using BenchmarkDotNet.Attributes;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Micro.Bandits;

/// <summary>The cost of one choice among K actions of 32 features, and of learning one decision and reward; every method is a hot path and allocates nothing.</summary>
[MemoryDiagnoser]
public class BanditBenchmarks
{
    private const int Dimension = 32;

    private double[] _rows = [];
    private double[] _pi = [];
    private IBanditPolicy _policy = null!;
    private IRewardModel _model = null!;
    private ulong _decision;

    /// <summary>Which policy.</summary>
    [Params("uniform", "ε-greedy", "softmax", "LinUCB", "linear TS", "linear TS diagonal", "logistic TS", "logistic TS diagonal", "SquareCB")]
    public string Policy { get; set; } = "";

    /// <summary>K.</summary>
    [Params(20, 200)]
    public int Actions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = Policy switch
        {
            "linear TS diagonal" => new DiagonalLinearPosterior(Dimension),
            "logistic TS" => new LogisticPosterior(Dimension),
            "logistic TS diagonal" => new DiagonalLogisticPosterior(Dimension),
            _ => new LinearPosterior(Dimension),
        };
        _policy = Policy switch
        {
            "uniform" => new UniformPolicy(),
            "ε-greedy" => new EpsilonGreedyPolicy(_model),
            "softmax" => new SoftmaxPolicy(_model),
            "LinUCB" => new LinUcbPolicy(_model),
            "SquareCB" => new SquareCbPolicy(_model),
            _ => new ThompsonSamplingPolicy(_model),
        };
        var random = new Xoshiro256(1);
        _rows = new double[Actions * Dimension];
        _pi = new double[Actions];
        for (var i = 0; i < _rows.Length; i++) _rows[i] = random.NextGaussian() / 4;
        for (var i = 0; i < Actions; i++) Learn();
    }

    [Benchmark]
    public int Choose()
    {
        var random = DecisionRandom.For(1, 2, ++_decision);
        _policy.Distribute(new ActionSet(_rows, Dimension), ref random, _pi);
        return Exploration.Draw(_pi, ref random);
    }

    [Benchmark]
    public void Learn()
    {
        var x = _rows.AsSpan((int)(++_decision % (ulong)Actions) * Dimension, Dimension);
        _model.RecordDecision(x);
        _model.RecordReward(x, _decision % 2);
    }
}
