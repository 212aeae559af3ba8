using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Calibration;

/// <summary>Isotonic calibration in bounded memory: outcomes are counted in cells of log odds, and the cells are fitted by pooling adjacent violators.</summary>
/// <remarks>
/// <para>
/// Source: B. Zadrozny, C. Elkan, "Transforming classifier scores into accurate multiclass probability estimates" (KDD 2002), over <see cref="PoolAdjacentViolators"/>.
/// Cells are 480 equal steps of .05 in log odds over ±12, which is finer near 0 and 1 where click rates live. Between the centres of cells the map is linear in log odds of the input; outside the
/// cells that have data it is flat; before the first fit it is the identity.
/// </para>
/// <para>
/// The fit is periodic: when the events since the last one reach an eighth of all so far, at least 32 and at most <c>refitEvery</c>. Values are kept 1/(W+2) away from 0 and 1 (W the weight learned), because a pure
/// cell is no proof of certainty. The counts are sums, so calibrators of shards merge exactly; merging fits at once.
/// Cost: O(1) to read and to learn, O(480) for a fit (about 2 µs), 12 kB, no allocation after construction.
/// </para>
/// </remarks>
public sealed class IsotonicCalibrator : ICalibrator
{
    /// <summary>The number of cells.</summary>
    public const int Cells = 480;

    private const double LargestLogit = 12;
    private const double CellsPerLogit = Cells / (2 * LargestLogit);

    private readonly double[] _weights = new double[Cells];
    private readonly double[] _targets = new double[Cells];
    private readonly double[] _fitted = new double[Cells];
    private readonly int _refitEvery;
    private double _total;
    private long _fittedAt;

    /// <summary>The identity, until enough has been learned.</summary>
    /// <param name="refitEvery">The most events between two fits, ≥ 1.</param>
    public IsotonicCalibrator(int refitEvery = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(refitEvery);
        _refitEvery = refitEvery;
    }

    /// <inheritdoc/>
    public long Examples { get; private set; }

    /// <summary>Events learned at the last fit; 0 while the map is still the identity.</summary>
    public long FittedAt => _fittedAt;

    /// <inheritdoc/>
    public double Calibrate(double probability)
    {
        LearningArguments.CheckProbability(probability);
        if (_fittedAt == 0) return Math.Clamp(probability, 1e-15, 1 - 1e-15);
        var position = Position(probability) - 0.5;
        if (position <= 0) return _fitted[0];
        if (position >= Cells - 1) return _fitted[Cells - 1];
        var cell = (int)position;
        return _fitted[cell] + (position - cell) * (_fitted[cell + 1] - _fitted[cell]);
    }

    /// <inheritdoc/>
    public void LearnOne(double probability, double target, double weight = 1)
    {
        LearningArguments.CheckProbability(probability);
        LearningArguments.CheckClassification(target, weight);
        var cell = Math.Min((int)Position(probability), Cells - 1);
        _weights[cell] += weight;
        _targets[cell] += weight * target;
        _total += weight;
        Examples++;
        if (Examples - _fittedAt >= Math.Min(_refitEvery, Math.Max(32, Examples / 8))) Fit();
    }

    /// <summary>Fits the map to everything learned so far.</summary>
    public void Fit()
    {
        if (_total == 0) return;
        Span<double> values = stackalloc double[Cells];
        Span<double> weights = stackalloc double[Cells];
        Span<int> cells = stackalloc int[Cells];
        Span<int> scratch = stackalloc int[Cells];
        var used = 0;
        for (var cell = 0; cell < Cells; cell++)
        {
            if (_weights[cell] == 0) continue;
            values[used] = _targets[cell] / _weights[cell];
            weights[used] = _weights[cell];
            cells[used++] = cell;
        }

        PoolAdjacentViolators.Fit(values[..used], weights[..used], scratch);
        var margin = 1 / (_total + 2);
        var next = 0;
        for (var cell = 0; cell < Cells; cell++)
        {
            while (next < used && cells[next] < cell) next++;
            double value;
            if (next == used) value = values[used - 1];
            else if (cells[next] == cell || next == 0) value = values[next];
            else
            {
                var share = (double)(cell - cells[next - 1]) / (cells[next] - cells[next - 1]);
                value = values[next - 1] + share * (values[next] - values[next - 1]);
            }

            _fitted[cell] = Math.Clamp(value, margin, 1 - margin);
        }

        _fittedAt = Examples;
    }

    /// <summary>Adds what another calibrator has counted, and fits.</summary>
    public void Merge(IsotonicCalibrator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var cell = 0; cell < Cells; cell++)
        {
            _weights[cell] += other._weights[cell];
            _targets[cell] += other._targets[cell];
        }

        _total += other._total;
        Examples += other.Examples;
        Fit();
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + 4 + 3 * sizeof(long) + 3 * Cells * sizeof(double);

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.IsotonicCalibrator, 1);
        writer.Write(_refitEvery);
        writer.Write(Examples);
        writer.Write(_fittedAt);
        writer.Write(_total);
        writer.Write(_weights);
        writer.Write(_targets);
        writer.Write(_fitted);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static IsotonicCalibrator Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.IsotonicCalibrator, 1);
        var refitEvery = reader.ReadInt32();
        if (refitEvery <= 0) throw new InvalidStateException("The interval between fits is positive.");
        var calibrator = new IsotonicCalibrator(refitEvery) { Examples = reader.ReadInt64(), _fittedAt = reader.ReadInt64(), _total = reader.ReadDouble() };
        reader.ReadDoubles(calibrator._weights);
        reader.ReadDoubles(calibrator._targets);
        reader.ReadDoubles(calibrator._fitted);
        return calibrator;
    }

    private static double Position(double probability) =>
        (Math.Clamp(Logistic.Logit(probability), -LargestLogit, LargestLogit) + LargestLogit) * CellsPerLogit;
}
