using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>A belief about rewards that learns from decisions and what came of them.</summary>
/// <remarks>
/// A decision has two moments. When it is made, <see cref="RecordDecision"/> is called; when its reward is known (at once if positive, else at the window's end), <see cref="RecordReward"/>. Linear models count
/// xxᵀ at the first and r·x at the second, so that learning from fast positives before slow negatives does not bias them; the others wait for the second.
/// Every decision gets exactly one reward in the end, 0 included (a linear model need not be told a 0).
/// </remarks>
public interface IRewardModel : IRewardPosterior, IStateful
{
    /// <summary>Decisions recorded.</summary>
    long Decisions { get; }

    /// <summary>Rewards recorded.</summary>
    long Rewards { get; }

    /// <summary>Records that the action with these features was chosen.</summary>
    /// <exception cref="ArgumentException">The length is wrong or a feature is not a number within ±1e9; nothing has changed.</exception>
    void RecordDecision(ReadOnlySpan<double> features);

    /// <summary>Records the reward of a recorded decision.</summary>
    /// <param name="features">The features that the decision was made with.</param>
    /// <param name="reward">Within ±1e9; in [0, 1] for a logistic model.</param>
    /// <exception cref="ArgumentException">A number is out of range; nothing has changed.</exception>
    void RecordReward(ReadOnlySpan<double> features, double reward);
}
