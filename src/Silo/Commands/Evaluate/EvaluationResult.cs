namespace Personalization.Silo.Commands.Evaluate;

/// <summary>What an evaluation found, ready to be shown as a table, as JSON, or as a report.</summary>
/// <param name="Task">The evaluation's name, <see cref="IEvaluation.Name"/>.</param>
/// <param name="Rows">How many rows of data were used, bad rows not counted.</param>
/// <param name="Models">Every model under its field name, in the order they are shown.</param>
/// <param name="Best">The name of the model to use, chosen on training data only; <c>null</c> where there is nothing to choose.</param>
public sealed record EvaluationResult(string Task, long Rows, IReadOnlyList<EvaluatedModel> Models, string? Best)
{
    /// <summary>Sentences shown below the table: how <see cref="Best"/> was chosen, what to distrust.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What to make of it, in one sentence; see <see cref="VerdictOrNone"/>.</summary>
    public string? Verdict { get; init; }

    /// <summary>The sentence, or that there is nothing to choose.</summary>
    public string VerdictOrNone => Verdict ?? (Best is null ? "No model is called best." : $"{Best} is best, chosen on training data.");

    /// <summary>Says of the best model what the named metrics are: <c>BG/NBD is best: RMSE 1.02, MAE .54.</c></summary>
    public static string VerdictOf(string? best, IReadOnlyList<EvaluatedModel> models, params IEnumerable<string> metrics)
    {
        ArgumentNullException.ThrowIfNull(models);
        return models.FirstOrDefault(model => model.Name == best) is { } model
            ? $"{model.Name} is best, chosen on training data; on data that it had not seen: {string.Join(", ", metrics.Select(name => $"{name} {ResultTable.Find(model.Metrics, name)}"))}."
            : "No model is called best: there was too little to choose by.";
    }

    /// <summary>What the rows are.</summary>
    public string Unit { get; init; } = "rows";

    /// <summary>The plots of the report, in order.</summary>
    public IReadOnlyList<Plot> Plots { get; init; } = [];
}

/// <summary>One model: its field name, what was fitted, and what was measured on data it had not seen.</summary>
/// <param name="Name">The field's name: <c>BG/NBD</c>, <c>VMIS-kNN</c>, <c>logistic</c>.</param>
/// <param name="Parameters">Fitted parameters and settings, in the order of the field.</param>
/// <param name="Metrics">Measures; not-a-number and infinite values are <c>null</c> in JSON and a dash in the table.</param>
public sealed record EvaluatedModel(
    string Name, IReadOnlyList<KeyValuePair<string, double>> Parameters, IReadOnlyList<KeyValuePair<string, double>> Metrics)
{
    /// <summary>Names a figure: <c>EvaluatedModel.Figure("AUC", .8447)</c>.</summary>
    public static KeyValuePair<string, double> Figure(string name, double value) => new(name, value);
}
