namespace Personalization.Algorithms.OffPolicy;

/// <summary>What a log must satisfy before anything is estimated from it.</summary>
internal static class DecisionLog
{
    // Sums of π over many actions exceed 1 by rounding.
    private const double Rounding = 1e-9;

    public static void Check(ReadOnlySpan<LoggedDecision> log)
    {
        if (log.IsEmpty) throw new ArgumentException("The log is empty: there is nothing to estimate from.", nameof(log));
        for (var row = 0; row < log.Length; row++)
        {
            ref readonly var decision = ref log[row];
            if (decision.Propensity == 0) throw new SupportException(row, "the logged action has propensity 0; it cannot have been drawn.");
            if (!(decision.Propensity is > 0 and <= 1 + Rounding)) throw Wrong(row, $"propensity {decision.Propensity} is not in (0, 1].");
            if (!(decision.TargetProbability is >= 0 and <= 1 + Rounding)) throw Wrong(row, $"target probability {decision.TargetProbability} is not in [0, 1].");
            if (decision.UnsupportedProbability > Rounding)
                throw new SupportException(row, $"the policy takes actions with probability {decision.UnsupportedProbability:G4} that the logging policy could not have taken.");
            if (!(decision.UnsupportedProbability >= 0)) throw Wrong(row, "the unsupported probability is not in [0, 1].");
            if (!double.IsFinite(decision.Reward) || !double.IsFinite(decision.PredictedReward) || !double.IsFinite(decision.PredictedValue))
                throw Wrong(row, "a reward or prediction is not finite.");
        }
    }

    private static ArgumentException Wrong(int row, string what) => new($"Row {row}: {what}");
}
