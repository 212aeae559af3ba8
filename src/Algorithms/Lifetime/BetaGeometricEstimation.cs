using MathNet.Numerics.LinearAlgebra;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// Fits BG/NBD and MBG/NBD by maximum likelihood: BFGS with the exact gradient over the logarithms of the parameters, from two starting points.
/// </summary>
/// <remarks>
/// The likelihood of a population is summed over distinct statistics, and the gamma, digamma and logarithm terms over distinct x, t_x and T, so that
/// a distinct customer costs one exponential and one logarithm. 10⁶ customers observed by the day fit in seconds, building the sample included.
/// Standard errors come from the inverse of the observed information (the curvature of the log-likelihood at its maximum).
/// </remarks>
public static class BetaGeometricEstimation
{
    // Beyond e^±12 a parameter is not identified: the data say "infinite" or "zero", and the fit says that it did not converge.
    private const double LogBound = 12;
    private const double ConvergedGradient = 1e-6;

    /// <summary>The parameters under which the population is most likely.</summary>
    /// <param name="variant">When customers may drop out.</param>
    /// <param name="sample">The population; with at least one repeat purchase, or no parameter is determined.</param>
    /// <exception cref="ArgumentException">The sample is empty, has no repeat purchase, or no time has passed for anybody.</exception>
    public static BetaGeometricFit Fit(BetaGeometricVariant variant, PurchaseSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var likelihood = new BetaGeometricLikelihood(variant, sample);
        var (purchases, weeks) = likelihood.Totals;
        if (!(purchases > 0) || !(weeks > 0)) throw new ArgumentException("Without a repeat purchase no parameter is determined.", nameof(sample));

        var weeksPerPurchase = weeks / purchases;
        Minimum? best = null;
        ReadOnlySpan<(double R, double A, double B)> starts = [(1, 1, 3), (0.3, 0.7, 2)];
        foreach (var (r, a, b) in starts)
        {
            var minimum = BfgsMinimizer.Minimize(
                (point, gradient) => Objective(likelihood, point, gradient),
                [Math.Log(r), Math.Clamp(Math.Log(r * weeksPerPurchase), -LogBound + 1, LogBound - 1), Math.Log(a), Math.Log(b)],
                gradientTolerance: ConvergedGradient / 100);
            if (best is null || minimum.Value < best.Value) best = minimum;
        }

        var p = best!.Point;
        var parameters = new BetaGeometricParameters(Math.Exp(p[0]), Math.Exp(p[1]), Math.Exp(p[2]), Math.Exp(p[3]));
        return new BetaGeometricFit(
            new BetaGeometricModel(variant, parameters),
            -best.Value * sample.Customers,
            StandardErrors(likelihood, parameters),
            sample.Customers,
            sample.Distinct,
            best.Iterations,
            best.GradientNorm <= ConvergedGradient);
    }

    /// <summary>Mean negative log-likelihood and its gradient over the logarithms of the parameters.</summary>
    private static double Objective(BetaGeometricLikelihood likelihood, ReadOnlySpan<double> point, Span<double> gradient)
    {
        Span<double> parameters = stackalloc double[4];
        for (var i = 0; i < 4; i++)
        {
            if (!(Math.Abs(point[i]) <= LogBound)) return double.PositiveInfinity;
            parameters[i] = Math.Exp(point[i]);
        }

        var value = likelihood.Evaluate(parameters, gradient);
        for (var i = 0; i < 4; i++) gradient[i] *= -parameters[i] / likelihood.Customers;
        return -value / likelihood.Customers;
    }

    private static BetaGeometricStandardErrors StandardErrors(BetaGeometricLikelihood likelihood, BetaGeometricParameters at)
    {
        double[] centre = [at.R, at.Alpha, at.A, at.B];
        var information = Matrix<double>.Build.Dense(4, 4);
        double[] above = new double[4], below = new double[4];
        for (var i = 0; i < 4; i++)
        {
            var step = 1e-5 * centre[i];
            double[] point = [.. centre];
            point[i] = centre[i] + step;
            likelihood.Evaluate(point, above);
            point[i] = centre[i] - step;
            likelihood.Evaluate(point, below);
            for (var j = 0; j < 4; j++) information[i, j] = -(above[j] - below[j]) / (2 * step);
        }

        var covariance = ((information + information.Transpose()) / 2).Inverse();
        // Where the likelihood is flat or not at its maximum a variance comes out negative: then nothing is known.
        double Error(int i) => covariance[i, i] > 0 ? Math.Sqrt(covariance[i, i]) : double.NaN;
        return new BetaGeometricStandardErrors(Error(0), Error(1), Error(2), Error(3));
    }
}

/// <summary>A fitted model and how far it can be trusted.</summary>
/// <param name="Model">The model with its parameters.</param>
/// <param name="LogLikelihood">ln L of the whole sample at them.</param>
/// <param name="StandardErrors">Of each parameter.</param>
/// <param name="Customers">How many customers were fitted to.</param>
/// <param name="DistinctStatistics">How many distinct (x, t_x, T) they had.</param>
/// <param name="Iterations">Steps of the search.</param>
/// <param name="Converged">
/// Whether the gradient vanished. Not where the data push a parameter to zero or infinity: everybody alike, or nobody dropping out.
/// </param>
public sealed record BetaGeometricFit(
    BetaGeometricModel Model, double LogLikelihood, BetaGeometricStandardErrors StandardErrors, double Customers, int DistinctStatistics, int Iterations, bool Converged);

/// <summary>Standard errors of the parameters; not a number where the likelihood does not determine one.</summary>
/// <param name="R">Of r.</param>
/// <param name="Alpha">Of α.</param>
/// <param name="A">Of a.</param>
/// <param name="B">Of b.</param>
public readonly record struct BetaGeometricStandardErrors(double R, double Alpha, double A, double B);
