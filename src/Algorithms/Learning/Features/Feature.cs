namespace Personalization.Algorithms.Learning.Features;

/// <summary>One coordinate of a sparse input: where it is and what it is worth.</summary>
/// <param name="Index">The coordinate, ≥ 0, from a <see cref="IFeatureSpace"/>. A coordinate that is not listed is 0.</param>
/// <param name="Value">
/// The value. <see cref="float.NaN"/> and the infinities mean <em>missing</em>: every learner and scaler skips such a feature, in predicting and in learning. A finite
/// <see cref="double"/> beyond ±3.4e38 becomes infinite by conversion and is therefore missing too; that bound is also what keeps squares and products of values finite in the learners' doubles.
/// </param>
/// <remarks>
/// The order of features does not matter beyond rounding (1e-12 relative). An index given twice acts as two features that share a weight, which is what
/// colliding names of a hashed space are.
/// </remarks>
public readonly record struct Feature(int Index, float Value)
{
    /// <summary>Whether a learner uses it: finite, and not a negative index (a name unknown to a named space).</summary>
    public bool IsPresent => Index >= 0 && float.IsFinite(Value);
}
