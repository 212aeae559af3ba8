namespace Personalization.Algorithms.Learning.Linear;

/// <summary>Rate and penalty of <see cref="AdaGrad"/>.</summary>
public sealed record AdaGradOptions
{
    /// <summary>η, the size of a coordinate's first step, in units of the weight. Default .1; best values lie in .01 … 1.</summary>
    public double Rate { get; init; } = 0.1;

    /// <summary>ε &gt; 0, keeps the first division finite. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>λ₂ ≥ 0: shrinks the weights of touched coordinates. Default 0.</summary>
    public double L2 { get; init; }

    internal bool IsValid => Rate > 0 && double.IsFinite(Rate) && Epsilon > 0 && double.IsFinite(Epsilon) && L2 >= 0 && double.IsFinite(L2);

    internal void Validate()
    {
        if (!IsValid) throw new ArgumentException("AdaGrad needs η > 0, ε > 0 and λ₂ ≥ 0, all finite.");
    }
}
