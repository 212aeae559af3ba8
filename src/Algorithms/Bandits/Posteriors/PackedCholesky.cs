using System.Buffers;
using System.Numerics.Tensors;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>The lower Cholesky factor of a precision matrix, rows packed one after another: entry (i, j ≤ i) is at i(i+1)/2 + j.</summary>
/// <remarks>Rows are contiguous, so that both triangular solves run over whole rows. Sources: G. H. Golub, C. F. Van Loan, "Matrix computations" (2013), 4.2 and 6.5.4.</remarks>
internal static class PackedCholesky
{
    public static int Length(int dimension) => dimension * (dimension + 1) / 2;

    public static int Row(int i) => i * (i + 1) / 2;

    /// <summary>L for the matrix λI.</summary>
    public static void Identity(Span<double> factor, int dimension, double lambda)
    {
        factor.Clear();
        for (var i = 0; i < dimension; i++) factor[Row(i) + i] = Math.Sqrt(lambda);
    }

    /// <summary>L with LLᵀ = matrix + λI, for a positive semi-definite matrix. O(d³/6).</summary>
    public static void Decompose(ReadOnlySpan<double> matrix, double lambda, int dimension, Span<double> factor)
    {
        for (var i = 0; i < dimension; i++)
        {
            var row = factor.Slice(Row(i), i + 1);
            for (var j = 0; j <= i; j++)
            {
                var other = factor.Slice(Row(j), j);
                var rest = matrix[Row(i) + j] - TensorPrimitives.Dot(row[..j], other);

                // In exact arithmetic a pivot is at least λ; rounding may eat into it where Σxxᵀ is large and flat.
                row[j] = i == j ? Math.Sqrt(Math.Max(rest + lambda, lambda * 1e-6)) : rest / factor[Row(j) + j];
            }
        }
    }

    /// <summary>LLᵀ ← LLᵀ + xxᵀ by Givens rotations; <paramref name="x"/> is used up. O(d²).</summary>
    public static void Update(Span<double> factor, Span<double> x)
    {
        for (var k = 0; k < x.Length; k++)
        {
            if (x[k] == 0) continue;
            var diagonal = Row(k) + k;
            var old = factor[diagonal];
            var r = double.Hypot(old, x[k]);
            var c = r / old;
            var s = x[k] / old;
            factor[diagonal] = r;
            for (var i = k + 1; i < x.Length; i++)
            {
                ref var entry = ref factor[Row(i) + k];
                entry = (entry + s * x[i]) / c;
                x[i] = c * x[i] - s * entry;
            }
        }
    }

    /// <summary>(LLᵀ)⁻¹ = WᵀW with W = L⁻¹, packed like L. O(d³/3), along rows.</summary>
    public static double[] Inverse(ReadOnlySpan<double> factor, int dimension)
    {
        var inverse = new double[Length(dimension)];
        var rented = ArrayPool<double>.Shared.Rent(inverse.Length);
        var w = rented.AsSpan(0, inverse.Length);
        w.Clear();
        for (var k = 0; k < dimension; k++)
        {
            // Row k of W: (eₖ − Σ Lₖⱼ·Wⱼ)/Lₖₖ.
            var l = factor.Slice(Row(k), k + 1);
            var row = w.Slice(Row(k), k + 1);
            for (var j = 0; j < k; j++)
            {
                if (l[j] != 0) TensorPrimitives.MultiplyAdd(w.Slice(Row(j), j + 1), -l[j], row[..(j + 1)], row[..(j + 1)]);
            }

            row[k] = 1;
            TensorPrimitives.Divide(row, l[k], row);
            for (var i = 0; i <= k; i++)
            {
                if (row[i] == 0) continue;
                var into = inverse.AsSpan(Row(i), i + 1);
                TensorPrimitives.MultiplyAdd(row[..(i + 1)], row[i], into, into);
            }
        }

        ArrayPool<double>.Shared.Return(rented);
        return inverse;
    }

    /// <summary>Solves Ly = b in place.</summary>
    public static void SolveLower(ReadOnlySpan<double> factor, Span<double> b)
    {
        for (var i = 0; i < b.Length; i++)
        {
            var row = factor.Slice(Row(i), i + 1);
            b[i] = (b[i] - TensorPrimitives.Dot(row[..i], b[..i])) / row[i];
        }
    }

    /// <summary>Solves Lᵀx = y in place.</summary>
    public static void SolveUpper(ReadOnlySpan<double> factor, Span<double> y)
    {
        for (var i = y.Length - 1; i >= 0; i--)
        {
            var row = factor.Slice(Row(i), i + 1);
            y[i] /= row[i];
            TensorPrimitives.MultiplyAdd(row[..i], -y[i], y[..i], y[..i]);
        }
    }
}
