using Personalization.Algorithms.Evaluation;

namespace Personalization.Algorithms.OffPolicy;

/// <summary>What a log says of another policy's mean reward, and whether to believe it.</summary>
/// <param name="Estimator">The estimator's name.</param>
/// <param name="Value">The estimate.</param>
/// <param name="Bootstrap">The bias-corrected, accelerated bootstrap interval: for logs of a policy that did not learn while it logged.</param>
/// <param name="Martingale">The always-valid interval, which holds for logs of a learning policy too; null where the estimator has none.</param>
/// <param name="Overlap">How well the log covers the policy.</param>
/// <param name="Trustworthy">Whether to act on it.</param>
/// <param name="Reason">Why not, or what was checked, in a sentence.</param>
public sealed record OffPolicyEstimate(
    string Estimator, double Value, ConfidenceInterval Bootstrap, ConfidenceInterval? Martingale, OverlapDiagnostics Overlap, bool Trustworthy, string Reason);
