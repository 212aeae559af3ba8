using System.Runtime.CompilerServices;

namespace Personalization.Algorithms.Learning;

/// <summary>The ranges that every learner promises, checked in one place before anything changes.</summary>
internal static class LearningArguments
{
    public const double LargestWeight = 1e6;

    public static void CheckClassification(double target, double weight)
    {
        if (!(target is >= 0 and <= 1)) Throw(nameof(target), target, "A classification target lies in [0, 1].");
        CheckWeight(weight);
    }

    public static void CheckRegression(double target, double weight)
    {
        // The bound of float keeps a squared gradient, (3.4e38 · 3.4e38)² ≈ 1.3e154, and sums of many far below the largest double.
        if (!(Math.Abs(target) <= float.MaxValue)) Throw(nameof(target), target, "A regression target is finite and within ±3.4e38.");
        CheckWeight(weight);
    }

    public static void CheckProbability(double probability)
    {
        if (!(probability is >= 0 and <= 1)) Throw(nameof(probability), probability, "A probability lies in [0, 1].");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckWeight(double weight)
    {
        if (!(weight is > 0 and <= LargestWeight)) Throw(nameof(weight), weight, "A weight lies in (0, 1e6].");
    }

    private static void Throw(string name, double value, string rule) => throw new ArgumentOutOfRangeException(name, value, rule);
}
