using System.Globalization;
using System.IO.Compression;
using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.TestKit;
using Sylvan.Data.Csv;

namespace Personalization.Algorithms.Tests.Learning;

/// <summary>A labelled CSV file as sparse inputs: a column of numbers is one feature, any other column one indicator a category; a blank is missing.</summary>
internal sealed class LabelledTable
{
    private readonly bool[] _isNumber;

    public LabelledTable(string label, Func<string, bool> isPositive, string[] excluded, string[] categorical, params string[] path)
    {
        using var file = File.OpenRead(RealData.File(path));
        using var csv = CsvDataReader.Create(new StreamReader(new GZipStream(file, CompressionMode.Decompress)));
        var columns = Enumerable.Range(0, csv.FieldCount).Where(i => csv.GetName(i) != label && !excluded.Contains(csv.GetName(i))).ToArray();
        var labelColumn = csv.GetOrdinal(label);
        var rows = new List<string[]>();
        var labels = new List<int>();
        Names = [.. columns.Select(csv.GetName)];
        while (csv.Read())
        {
            rows.Add([.. columns.Select(i => csv.GetString(i).Trim())]);
            labels.Add(isPositive(csv.GetString(labelColumn)) ? 1 : 0);
        }

        Labels = [.. labels];
        _isNumber = [.. columns.Select((_, c) => !categorical.Contains(Names[c]) && rows.TrueForAll(row => row[c].Length == 0 || TryNumber(row[c], out double _)))];
        Space = new NamedFeatureSpace();
        Inputs = [.. rows.Select(Encode)];
    }

    public string[] Names { get; }

    public int[] Labels { get; }

    public NamedFeatureSpace Space { get; }

    /// <summary>Numbers first, indicators after them: <see cref="Numbers"/> of each row are to be scaled.</summary>
    public (Feature[] Numbers, Feature[] Indicators)[] Inputs { get; }

    /// <summary>Out-of-fold probabilities of 5-fold stratified, shuffled cross-validation with seed 1.</summary>
    public double[] CrossValidate(Func<IOnlineLearner> create, int passes)
    {
        var folds = StratifiedFolds.Assign(Labels);
        var probabilities = new double[Labels.Length];
        for (var fold = 0; fold < 5; fold++)
        {
            var scaler = new StandardScaler();
            for (var i = 0; i < Labels.Length; i++)
            {
                if (folds[i] != fold) scaler.LearnOne(Inputs[i].Numbers);
            }

            var order = Enumerable.Range(0, Labels.Length).Where(i => folds[i] != fold).ToArray();
            var random = new Personalization.Algorithms.Numerics.Xoshiro256(1, (ulong)fold);
            var learner = create();
            for (var pass = 0; pass < passes; pass++)
            {
                random.Shuffle<int>(order);
                foreach (var i in order) learner.LearnOne(Scaled(i, scaler), Labels[i]);
            }

            for (var i = 0; i < Labels.Length; i++)
            {
                if (folds[i] == fold) probabilities[i] = learner.PredictOne(Scaled(i, scaler));
            }
        }

        return probabilities;
    }

    /// <summary>The mean over the folds of the area under the ROC curve.</summary>
    public double MeanFoldAuc(double[] probabilities)
    {
        var folds = StratifiedFolds.Assign(Labels);
        return Enumerable.Range(0, 5).Average(fold =>
        {
            var cases = Enumerable.Range(0, Labels.Length).Where(i => folds[i] == fold).ToArray();
            return RocCurve.Create(Array.ConvertAll(cases, i => probabilities[i]), Array.ConvertAll(cases, i => Labels[i] == 1)).Area;
        });
    }

    /// <summary>Expected calibration error over ten equal-width bins.</summary>
    public double CalibrationError(double[] probabilities)
    {
        var curve = new CalibrationCurve();
        for (var i = 0; i < probabilities.Length; i++) curve.Add(probabilities[i], Labels[i] == 1);
        return curve.ExpectedError;
    }

    private Feature[] Scaled(int row, StandardScaler scaler)
    {
        var (numbers, indicators) = Inputs[row];
        var scaled = new Feature[numbers.Length + indicators.Length];
        var count = scaler.Transform(numbers, scaled);
        indicators.CopyTo(scaled, count);
        return scaled[..(count + indicators.Length)];
    }

    private (Feature[], Feature[]) Encode(string[] row)
    {
        Span<Feature> buffer = stackalloc Feature[64];
        var numbers = new FeatureVector(Space, buffer, learning: true);
        for (var c = 0; c < row.Length; c++)
        {
            if (_isNumber[c] && TryNumber(row[c], out var value)) numbers.Add(Names[c], value);
        }

        var encoded = numbers.Features.ToArray();
        var indicators = new FeatureVector(Space, buffer, learning: true);
        for (var c = 0; c < row.Length; c++)
        {
            if (!_isNumber[c]) indicators.AddCategory(Names[c], row[c]);
        }

        return (encoded, indicators.Features.ToArray());
    }

    private static bool TryNumber(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
