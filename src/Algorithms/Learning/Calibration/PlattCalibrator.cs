using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Calibration;

/// <summary>Platt's sigmoid on the log odds, p' = σ(a·logit(p) + b), learned online by Laplace steps from the identity a = 1, b = 0.</summary>
/// <remarks>
/// <para>
/// Source: J. Platt, "Probabilistic outputs for support vector machines" (1999), with the log odds in place of the margin. The belief over (a, b) is a Gaussian that starts at the identity with precision
/// <see cref="PriorPrecision"/> in both directions; each event moves it by <see cref="LogisticLaplace"/>. A few events therefore change little and a thousand change what they must.
/// </para>
/// <para>Log odds are cut to ±12 (6e-6). The slope a is kept ≥ 0.01, so that the map stays rising. O(1) time, 6 numbers of state, no allocation.</para>
/// </remarks>
public sealed class PlattCalibrator : ICalibrator
{
    /// <summary>The prior precision of a and of b: worth about 40 events at p = .5.</summary>
    public const double PriorPrecision = 10;

    private const double LargestLogit = 12;
    private const double LeastSlope = 0.01;

    private double _p11 = PriorPrecision;
    private double _p12;
    private double _p22 = PriorPrecision;

    /// <summary>The slope a: below 1 where the learner is over-confident.</summary>
    public double Slope { get; private set; } = 1;

    /// <summary>The offset b in log odds.</summary>
    public double Offset { get; private set; }

    /// <inheritdoc/>
    public long Examples { get; private set; }

    /// <inheritdoc/>
    public double Calibrate(double probability)
    {
        LearningArguments.CheckProbability(probability);
        return Logistic.Sigmoid(Math.Max(Slope, LeastSlope) * LogOdds(probability) + Offset);
    }

    /// <inheritdoc/>
    public void LearnOne(double probability, double target, double weight = 1)
    {
        LearningArguments.CheckProbability(probability);
        LearningArguments.CheckClassification(target, weight);
        var z = LogOdds(probability);

        // P⁻¹x for x = (z, 1); the determinant is positive because the prior is.
        var determinant = _p11 * _p22 - _p12 * _p12;
        var u1 = (_p22 * z - _p12) / determinant;
        var u2 = (_p11 - _p12 * z) / determinant;
        var (alpha, curvature) = LogisticLaplace.Step(Slope * z + Offset, z * u1 + u2, target, weight);
        Slope += alpha * u1;
        Offset += alpha * u2;
        _p11 += curvature * z * z;
        _p12 += curvature * z;
        _p22 += curvature;
        Examples++;
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + sizeof(long) + 5 * sizeof(double);

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.PlattCalibrator, 1);
        writer.Write(Examples);
        writer.Write(Slope);
        writer.Write(Offset);
        writer.Write(_p11);
        writer.Write(_p12);
        writer.Write(_p22);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static PlattCalibrator Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.PlattCalibrator, 1);
        return new PlattCalibrator
        {
            Examples = reader.ReadInt64(),
            Slope = reader.ReadDouble(),
            Offset = reader.ReadDouble(),
            _p11 = reader.ReadDouble(),
            _p12 = reader.ReadDouble(),
            _p22 = reader.ReadDouble(),
        };
    }

    private static double LogOdds(double probability) => Math.Clamp(Logistic.Logit(probability), -LargestLogit, LargestLogit);
}
