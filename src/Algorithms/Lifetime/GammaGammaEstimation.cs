using MathNet.Numerics.LinearAlgebra;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Lifetime;

/// <summary>Fits the Gamma-Gamma model by maximum likelihood: BFGS with the exact gradient over the logarithms of p, q and v.</summary>
/// <remarks>
/// The search is over values in units of their mean, so p, q and every ratio of money are the same in any currency, and v scales with it.
/// Gamma and digamma terms are computed once per distinct x; a customer costs one logarithm. 10⁶ customers fit in about a second.
/// </remarks>
public static class GammaGammaEstimation
{
    private const double LogBound = 20;
    private const double ConvergedGradient = 1e-6;

    /// <summary>The parameters under which the mean values are most likely.</summary>
    /// <param name="customers">The customers; those without repeat purchases are left out.</param>
    /// <exception cref="ArgumentException">No customer has a repeat purchase.</exception>
    public static GammaGammaFit Fit(ReadOnlySpan<SpendStatistics> customers)
    {
        var (count, mean) = (0, 0.0);
        foreach (var customer in customers)
        {
            // The running mean cannot leave the range of its values, as a sum can.
            if (customer.Purchases > 0) mean += (customer.MeanValue - mean) / ++count;
        }

        if (count == 0) throw new ArgumentException("No customer has a repeat purchase to learn values from.", nameof(customers));
        var rows = new List<SpendStatistics>(count);
        foreach (var customer in customers)
        {
            // A mean so small beside the others' that it rounds to nothing says nothing.
            if (customer.Purchases > 0 && customer.MeanValue / mean is > 0 and var share) rows.Add(new SpendStatistics(customer.Purchases, share));
        }

        var likelihood = new Likelihood([.. rows]);
        var minimum = BfgsMinimizer.Minimize(
            (point, gradient) => likelihood.Objective(point, gradient), [Math.Log(2), Math.Log(2), Math.Log(0.5)], gradientTolerance: ConvergedGradient / 100);
        double[] at = [Math.Exp(minimum.Point[0]), Math.Exp(minimum.Point[1]), Math.Exp(minimum.Point[2])];
        var errors = likelihood.StandardErrors(at);
        // The density of a value in money is that in units of the mean, divided by the mean.
        var logLikelihood = -rows.Count * (minimum.Value + Math.Log(mean));
        return new GammaGammaFit(
            new GammaGammaModel(at[0], at[1], at[2] * mean), logLikelihood, errors[0], errors[1], errors[2] * mean, rows.Count, minimum.GradientNorm <= ConvergedGradient);
    }

    private sealed class Likelihood
    {
        private readonly (int Frequency, double Sum)[] _rows;
        private readonly int[] _purchases;
        private readonly (double LogBeta, double DigammaShape, double DigammaAll)[] _terms;
        private readonly double _meanLogs;

        public Likelihood(SpendStatistics[] customers)
        {
            _purchases = [.. customers.Select(customer => customer.Purchases).Distinct().Order()];
            _terms = new (double, double, double)[_purchases.Length];
            _rows = Array.ConvertAll(customers, customer => (Array.BinarySearch(_purchases, customer.Purchases), customer.Purchases * customer.MeanValue));
            _meanLogs = customers.Sum(customer => Math.Log(customer.MeanValue));
        }

        public double Objective(ReadOnlySpan<double> point, Span<double> gradient)
        {
            Span<double> parameters = stackalloc double[3];
            for (var i = 0; i < 3; i++)
            {
                if (!(Math.Abs(point[i]) <= LogBound)) return double.PositiveInfinity;
                parameters[i] = Math.Exp(point[i]);
            }

            var value = Evaluate(parameters, gradient);
            for (var i = 0; i < 3; i++) gradient[i] *= -parameters[i] / _rows.Length;
            return -value / _rows.Length;
        }

        public double[] StandardErrors(double[] centre)
        {
            var information = Matrix<double>.Build.Dense(3, 3);
            double[] above = new double[3], below = new double[3];
            for (var i = 0; i < 3; i++)
            {
                var step = 1e-5 * centre[i];
                double[] point = [.. centre];
                point[i] = centre[i] + step;
                Evaluate(point, above);
                point[i] = centre[i] - step;
                Evaluate(point, below);
                for (var j = 0; j < 3; j++) information[i, j] = -(above[j] - below[j]) / (2 * step);
            }

            var covariance = ((information + information.Transpose()) / 2).Inverse();
            return [.. Enumerable.Range(0, 3).Select(i => covariance[i, i] > 0 ? Math.Sqrt(covariance[i, i]) : double.NaN)];
        }

        private double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            double p = parameters[0], q = parameters[1], v = parameters[2];
            for (var i = 0; i < _terms.Length; i++)
            {
                var shape = p * _purchases[i];
                _terms[i] = (GammaFunctions.LogBeta(shape, q), GammaFunctions.Digamma(shape), GammaFunctions.Digamma(shape + q));
            }

            double total = -_meanLogs, dp = 0, dq = 0, dv = 0;
            double logV = Math.Log(v), digammaQ = GammaFunctions.Digamma(q);
            foreach (var (frequency, sum) in _rows)
            {
                double x = _purchases[frequency], shape = p * x;
                var (logBeta, digammaShape, digammaAll) = _terms[frequency];
                double logAll = Math.Log(v + sum), logSum = Math.Log(sum);
                total += shape * (logSum - logAll) + q * (logV - logAll) - logBeta;
                dp += x * (digammaAll - digammaShape + logSum - logAll);
                dq += digammaAll - digammaQ + logV - logAll;
                dv += q / v - (shape + q) / (v + sum);
            }

            gradient[0] = dp;
            gradient[1] = dq;
            gradient[2] = dv;
            return total;
        }
    }
}

/// <summary>A fitted Gamma-Gamma model.</summary>
/// <param name="Model">The model with its parameters.</param>
/// <param name="LogLikelihood">Of all customers with a repeat purchase.</param>
/// <param name="StandardErrorP">Standard error of p; not a number where the likelihood does not determine it.</param>
/// <param name="StandardErrorQ">Of q.</param>
/// <param name="StandardErrorV">Of v.</param>
/// <param name="Customers">How many customers with a repeat purchase were fitted to.</param>
/// <param name="Converged">Whether the gradient vanished; not where all customers spend alike.</param>
public sealed record GammaGammaFit(
    GammaGammaModel Model, double LogLikelihood, double StandardErrorP, double StandardErrorQ, double StandardErrorV, int Customers, bool Converged);
