using CsCheck;
using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Numerics;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class ClassificationMeasuresTests
{
    private static readonly Gen<(double Probability, bool Outcome)[]> Forecasts = Gen.Select(Gen.Double[0, 1], Gen.Bool).Array[1, 80];

    [Fact]
    public void Confusion_measures_of_a_worked_example()
    {
        var confusion = new BinaryConfusion { TruePositives = 8, FalsePositives = 2, FalseNegatives = 4, TrueNegatives = 86 };
        Assert.Equal(0.94, confusion.Accuracy().Estimate, 12);
        Assert.Equal(0.8, confusion.Precision().Estimate, 12);
        Assert.Equal(8.0 / 12, confusion.Recall().Estimate, 12);
        Assert.Equal(16.0 / 22, confusion.F1, 12);
        Assert.Equal(confusion.F1, confusion.F1Interval().Estimate);
        // Wilson for 8 of 14: [.3259, .7862], carried over by 2J/(1 + J).
        Assert.Equal(0.4916, confusion.F1Interval().Lower, 0.0005);
        Assert.Equal(0.8803, confusion.F1Interval().Upper, 0.0005);
        // κ: chance agreement .1·.12 + .9·.88 = .804
        Assert.Equal((0.94 - 0.804) / (1 - 0.804), confusion.Kappa, 12);
    }

    [Fact]
    public void Confusion_counts_what_it_is_told_and_shards_add_up() =>
        Gen.Select(Gen.Bool, Gen.Bool).Array[0, 50].Sample(decisions =>
        {
            BinaryConfusion whole = default, first = default, second = default;
            for (var i = 0; i < decisions.Length; i++)
            {
                whole.Add(decisions[i].Item1, decisions[i].Item2);
                if (i % 2 == 0) first.Add(decisions[i].Item1, decisions[i].Item2);
                else second.Add(decisions[i].Item1, decisions[i].Item2);
            }

            first.Merge(second);
            return first == whole && whole.Count == decisions.Length && whole.TruePositives == decisions.Count(d => d.Item1 && d.Item2);
        });

    [Fact]
    public void Without_decisions_measures_are_not_numbers()
    {
        var empty = new BinaryConfusion();
        Assert.True(double.IsNaN(empty.F1Interval().Estimate));
        Assert.True(double.IsNaN(empty.F1) && double.IsNaN(empty.Accuracy().Estimate) && double.IsNaN(empty.Precision().Estimate));
        Assert.True(double.IsNaN(new ProbabilityScore().BrierSkill));
        Assert.True(double.IsNaN(new CalibrationCurve().ExpectedError));
        Assert.True(double.IsNaN(new CalibrationCurve().LargestError));
    }

    [Fact]
    public void Log_loss_and_brier_of_a_worked_example()
    {
        var score = new ProbabilityScore();
        score.Add(0.8, true);
        score.Add(0.4, false);
        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.6)) / 2, score.LogLoss, 12);
        Assert.Equal((0.04 + 0.16) / 2, score.Brier, 12);
        Assert.Equal(0.5, score.BaseRate);
        Assert.Equal(1 - 0.1 / 0.25, score.BrierSkill, 12);
    }

    [Fact]
    public void A_certainty_gone_wrong_is_dear_but_finite()
    {
        var score = new ProbabilityScore();
        score.Add(0, true);
        score.Add(1, false);
        Assert.Equal(34.5, score.LogLoss, 0.1);
        Assert.Equal(1, score.Brier);
    }

    [Fact]
    public void Only_the_true_probability_minimises_the_expected_scores() =>
        Gen.Select(Gen.Double[0.02, 0.98], Gen.Double[0.02, 0.98]).Where((truth, other) => Math.Abs(truth - other) > 1e-3).Sample((truth, other) =>
        {
            double Expected(double forecast, Func<ProbabilityScore, double> measure)
            {
                ProbabilityScore yes = default, no = default;
                yes.Add(forecast, true);
                no.Add(forecast, false);
                return truth * measure(yes) + (1 - truth) * measure(no);
            }

            return Expected(truth, s => s.LogLoss) < Expected(other, s => s.LogLoss) && Expected(truth, s => s.Brier) < Expected(other, s => s.Brier);
        });

    [Fact]
    public void Shards_of_scores_and_calibration_merge_to_the_whole() =>
        Gen.Select(Forecasts, Forecasts).Sample((a, b) =>
        {
            ProbabilityScore first = default, second = default, whole = default;
            CalibrationCurve firstCurve = new(), secondCurve = new(), wholeCurve = new();
            foreach (var (p, y) in a) { first.Add(p, y); firstCurve.Add(p, y); }
            foreach (var (p, y) in b) { second.Add(p, y); secondCurve.Add(p, y); }
            foreach (var (p, y) in a.Concat(b)) { whole.Add(p, y); wholeCurve.Add(p, y); }
            first.Merge(second);
            firstCurve.Merge(secondCurve);
            Assert.Equal(whole.LogLoss, first.LogLoss, 1e-12);
            Assert.Equal(whole.LogLossInterval().Width, first.LogLossInterval().Width, 1e-9);
            Assert.Equal(whole.BrierInterval().Upper, first.BrierInterval().Upper, 1e-12);
            Assert.Equal(wholeCurve.ExpectedError, firstCurve.ExpectedError, 1e-12);
        });

    [Fact]
    public void Calibration_error_finds_overconfidence_and_spares_honest_forecasts()
    {
        var random = new Xoshiro256(41);
        CalibrationCurve honest = new(), overconfident = new();
        List<double> probabilities = [];
        List<bool> outcomes = [];
        for (var i = 0; i < 50_000; i++)
        {
            var p = random.NextDouble();
            var outcome = random.NextDouble() < p;
            honest.Add(p, outcome);
            overconfident.Add(p < 0.5 ? p * p * 2 : 1 - 2 * (1 - p) * (1 - p), outcome);
            probabilities.Add(p);
            outcomes.Add(outcome);
        }

        Assert.InRange(honest.ExpectedError, 0, 2.5 * honest.ExpectedErrorByChance);
        Assert.InRange(honest.ExpectedErrorByChance, 0.003, 0.01);
        // The mean of |p − f(p)| over the unit interval is 2∫₀^½ (p − 2p²) dp = 1/12.
        Assert.Equal(1.0 / 12, overconfident.ExpectedError, 0.01);
        Assert.True(overconfident.LargestError > overconfident.ExpectedError);
        var (points, error) = CalibrationCurve.EqualMass([.. probabilities], [.. outcomes]);
        Assert.Equal(10, points.Count);
        Assert.All(points, point => Assert.Equal(5_000, point.Count));
        Assert.InRange(error, 0, 0.012);
        Assert.True(points[3].Interval().Contains(points[3].Frequency));
    }

    [Fact]
    public void Equal_mass_bins_keep_equal_probabilities_together()
    {
        var (points, error) = CalibrationCurve.EqualMass([0.2, 0.2, 0.2, 0.2, 0.9], [true, false, false, false, true], bins: 5);
        Assert.Equal([4L, 1L], points.Select(point => point.Count));
        Assert.Equal(0.8 * 0.05 + 0.2 * 0.1, error, 12);
    }

    [Fact]
    public void Values_out_of_range_are_refused_and_spoil_nothing()
    {
        var score = new ProbabilityScore();
        var curve = new CalibrationCurve();
        foreach (var bad in (double[])[-0.1, 1.1, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => score.Add(bad, true));
            Assert.Throws<ArgumentOutOfRangeException>(() => curve.Add(bad, true));
        }

        var mean = new RunningMean();
        Assert.Throws<ArgumentOutOfRangeException>(() => mean.Add(double.PositiveInfinity));
        Assert.Equal(0, score.Count + curve.Count + mean.Count);
    }

    [Fact]
    public void Running_mean_agrees_with_two_passes_far_from_zero() =>
        Gen.Double[-1, 1].Array[2, 100].Sample(values =>
        {
            RunningMean whole = default, first = default, second = default;
            foreach (var value in values) whole.Add(1e9 + value);
            foreach (var value in values[..(values.Length / 2)]) first.Add(1e9 + value);
            foreach (var value in values[(values.Length / 2)..]) second.Add(1e9 + value);
            first.Merge(second);
            var mean = values.Average();
            var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
            Assert.Equal(1e9 + mean, whole.Mean, 1e-5);
            Assert.Equal(variance, whole.Variance, 1e-5);
            Assert.Equal(variance, first.Variance, 1e-5);
        });

    [Fact]
    public void Streaming_measures_allocate_nothing()
    {
        BinaryConfusion confusion = default;
        ProbabilityScore score = default;
        CalibrationCurve curve = new();
        RankingScore ranking = new(5, 10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        ConfidenceSequence sequence = new(0.95);
        int[] list = [1, 2, 3, 4, 5];
        void Run()
        {
            for (var i = 0; i < 1000; i++)
            {
                confusion.Add(i % 2 == 0, i % 3 == 0);
                score.Add(0.3, i % 3 == 0);
                curve.Add(0.3, i % 3 == 0);
                ranking.Add(list, i % 10);
                sequence.Add(i % 2);
            }
        }

        Run();
        Assert.Equal(0, Allocation.Least(() => Run()));
    }
}
