namespace Personalization.Algorithms.OffPolicy;

/// <summary>Fills in a model's predictions so that no row's prediction has seen that row's reward, or any later one.</summary>
/// <remarks>
/// Cross-fitting (V. Chernozhukov et al., "Double/debiased machine learning", 2018) splits at random; in the log of a learning policy later propensities depend on earlier rewards, and only a split by time keeps the terms
/// of DR martingale differences (A. Bibaut et al., "Post-contextual-bandit inference", NeurIPS 2021). Here every row is predicted first and learned afterwards, in log order: progressive validation as cross-fitting.
/// </remarks>
public static class PastOnlyCrossFitting
{
    /// <summary>Predicts, then learns, row by row.</summary>
    /// <param name="log">The log in time order; its predictions are replaced.</param>
    /// <param name="model">The model, untaught or taught on older data alone.</param>
    /// <param name="delay">Rows between a decision and the arrival of its reward: row t is learned after row t + delay was predicted.</param>
    public static void Fill(Span<LoggedDecision> log, IPastRewardModel model, int delay = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(delay);
        for (var row = 0; row < log.Length; row++)
        {
            var (reward, value) = model.Predict(row);
            log[row] = log[row] with { PredictedReward = reward, PredictedValue = value };
            if (row >= delay) model.Learn(row - delay, log[row - delay].Reward);
        }
    }
}

/// <summary>A reward model over the rows of a log, for <see cref="PastOnlyCrossFitting"/>.</summary>
public interface IPastRewardModel
{
    /// <summary>q̂ of the logged action of a row, and Σₐ π(a|x)·q̂(x, a) under the policy evaluated. Must not look at the row's reward.</summary>
    (double LoggedReward, double PolicyValue) Predict(int row);

    /// <summary>Learns the reward of a row's logged action.</summary>
    void Learn(int row, double reward);
}
