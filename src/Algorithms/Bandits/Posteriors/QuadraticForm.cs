using System.Numerics.Tensors;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>xᵀΣx for one x and many Σ: the products of x are made once, and each form is one dot product over contiguous numbers.</summary>
/// <remarks>
/// A symmetric matrix is packed as its lower triangle, rows one after another: entry (i, j ≤ i) is at i(i+1)/2 + j. With q_ij = x_i·x_j, doubled off the diagonal,
/// xᵀΣx = Σ q_ij·Σ_ij. d(d+1)/2 multiplications; a triangular solve needs as many, but one after another.
/// </remarks>
public static class QuadraticForm
{
    /// <summary>Numbers of a packed d × d matrix.</summary>
    public static int Length(int dimension) => dimension * (dimension + 1) / 2;

    /// <summary>Writes q for x.</summary>
    /// <param name="x">d numbers.</param>
    /// <param name="products">Takes d(d+1)/2 numbers.</param>
    public static void Products(ReadOnlySpan<double> x, Span<double> products)
    {
        var start = 0;
        for (var i = 0; i < x.Length; i++)
        {
            TensorPrimitives.Multiply(x[..i], 2 * x[i], products.Slice(start, i));
            products[start + i] = x[i] * x[i];
            start += i + 1;
        }
    }

    /// <summary>xᵀΣx, never below 0.</summary>
    public static double Value(ReadOnlySpan<double> products, ReadOnlySpan<double> covariance) => Math.Max(0, TensorPrimitives.Dot(products, covariance));
}

/// <summary>A belief that keeps the covariance of all its coefficients.</summary>
public interface IHasCovariance
{
    /// <summary>
    /// Cov[θ], packed as <see cref="QuadraticForm"/> says. Made when it is first asked for, in O(d³), and kept until the belief changes: d(d+1)/2 doubles. Safe on
    /// several threads while nobody teaches the belief.
    /// </summary>
    ReadOnlySpan<double> Covariance { get; }
}
