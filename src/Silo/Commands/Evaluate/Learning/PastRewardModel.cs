using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.Algorithms.OffPolicy;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>An online reward model over a log: context, action, and their interactions, learned row by row after each row was predicted.</summary>
/// <remarks>Logistic where all rewards are 0 or 1, else linear with the rewards scaled, so that nothing depends on their unit. A policy that follows it is fixed by the past at every row, which is all that the estimators ask for.</remarks>
internal sealed class PastRewardModel : IPastRewardModel
{
    private const double FollowEpsilon = 0.05;

    private readonly BanditLog _log;
    private readonly bool _uniform;
    private readonly IOnlineLearner _learner;
    private readonly StandardScaler _scaler = new();
    private readonly HashedFeatureSpace _space = new(20);
    private readonly Feature[] _context;
    private readonly Feature[] _features;
    private readonly double[] _expected;
    private readonly double[] _policy;

    /// <summary>A model for the uniform policy, or for the ε-greedy policy that follows it.</summary>
    public PastRewardModel(BanditLog log, bool uniform)
    {
        _log = log;
        _uniform = uniform;
        _learner = log.IsBinary
            ? new LogisticRegression(new FtrlProximal(new FtrlProximalOptions { L2 = 1 }))
            : new TargetScaledLearner(new LinearRegression(new FtrlProximal(new FtrlProximalOptions { L2 = 1 })));
        var longest = log.Contexts.Max(row => row.Numbers.Length + row.Indicators.Length);
        _context = new Feature[longest];
        _features = new Feature[2 * longest + 1];
        _expected = new double[log.ActionNames.Length];
        _policy = new double[log.ActionNames.Length];
        Targets = new double[log.Actions.Length];
    }

    /// <summary>The policy's probability of each row's logged action, filled row by row as the rows are predicted.</summary>
    public double[] Targets { get; }

    /// <inheritdoc/>
    public (double LoggedReward, double PolicyValue) Predict(int row)
    {
        for (var action = 0; action < _expected.Length; action++) _expected[action] = _policy[action] = _learner.PredictOne(Join(row, action));
        if (_uniform) Exploration.Uniform(_policy);
        else Exploration.EpsilonGreedy(_policy, FollowEpsilon);
        var value = 0.0;
        for (var action = 0; action < _expected.Length; action++) value += _policy[action] * _expected[action];
        Targets[row] = _policy[_log.Actions[row]];
        return (_expected[_log.Actions[row]], value);
    }

    /// <inheritdoc/>
    public void Learn(int row, double reward)
    {
        _scaler.LearnOne(_log.Contexts[row].Numbers);
        _learner.LearnOne(Join(row, _log.Actions[row]), reward);
    }

    private ReadOnlySpan<Feature> Join(int row, int action)
    {
        var context = CrossValidation.Scaled(_log.Contexts[row], _scaler, _context);
        var indicator = (int)FeatureHash.Finish((ulong)action + 1) & ((1 << _space.Bits) - 1);
        context.CopyTo(_features);
        _features[context.Length] = new Feature(indicator, 1);
        for (var i = 0; i < context.Length; i++)
            _features[context.Length + 1 + i] = new Feature(_space.FindCross(indicator, context[i].Index + (1 << _space.Bits)), context[i].Value);
        return _features.AsSpan(0, 2 * context.Length + 1);
    }
}
