namespace Personalization.Algorithms.Learning.Linear;

/// <summary>Rates and penalties of <see cref="FtrlProximal"/>.</summary>
public sealed record FtrlProximalOptions
{
    /// <summary>α, the rate of a coordinate's first step (about α/β times the gradient). Default .1; best values lie in .01 … 1.</summary>
    public double Alpha { get; init; } = 0.1;

    /// <summary>β, which damps the first steps. Default 1.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>λ₁ ≥ 0: a coordinate stays exactly 0 until its gathered gradient exceeds it. Default 0.</summary>
    public double L1 { get; init; }

    /// <summary>λ₂ ≥ 0: shrinks weights towards 0. Default 0.</summary>
    public double L2 { get; init; }

    internal bool IsValid => Alpha > 0 && double.IsFinite(Alpha) && Beta > 0 && double.IsFinite(Beta) && L1 >= 0 && double.IsFinite(L1) && L2 >= 0 && double.IsFinite(L2);

    internal void Validate()
    {
        if (!IsValid) throw new ArgumentException("FTRL-proximal needs α > 0, β > 0, λ₁ ≥ 0 and λ₂ ≥ 0, all finite.");
    }
}
