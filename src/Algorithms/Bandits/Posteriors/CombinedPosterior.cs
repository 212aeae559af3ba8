using System.Numerics.Tensors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>A shared prior and one customer's own statistics, combined when they are read: nothing is stored, so a new prior invalidates nothing.</summary>
/// <remarks>
/// <para>
/// With prior mean m, prior precision P and the customer's Λ, b (<see cref="DiagonalStatistics"/>, rewards counted as deviations from the prior's predictions): precision P + Λ, mean m + b/(P + Λ). A customer without decisions is the prior;
/// with many it is itself. Levels stack: combine global with segment, give the result as the prior of the customer.
/// </para>
/// <para>
/// P says how alike customers are, not how well the global mean is known: 1/P = (variance of the global estimate) + τ², with τ² the variance between customers; see <see cref="PriorPrecision"/>. With P from the global
/// model alone a million events of others would outvote everything that this customer does.
/// </para>
/// <example><code>
/// Span&lt;double&gt; mean = stackalloc double[d], precision = stackalloc double[d];
/// var belief = new CombinedPosterior(prior.Mean, prior.Precision, customer, RewardLink.Logistic, mean, precision);
/// ThompsonSampling.Distribute(belief, actions, scale: 1, epsilon: 0.02, ref random, probabilities);
/// </code></example>
/// </remarks>
public readonly ref struct CombinedPosterior : IRewardPosterior
{
    private readonly RewardLink _link;

    /// <summary>Combines into the caller's spans; O(d), no allocation.</summary>
    /// <param name="priorMean">m.</param>
    /// <param name="priorPrecision">P, all &gt; 0.</param>
    /// <param name="customer">The customer's own sums.</param>
    /// <param name="link">What turns a score into an expected reward.</param>
    /// <param name="mean">Takes the combined mean.</param>
    /// <param name="precision">Takes the combined precision.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public CombinedPosterior(
        ReadOnlySpan<double> priorMean, ReadOnlySpan<double> priorPrecision, DiagonalStatistics customer, RewardLink link, Span<double> mean, Span<double> precision)
    {
        ArgumentNullException.ThrowIfNull(customer);
        var d = customer.Dimension;
        if (priorMean.Length != d || priorPrecision.Length != d || mean.Length != d || precision.Length != d) throw new ArgumentException("All vectors have the customer's dimension.");
        for (var i = 0; i < d; i++)
        {
            precision[i] = priorPrecision[i] + customer.Precision[i];
            mean[i] = priorMean[i] + customer.Response[i] / precision[i];
        }

        Mean = mean;
        Precision = precision;
        _link = link;
    }

    /// <summary>1 / (variance + τ²): the precision with which a global estimate of the given variance predicts one customer's coefficient.</summary>
    public static double PriorPrecision(double variance, double betweenCustomers) => 1 / (variance + betweenCustomers);

    /// <summary>The combined mean.</summary>
    public ReadOnlySpan<double> Mean { get; }

    /// <summary>The combined precision.</summary>
    public ReadOnlySpan<double> Precision { get; }

    /// <inheritdoc/>
    public int Dimension => Mean.Length;

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features) => TensorPrimitives.Dot(features, Mean);

    /// <inheritdoc/>
    public double ScoreVariance(ReadOnlySpan<double> features)
    {
        var variance = 0.0;
        for (var i = 0; i < features.Length; i++) variance += features[i] * features[i] / Precision[i];
        return variance;
    }

    /// <inheritdoc/>
    public double Reward(double score) => _link == RewardLink.Logistic ? Logistic.Sigmoid(score) : score;

    /// <inheritdoc/>
    public void Sample(ref Xoshiro256 random, double scale, scoped Span<double> coefficients)
    {
        for (var i = 0; i < Mean.Length; i++) coefficients[i] = Mean[i] + scale * random.NextGaussian() / Math.Sqrt(Precision[i]);
    }
}

/// <summary>What turns a score into an expected reward.</summary>
public enum RewardLink
{
    /// <summary>The score itself.</summary>
    Identity,

    /// <summary>σ(score).</summary>
    Logistic,
}
