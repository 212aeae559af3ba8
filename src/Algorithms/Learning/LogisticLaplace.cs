namespace Personalization.Algorithms.Learning;

/// <summary>The one-event Laplace step for a logistic likelihood under a Gaussian belief, reduced to one unknown.</summary>
/// <remarks>
/// With belief N(μ, P⁻¹), event (x, y) of weight w, m = x·μ and v = xᵀP⁻¹x, the new mode minimises ½(θ−μ)ᵀP(θ−μ) + w·ℓ(y, x·θ). Its gradient shows that θ = μ + α·P⁻¹x with
/// α = w·(y − σ(m + vα)): one monotone equation, whatever the dimension. The curvature at the mode, w·p(1−p) with p = σ(m + vα), is what xxᵀ is multiplied by when it is added to P.
/// </remarks>
public static class LogisticLaplace
{
    /// <summary>Solves for (α, curvature).</summary>
    /// <param name="mean">m, the score under the old mean.</param>
    /// <param name="variance">v ≥ 0, the score's variance under the old belief.</param>
    /// <param name="target">y in [0, 1].</param>
    /// <param name="weight">w &gt; 0.</param>
    /// <returns>α within 1e-12·w, and w·p(1−p) at the new mode. At most 120 steps; three or four are usual.</returns>
    public static (double Alpha, double Curvature) Step(double mean, double variance, double target, double weight = 1)
    {
        // f(α) = α − w(y − σ(m + vα)) rises with slope ≥ 1 and changes sign in [w(y−1), wy]: Newton, kept inside a shrinking bracket; a step
        // that is not half of the one before is a bisection instead, or Newton could leap to and fro over the steep part.
        var low = weight * (target - 1);
        var high = weight * target;
        var alpha = Math.Clamp(weight * (target - Logistic.Sigmoid(mean)) / (1 + weight * variance * 0.25), low, high);
        var p = 0.0;
        var moved = high - low;
        for (var step = 0; step < 120; step++)
        {
            p = Logistic.Sigmoid(mean + variance * alpha);
            var f = alpha - weight * (target - p);
            if (Math.Abs(f) <= 1e-12 * weight) break;
            if (f > 0) high = alpha;
            else low = alpha;
            var next = alpha - f / (1 + weight * variance * p * (1 - p));
            if (!(next > low && next < high) || Math.Abs(next - alpha) > 0.5 * moved) next = 0.5 * (low + high);
            moved = Math.Abs(next - alpha);
            alpha = next;
        }

        // The product may round a last bit above its bound of w/4.
        return (alpha, Math.Min(weight * p * (1 - p), weight / 4));
    }
}
