namespace Personalization.Algorithms.OffPolicy;

/// <summary>One decision of a log, with what the policy under evaluation would have done and, for the estimators that use a model, what the model expected.</summary>
/// <param name="Reward">r, finite.</param>
/// <param name="Propensity">p in (0, 1]: the probability, written down at decision time, with which the logging policy took the action that it took.</param>
/// <param name="TargetProbability">π in [0, 1]: the probability with which the policy under evaluation takes that action in that context.</param>
/// <param name="PredictedReward">q = q̂(x, a): the model's expected reward of the logged action; 0 without a model.</param>
/// <param name="PredictedValue">v = Σₐ π(a|x)·q̂(x, a): the model's expected reward under the policy under evaluation; 0 without a model.</param>
/// <param name="UnsupportedProbability">
/// Σ π(a|x) over actions that the logging policy could not have taken. Above 0 the log says nothing about part of what the policy would do, and every estimator refuses it.
/// </param>
public readonly record struct LoggedDecision(
    double Reward, double Propensity, double TargetProbability, double PredictedReward = 0, double PredictedValue = 0, double UnsupportedProbability = 0)
{
    /// <summary>The importance weight w = π/p; its mean over a log is 1 if the propensities are right.</summary>
    public double Weight => TargetProbability / Propensity;
}
