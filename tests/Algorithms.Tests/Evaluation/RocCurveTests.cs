using CsCheck;
using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class RocCurveTests
{
    private static readonly Gen<(double Score, bool Label)[]> Cases = Gen.Select(Gen.Int[0, 12].Select(i => i / 4.0), Gen.Bool).Array[2, 60];

    [Fact]
    public void Area_is_the_share_of_pairs_in_the_right_order_ties_counting_half() =>
        Cases.Sample(cases =>
        {
            var curve = Create(cases);
            double pairs = 0, right = 0;
            foreach (var (positive, _) in cases.Where(c => c.Label))
            {
                foreach (var (negative, _) in cases.Where(c => !c.Label))
                {
                    pairs++;
                    right += positive > negative ? 1 : positive == negative ? 0.5 : 0;
                }
            }

            if (pairs == 0) Assert.True(double.IsNaN(curve.Area));
            else Assert.Equal(right / pairs, curve.Area, 1e-12);
        });

    [Fact]
    public void Area_is_the_trapezoid_under_the_points() =>
        Cases.Where(cases => cases.Any(c => c.Label) && cases.Any(c => !c.Label)).Sample(cases =>
        {
            var curve = Create(cases);
            var points = curve.Points();
            double area = 0;
            for (var i = 1; i < points.Count; i++)
                area += (points[i].FalsePositiveRate - points[i - 1].FalsePositiveRate) * (points[i].TruePositiveRate + points[i - 1].TruePositiveRate) / 2;
            Assert.Equal(curve.Area, area, 1e-12);
            Assert.Equal((1, 1), points[^1]);
        });

    [Fact]
    public void Delong_variance_is_that_of_the_placements_by_definition()
    {
        var curve = RocCurve.Create([0.9, 0.4, 0.4, 0.6, 0.1], [true, true, true, false, false]);
        // Positives: .9 beats both (1), .4 beats one (½), .4 beats one (½). Negatives: .6 is beaten by one (⅓), .1 by three (1).
        Assert.Equal(2.0 / 3, curve.Area, 1e-12);
        var positives = 1.0 / 12;
        var negatives = 2.0 / 9;
        Assert.Equal(Math.Sqrt(positives / 3 + negatives / 2), curve.StandardError, 1e-12);
    }

    [Fact]
    public void Delong_interval_covers_the_true_area_about_as_often_as_it_says()
    {
        // Unit normals one apart: the true area is Φ(1/√2) = .76025.
        const double truth = 0.7602499389;
        var random = new Xoshiro256(31);
        int covered = 0, trials = 400;
        for (var trial = 0; trial < trials; trial++)
        {
            var scores = new double[150];
            var labels = new bool[150];
            for (var i = 0; i < scores.Length; i++)
            {
                labels[i] = i % 3 == 0;
                scores[i] = random.NextGaussian() + (labels[i] ? 1 : 0);
            }

            if (RocCurve.Create(scores, labels).AreaInterval().Contains(truth)) covered++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"coverage {(double)covered / trials:0.000}");
        Assert.InRange((double)covered / trials, 0.91, 0.98);
    }

    [Fact]
    public void Average_precision_of_the_textbook_example()
    {
        // Relevant at ranks 1, 3 and 6: (1 + 2/3 + 3/6)/3.
        var curve = RocCurve.Create([6, 5, 4, 3, 2, 1], [true, false, true, false, false, true]);
        Assert.Equal((1 + 2.0 / 3 + 0.5) / 3, curve.AveragePrecision, 1e-12);
        Assert.Equal((1.0 / 3, 1), curve.PrecisionRecallPoints()[0]);
        // At threshold 4 two of three found and one false; at 1 all three found and three false: both give 2/3, the higher threshold is kept.
        Assert.Equal(4, curve.BestF1().Threshold);
        Assert.Equal(2.0 / 3, curve.BestF1().F1, 1e-12);
    }

    [Fact]
    public void Ranking_is_all_that_counts() =>
        Cases.Sample(cases =>
        {
            var area = Create(cases).Area;
            var stretched = RocCurve.Create([.. cases.Select(c => Math.Exp(3 * c.Score) - 7)], [.. cases.Select(c => c.Label)]).Area;
            var reversed = RocCurve.Create([.. cases.Select(c => -c.Score)], [.. cases.Select(c => c.Label)]).Area;
            Assert.Equal(area, stretched);
            if (!double.IsNaN(area)) Assert.Equal(1 - area, reversed, 1e-12);
        });

    [Fact]
    public void One_class_only_empty_input_and_scores_that_are_not_numbers_are_defined()
    {
        var onlyPositive = RocCurve.Create([1, 2], [true, true]);
        Assert.True(double.IsNaN(onlyPositive.Area) && double.IsNaN(onlyPositive.StandardError));
        Assert.Empty(onlyPositive.Points());
        Assert.Equal(1, onlyPositive.AveragePrecision);
        var empty = RocCurve.Create([], []);
        Assert.True(double.IsNaN(empty.Area) && double.IsNaN(empty.AveragePrecision));
        Assert.Empty(empty.PrecisionRecallPoints());
        Assert.Throws<ArgumentException>(() => RocCurve.Create([double.NaN], [true]));
        Assert.Throws<ArgumentException>(() => RocCurve.Create([1], []));
        Assert.Equal(1, RocCurve.Create([double.PositiveInfinity, double.NegativeInfinity], [true, false]).Area);
    }

    private static RocCurve Create((double Score, bool Label)[] cases) =>
        RocCurve.Create([.. cases.Select(c => c.Score)], [.. cases.Select(c => c.Label)]);
}
