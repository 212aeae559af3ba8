using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.State;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>Learns one slot's <see cref="ActionModel"/> from decisions and what came of them, and publishes snapshots. One thread at a time.</summary>
/// <remarks>
/// <para>
/// <b>Unbiased in time.</b> Positive rewards come at once, the missing ones only when the window closes; who learned each decision when its reward is known would see all the recent positives and none of the recent negatives, and
/// believe every busy action to be better than it is. Hence two calls. <see cref="Decided"/> at the decision: a linear model adds xxᵀ, as if the reward were 0. <see cref="Resolved"/> at the reward: it adds r·x. Between the two the
/// belief is low by what is still to come, alike for every action, never high. A logistic model cannot be split so: it learns in <see cref="Resolved"/>, which for it is to be called when the window <em>closes</em>, whenever the reward
/// came. <see cref="Learn"/> is both calls at once, right for both kinds from examples that were held until their window closed; with examples of positives sent early it is biased by the share of decisions whose window is still
/// open, which falls as 1/t.
/// </para>
/// <para>
/// A reward enters once a decision; the caller removes repeats (one outbox example a decision). Propensities are not asked for: a regression is conditional on (x, action), and however the action was chosen from them does not bias it.
/// </para>
/// <para>Cost: O(d²) a call for full posteriors, O(d) for diagonal; the first call for an action after a snapshot copies that one posterior.</para>
/// </remarks>
public sealed class ActionModelLearner
{
    private readonly Dictionary<ulong, IRewardModel> _posteriors;
    private readonly HashSet<ulong> _changed = [];
    private readonly Dictionary<ulong, long> _usedAt = [];
    private readonly int _mostActions;
    private long _uses;
    private ActionModel _published;

    /// <summary>Goes on from a snapshot, such as the stored one or <see cref="ActionModel.Empty"/>.</summary>
    /// <param name="start">The snapshot.</param>
    /// <param name="mostBytes">
    /// Bytes of posteriors kept, at most, and always room for one: for a further action the one that learned longest ago leaves (of those that did not since the start the one
    /// with the fewest decisions), and is nothing but the prior again.
    /// </param>
    public ActionModelLearner(ActionModel start, long mostBytes = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(start);
        _published = start;
        _mostActions = (int)Math.Clamp(mostBytes / (sizeof(long) + start.Shape.CreatePrior().StateSize), 1, int.MaxValue);
        _posteriors = new Dictionary<ulong, IRewardModel>(start.Posteriors);
    }

    /// <summary>Records that the action was chosen at x.</summary>
    /// <exception cref="ArgumentException">x has the wrong length or a number out of range; nothing has changed.</exception>
    public void Decided(ulong action, ReadOnlySpan<double> features) => Writable(action, features).RecordDecision(features);

    /// <summary>Records the reward of a recorded decision, 0 included.</summary>
    /// <param name="action">The action chosen.</param>
    /// <param name="features">x of the decision.</param>
    /// <param name="reward">r in [0, 1].</param>
    /// <exception cref="ArgumentException">A number is out of range; nothing has changed.</exception>
    public void Resolved(ulong action, ReadOnlySpan<double> features, double reward)
    {
        CheckReward(reward);
        Writable(action, features).RecordReward(features, reward);
    }

    /// <summary>Both at once, for a decision whose window has closed.</summary>
    /// <inheritdoc cref="Resolved" path="/param"/>
    /// <exception cref="ArgumentException">A number is out of range; nothing has changed.</exception>
    public void Learn(ulong action, ReadOnlySpan<double> features, double reward)
    {
        CheckReward(reward);
        var posterior = Writable(action, features);
        posterior.RecordDecision(features);
        posterior.RecordReward(features, reward);
    }

    /// <summary>What is known now; the same instance while nothing was learned, else the next version. O(actions), and shares every posterior that did not change.</summary>
    public ActionModel Snapshot()
    {
        if (_changed.Count == 0) return _published;
        _changed.Clear();
        return _published = new ActionModel(_published.Shape, _published.Version + 1, new Dictionary<ulong, IRewardModel>(_posteriors));
    }

    /// <summary>Whether it learns a model of that dimension and the model's part of those options.</summary>
    public bool IsFor(int dimension, PolicyOptions options) => _published.IsFor(dimension, options);

    /// <summary>Bytes of what is known now.</summary>
    public int StateSize
    {
        get
        {
            var size = ActionModel.HeadSize;
            foreach (var posterior in _posteriors.Values) size += sizeof(long) + posterior.StateSize;
            return size;
        }
    }

    /// <summary>The action's posterior, one that no snapshot holds.</summary>
    private IRewardModel Writable(ulong action, ReadOnlySpan<double> features)
    {
        // Checked before anything is copied: a refused example leaves no trace.
        ActionCandidates.CheckFeatures(features);
        if (features.Length != _published.Dimension) throw new ArgumentException($"{_published.Dimension} features were expected, {features.Length} given.", nameof(features));
        _usedAt[action] = ++_uses;
        if (_changed.Contains(action) && _posteriors.TryGetValue(action, out var own)) return own;
        if (_posteriors.Count >= _mostActions && !_posteriors.ContainsKey(action)) RemoveLeastUsed();
        var writable = _posteriors.TryGetValue(action, out var shared) ? Copy(shared) : _published.Shape.CreatePrior();
        _posteriors[action] = writable;
        _changed.Add(action);
        return writable;
    }

    private void RemoveLeastUsed()
    {
        var least = _posteriors.Keys.MinBy(key => (_usedAt.GetValueOrDefault(key), _posteriors[key].Decisions, key));
        _posteriors.Remove(least);
        _usedAt.Remove(least);
        // Kept among what changed: the next snapshot is one without it.
        _changed.Add(least);
    }

    private static IRewardModel Copy(IRewardModel posterior)
    {
        var reader = new StateReader(posterior.ToBytes());
        return RewardModels.Load(ref reader);
    }

    private static void CheckReward(double reward)
    {
        if (reward is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(reward), reward, "A reward lies in [0, 1].");
    }
}
