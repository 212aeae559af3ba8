using System.CommandLine;
using System.Globalization;
using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary><c>evaluate classification</c>: the online classifiers on any CSV file with a label of two values, by stratified cross-validation.</summary>
public sealed class ClassificationEvaluation : IEvaluation
{
    private static readonly string[] PositiveNames = ["1", "true", "yes", "y", "t", "positive"];

    private readonly Option<string> _data = new("--data") { Description = "The CSV file, with a header.", Required = true, HelpName = "file.csv" };
    private readonly ColumnOptions _columns = new();
    private readonly Option<string> _label = new("--label") { Description = "The column to predict; it has two values.", Required = true, HelpName = "column" };
    private readonly Option<string?> _positive = new("--positive") { Description = "The label's value to predict the probability of.", HelpName = "value" };
    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Columns to leave out, separated by commas.", HelpName = "a,b", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _folds = new("--folds") { Description = "Folds of the cross-validation.", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _passes = new("--passes") { Description = "How often the training rows are learned, in a new order each time.", DefaultValueFactory = _ => 10 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Names the shuffle.", DefaultValueFactory = _ => 1 };

    /// <inheritdoc/>
    public string Name => "classification";

    /// <inheritdoc/>
    public string Description => "Predicts a label of two values: AUC, log loss, accuracy, F1 and calibration of the online classifiers.";

    /// <inheritdoc/>
    public IReadOnlyList<Option> Options => [_data, _label, _positive, _exclude, _folds, _passes, _seed, .. _columns.All];

    /// <inheritdoc/>
    public EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(run);
        var (folds, passes) = (arguments.GetValue(_folds), arguments.GetValue(_passes));
        if (folds < 2) throw new EvaluationException("--folds is 2 or more.");
        if (passes < 1) throw new EvaluationException("--passes is 1 or more.");

        var excluded = (arguments.GetValue(_exclude) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var choices = _columns.Read(arguments) with { Columns = new Dictionary<string, string> { ["label"] = arguments.GetValue(_label)! } };
        var data = LabelledRows.Read(run, arguments.GetValue(_data)!, choices, excluded, cancellation);
        var positive = Positive(data, arguments.GetValue(_positive));
        var labels = Array.ConvertAll(data.Labels, label => label == positive);
        var classes = Array.ConvertAll(labels, label => label ? 1 : 0);
        if (Math.Min(classes.Sum(), classes.Length - classes.Sum()) < folds)
            throw new EvaluationException($"Each of the {folds} folds needs a row of each class; the rarer of '{string.Join("' and '", data.Classes)}' has too few.");

        var assigned = StratifiedFolds.Assign(classes, folds, arguments.GetValue(_seed));
        var candidates = Candidates();
        var scored = new List<Scored>();
        foreach (var (name, create, parameters) in candidates)
        {
            run.Progress($"cross-validating {name}");
            var validation = new CrossValidation(data.Rows, classes, assigned, folds, passes, arguments.GetValue(_seed));
            var (probabilities, trainingLoss) = validation.Run(create, cancellation);
            scored.Add(new Scored(name, parameters, probabilities, trainingLoss));
        }

        var best = scored.MinBy(model => model.TrainingLoss)!;
        EvaluatedModel[] models = [.. scored.Select(model => Measure(model, labels, assigned, folds))];
        return new EvaluationResult(Name, labels.Length, models, best.Name)
        {
            Verdict = EvaluationResult.VerdictOf(best.Name, models, "AUC", "LogLoss", "CalibrationError"),
            Notes = Notes(data, positive, folds),
            Plots = [.. Plots(scored, labels)],
        };
    }

    private static (string Name, Func<IOnlineLearner> Create, KeyValuePair<string, double>[] Parameters)[] Candidates()
    {
        var (alpha, rate) = (new FtrlProximalOptions().Alpha, new AdaGradOptions().Rate);
        return
        [
            ("logistic", () => new LogisticRegression(new FtrlProximal()), [EvaluatedModel.Figure("alpha", alpha)]),
            ("logistic, AdaGrad", () => new LogisticRegression(new AdaGrad()), [EvaluatedModel.Figure("rate", rate)]),
            ("logistic, Platt", () => new CalibratedClassifier(new LogisticRegression(new FtrlProximal()), new PlattCalibrator()), [EvaluatedModel.Figure("alpha", alpha)]),
            ("logistic, isotonic", () => new CalibratedClassifier(new LogisticRegression(new FtrlProximal()), new IsotonicCalibrator()), [EvaluatedModel.Figure("alpha", alpha)]),
        ];
    }

    /// <summary>The value named; else the one that means yes; else the rarer.</summary>
    private static string Positive(LabelledRows data, string? named)
    {
        if (named is not null)
            return data.Classes.FirstOrDefault(value => string.Equals(value, named, StringComparison.OrdinalIgnoreCase))
                ?? throw new EvaluationException($"The label has no value '{named}'; it has '{string.Join("' and '", data.Classes)}'.");
        var yes = data.Classes.Where(value => PositiveNames.Contains(value, StringComparer.OrdinalIgnoreCase)).ToArray();
        return yes.Length == 1 ? yes[0] : data.Classes.MinBy(value => data.Labels.Count(label => label == value))!;
    }

    private static EvaluatedModel Measure(Scored model, bool[] labels, int[] assigned, int folds)
    {
        var score = default(ProbabilityScore);
        var confusion = default(BinaryConfusion);
        var calibration = new CalibrationCurve();
        for (var i = 0; i < labels.Length; i++)
        {
            score.Add(model.Probabilities[i], labels[i]);
            confusion.Add(model.Probabilities[i] >= 0.5, labels[i]);
            calibration.Add(model.Probabilities[i], labels[i]);
        }

        // The area is the mean of the folds' areas: probabilities of different folds come from different models.
        var areas = Enumerable.Range(0, folds).Average(fold =>
        {
            var rows = Enumerable.Range(0, labels.Length).Where(i => assigned[i] == fold).ToArray();
            return RocCurve.Create(Array.ConvertAll(rows, i => model.Probabilities[i]), Array.ConvertAll(rows, i => labels[i])).Area;
        });
        return new EvaluatedModel(model.Name, model.Parameters,
        [
            EvaluatedModel.Figure("AUC", areas),
            EvaluatedModel.Figure("LogLoss", score.LogLoss),
            EvaluatedModel.Figure("Accuracy", confusion.Accuracy().Estimate),
            EvaluatedModel.Figure("F1", confusion.F1),
            EvaluatedModel.Figure("CalibrationError", calibration.ExpectedError),
        ]);
    }

    private static List<string> Notes(LabelledRows data, string positive, int folds)
    {
        var share = data.Labels.Count(label => label == positive) / (double)data.Labels.Length;
        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"Positive is '{positive}', {share:P1} of the rows; {data.Columns.Count} columns used; {folds}-fold stratified, shuffled."),
            "Best is the model with the least log loss of predict-then-learn on the first pass over the training rows; the test rows had no part in it.",
        ];
        if (data.Columns.Infinite > 0) notes.Add($"{data.Columns.Infinite} infinite values were taken as missing.");
        if (data.Columns.Dropped.Count > 0) notes.Add($"Left out because they name rows: {string.Join(", ", data.Columns.Dropped)}.");
        return notes;
    }

    private static IEnumerable<Plot> Plots(List<Scored> models, bool[] labels)
    {
        yield return new Plot("ROC", "false positive rate", "true positive rate",
            [.. models.Select(model => new Curve(model.Name, [.. RocCurve.Create(model.Probabilities, labels).Points().Select(p => (p.FalsePositiveRate, p.TruePositiveRate))]))])
        { Diagonal = true };
        yield return new Plot("Calibration", "predicted probability", "observed frequency",
            [.. models.Select(model => new Curve(model.Name, Calibration(model.Probabilities, labels), CurveStyle.LineAndDots))])
        { Diagonal = true };
    }

    private static (double, double)[] Calibration(double[] probabilities, bool[] labels)
    {
        var curve = new CalibrationCurve();
        for (var i = 0; i < labels.Length; i++) curve.Add(probabilities[i], labels[i]);
        return [.. curve.Points().Where(point => point.Count > 0).Select(point => (point.Probability, point.Frequency))];
    }

    private sealed record Scored(string Name, KeyValuePair<string, double>[] Parameters, double[] Probabilities, double TrainingLoss);
}
