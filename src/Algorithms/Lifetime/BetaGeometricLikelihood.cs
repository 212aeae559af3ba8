using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// The log-likelihood of a population and its gradient, with everything that depends on one of x, t_x, T alone computed once per distinct value.
/// </summary>
internal sealed class BetaGeometricLikelihood
{
    private readonly int _shift;
    private readonly int[] _frequencies;
    private readonly double[] _times;
    private readonly Row[] _rows;
    private readonly FrequencyTerms[] _frequencyTerms;
    private readonly double[] _logTimes;
    private readonly double[] _inverseTimes;

    public BetaGeometricLikelihood(BetaGeometricVariant variant, PurchaseSample sample)
    {
        if (sample.Distinct == 0) throw new ArgumentException("There is no customer to fit to.", nameof(sample));
        _shift = variant == BetaGeometricVariant.BgNbd ? 0 : 1;
        Customers = sample.Customers;
        var frequencies = new Index<int>();
        var times = new Index<double>();
        _rows = new Row[sample.Distinct];
        double purchases = 0, weeks = 0;
        for (var i = 0; i < _rows.Length; i++)
        {
            var (customer, count) = sample[i];
            _rows[i] = new Row(frequencies.Of(customer.Frequency), times.Of(customer.Recency), times.Of(customer.Age), count);
            purchases += count * customer.Frequency;
            weeks += count * customer.Age;
        }

        Totals = (purchases, weeks);
        _frequencies = frequencies.Values;
        _times = times.Values;
        _frequencyTerms = new FrequencyTerms[_frequencies.Length];
        _logTimes = new double[_times.Length];
        _inverseTimes = new double[_times.Length];
    }

    public double Customers { get; }

    public (double Purchases, double Weeks) Totals { get; }

    /// <summary>ln L at (r, α, a, b); writes its derivatives.</summary>
    public double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double r = parameters[0], alpha = parameters[1], a = parameters[2], b = parameters[3];
        Tabulate(r, alpha, a, b);
        var logAlpha = Math.Log(alpha);
        double total = 0, dr = 0, dAlpha = 0, da = 0, db = 0;
        foreach (ref readonly var row in _rows.AsSpan())
        {
            ref readonly var f = ref _frequencyTerms[row.Frequency];
            double logAge = _logTimes[row.Age], logRecency = _logTimes[row.Recency];
            var alive = f.Alive - f.Shape * logAge;
            var dropped = f.Dropped - f.Shape * logRecency;
            // w = P(alive), and ln(eᵃ + eᵈ) from the same exponential.
            double w, logSum;
            if (alive >= dropped)
            {
                var ratio = Math.Exp(dropped - alive);
                w = 1 / (1 + ratio);
                logSum = alive + GammaFunctions.LogOnePlus(ratio);
            }
            else
            {
                var ratio = Math.Exp(alive - dropped);
                w = ratio / (1 + ratio);
                logSum = dropped + GammaFunctions.LogOnePlus(ratio);
            }

            total += row.Count * (f.Constant + logSum);
            dr += row.Count * (f.ConstantByR - w * logAge - (1 - w) * logRecency);
            dAlpha -= row.Count * f.Shape * (w * _inverseTimes[row.Age] + (1 - w) * _inverseTimes[row.Recency]);
            da += row.Count * (f.DroppedByA + w * (f.AliveByA - f.DroppedByA));
            db += row.Count * (f.DroppedByB + w * (f.AliveByB - f.DroppedByB));
        }

        gradient[0] = dr + Customers * logAlpha;
        gradient[1] = dAlpha + Customers * r / alpha;
        gradient[2] = da;
        gradient[3] = db;
        return total + Customers * r * logAlpha;
    }

    private void Tabulate(double r, double alpha, double a, double b)
    {
        for (var i = 0; i < _times.Length; i++)
        {
            _logTimes[i] = Math.Log(alpha + _times[i]);
            _inverseTimes[i] = 1 / (alpha + _times[i]);
        }

        double logGammaR = GammaFunctions.LogGamma(r), digammaR = GammaFunctions.Digamma(r), logBeta = GammaFunctions.LogBeta(a, b);
        double digammaB = GammaFunctions.Digamma(b), digammaAb = GammaFunctions.Digamma(a + b);
        for (var i = 0; i < _frequencies.Length; i++)
        {
            var x = _frequencies[i];
            var survivals = b + x + _shift;
            var digammaAll = GammaFunctions.Digamma(a + survivals);
            var canHaveDropped = x + _shift > 0;
            _frequencyTerms[i] = new FrequencyTerms
            {
                Shape = r + x,
                Constant = GammaFunctions.LogGamma(r + x) - logGammaR - logBeta,
                ConstantByR = GammaFunctions.Digamma(r + x) - digammaR,
                Alive = GammaFunctions.LogBeta(a, survivals),
                AliveByA = digammaAb - digammaAll,
                AliveByB = GammaFunctions.Digamma(survivals) - digammaB + digammaAb - digammaAll,
                Dropped = canHaveDropped ? GammaFunctions.LogBeta(a + 1, survivals - 1) : double.NegativeInfinity,
                // ψ(a + 1) − ψ(a) = 1/a
                DroppedByA = canHaveDropped ? 1 / a + digammaAb - digammaAll : 0,
                DroppedByB = canHaveDropped ? GammaFunctions.Digamma(survivals - 1) - digammaB + digammaAb - digammaAll : 0,
            };
        }
    }

    private readonly record struct Row(int Frequency, int Recency, int Age, double Count);

    private struct FrequencyTerms
    {
        public double Shape, Constant, ConstantByR, Alive, AliveByA, AliveByB, Dropped, DroppedByA, DroppedByB;
    }

    private sealed class Index<T>
        where T : notnull
    {
        private readonly Dictionary<T, int> _positions = [];
        private readonly List<T> _values = [];

        public T[] Values => [.. _values];

        public int Of(T value)
        {
            if (_positions.TryGetValue(value, out var position)) return position;
            _positions[value] = _values.Count;
            _values.Add(value);
            return _values.Count - 1;
        }
    }
}
