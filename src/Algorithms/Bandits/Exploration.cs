using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits;

/// <summary>Exploration as pure functions from scores to probabilities, and the draw.</summary>
/// <remarks>All write over the caller's span, cost O(K) and allocate nothing. Scores are expected to be finite; ties at the top share their probability equally.</remarks>
public static class Exploration
{
    /// <summary>π = 1/K.</summary>
    public static void Uniform(Span<double> probabilities) => probabilities.Fill(1.0 / probabilities.Length);

    /// <summary>π = (1−ε)/|best| on the best, plus ε/K on all. In place: scores in, probabilities out.</summary>
    public static void EpsilonGreedy(Span<double> scores, double epsilon)
    {
        var best = double.NegativeInfinity;
        var ties = 0;
        foreach (var score in scores)
        {
            if (score > best) (best, ties) = (score, 1);
            else if (score == best) ties++;
        }

        for (var i = 0; i < scores.Length; i++) scores[i] = (scores[i] == best ? (1 - epsilon) / ties : 0) + epsilon / scores.Length;
    }

    /// <summary>Boltzmann exploration, π ∝ exp(score/τ), mixed with ε/K. The largest score is taken out first, so that nothing overflows. In place.</summary>
    /// <param name="scores">Scores in, probabilities out.</param>
    /// <param name="temperature">τ &gt; 0 in units of the score: at τ = .1 an action .1 worse is chosen 1/e times as often.</param>
    /// <param name="epsilon">ε.</param>
    public static void Softmax(Span<double> scores, double temperature, double epsilon = 0)
    {
        var best = double.NegativeInfinity;
        foreach (var score in scores) best = Math.Max(best, score);
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++) sum += scores[i] = Math.Exp((scores[i] - best) / temperature);
        for (var i = 0; i < scores.Length; i++) scores[i] = (1 - epsilon) * (scores[i] / sum) + epsilon / scores.Length;
    }

    /// <summary>
    /// Inverse gap weighting: an action with gap Δ to the best has π = 1/(K + γΔ), the best the rest. In place.
    /// </summary>
    /// <remarks>
    /// Sources: N. Abe, P. M. Long, "Associative reinforcement learning using linear probabilistic concepts" (1999); D. J. Foster, A. Rakhlin, "Beyond UCB: optimal and efficient contextual bandits with regression oracles"
    /// (ICML 2020), where it turns any regression with small squared error into a policy with small regret. Worked example: scores .5, .3 and γ = 10: 1/(2 + 2) = .25 for the second, .75 for the first.
    /// </remarks>
    public static void InverseGapWeighting(Span<double> scores, double gamma, double epsilon = 0)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best]) best = i;
        }

        var top = scores[best];
        var others = 0.0;
        var count = scores.Length;
        for (var i = 0; i < count; i++)
        {
            if (i != best) others += scores[i] = 1 / (count + gamma * (top - scores[i]));
        }

        scores[best] = 1 - others;
        Mix(scores, epsilon);
    }

    /// <summary>π ← (1−ε)π + ε/K.</summary>
    public static void Mix(Span<double> probabilities, double epsilon)
    {
        var floor = epsilon / probabilities.Length;
        for (var i = 0; i < probabilities.Length; i++) probabilities[i] = (1 - epsilon) * probabilities[i] + floor;
    }

    /// <summary>Draws a position with the probabilities given. Exactly one number is taken from the generator.</summary>
    /// <exception cref="ArgumentException">No probability is positive.</exception>
    public static int Draw(ReadOnlySpan<double> probabilities, ref Xoshiro256 random)
    {
        var u = random.NextDouble();
        var last = -1;
        var cumulative = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] > 0)) continue;
            last = i;
            cumulative += probabilities[i];
            if (u < cumulative) return i;
        }

        // The sum may fall short of one by rounding; what is left belongs to the last action that can be drawn.
        return last >= 0 ? last : throw new ArgumentException("No action has a positive probability.", nameof(probabilities));
    }

    internal static double CheckedEpsilon(double epsilon) =>
        epsilon is >= 0 and <= 1 ? epsilon : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "ε lies in [0, 1].");

    internal static double CheckedPositive(double value, string name) =>
        value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "The value is positive and finite.");
}
