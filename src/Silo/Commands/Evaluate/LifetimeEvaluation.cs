using System.CommandLine;
using System.Globalization;
using Personalization.Algorithms.Lifetime;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>
/// <c>evaluate lifetime --data f --split DATE</c>: forecasts purchases after a date from those before it by BG/NBD, MBG/NBD and plain methods, and
/// their value by Gamma-Gamma.
/// </summary>
internal sealed class LifetimeEvaluation : IEvaluation
{
    private static readonly CsvColumn Customer = new("customer", "customer_id", "client_id", "buyer_id", "user_id", "user", "cust_id", "cust", "id") { Option = "customer" };
    private static readonly CsvColumn Date = new("date", "order_date", "purchase_date", "invoice_date", "transaction_date", "day", "timestamp", "event_time", "datetime", "time", "created_at")
    {
        Option = "date",
        Kind = CsvColumnKind.Instant,
    };

    private static readonly CsvColumn Value = new("value", "total", "amount", "total_amount", "order_total", "revenue", "sales", "price") { Option = "value", Kind = CsvColumnKind.Number, Optional = true };

    // Beyond it sums of squares would leave the range in which a double tells neighbours apart.
    private const double LargestValue = 1e15;

    private readonly ColumnOptions _columns = new("customer", "date", "value");
    private readonly Option<string> _data = new("--data") { Description = "CSV with customer, date and value, a row a purchase; gzip allowed.", Required = true, HelpName = "file" };
    private readonly Option<string> _split = new("--split") { Description = "The first day of the hold-out.", Required = true, HelpName = "date" };
    private readonly Option<string?> _end = new("--end") { Description = "The day after the hold-out; otherwise that of the last purchase.", HelpName = "date" };

    public string Name => "lifetime";

    public string Description => "Forecasts how often customers buy again, and for how much: BG/NBD, MBG/NBD, Gamma-Gamma, beside plain methods.";

    public IReadOnlyList<Option> Options => [_data, _split, _end, .. _columns.All];

    public EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation)
    {
        var split = Day("--split", arguments.GetValue(_split)!);
        var endText = arguments.GetValue(_end);
        int? end = endText is null ? null : Day("--end", endText);
        var (log, rows, valued) = Read(run, arguments.GetValue(_data)!, _columns.Read(arguments), end, cancellation);
        Check(log, split, end);

        run.Progress("fitting and back-testing");
        var forecasters = LifetimeBacktest.DefaultForecasters();
        var report = LifetimeBacktest.Run(log, split, forecasters, end);
        var spend = valued > 0 ? SpendBacktest.Run(log, split) : null;
        var models = new List<EvaluatedModel>();
        for (var i = 0; i < report.HoldOut.Count; i++) models.Add(Model(report.HoldOut[i], forecasters[i], report.Rounds.Count > 0 ? report.BacktestRmse[i] : null));
        if (spend is not null) models.Add(Model(spend));
        return new EvaluationResult(Name, rows, models, report.Best)
        {
            Verdict = EvaluationResult.VerdictOf(report.Best, models, "RMSE", "MAE", "forecast", "actual"),
            Notes = [.. Notes(log, split, report, forecasters), .. MoneyNotes(rows, valued, spend)],
            Plots = Plots(log, split, report),
        };
    }

    private static (PurchaseLog Log, long Rows, long Valued) Read(EvaluationRun run, string path, ColumnChoices columns, int? end, CancellationToken cancellation)
    {
        using var table = run.OpenTable(path, columns, Customer, Date, Value);
        var numbers = new Dictionary<string, int>().GetAlternateLookup<ReadOnlySpan<char>>();
        var purchases = new List<(int, int, double)>();
        var valued = 0L;
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if ((table.RowNumber & 0xFFFF) == 0) run.Progress("reading", table.Fraction);
            var customer = table.Text(0);
            // A purchase without a value is a purchase whose value is not known, and not one for nothing.
            var value = double.NaN;
            if (customer.IsEmpty) run.RejectRow(table, "no customer");
            else if (!table.TryInstant(1, out var instant)) run.RejectRow(table, $"'{table.Text(1)}' is not a date");
            else if (table.Has(2) && !MissingValue.Is(table.Text(2)) && !table.TryNumber(2, out value)) run.RejectRow(table, $"'{table.Text(2)}' is not a value");
            else if (value > LargestValue) run.RejectRow(table, $"the value {table.Text(2)} is beyond any purchase");
            else if (value < 0) run.PassOver(table, "with a negative value (returns) are no purchases and were left out");
            else
            {
                if (!numbers.TryGetValue(customer, out var number)) numbers[customer] = number = numbers.Dictionary.Count;
                var day = DateOnly.FromDateTime(instant.DateTime).DayNumber;
                if (end is { } last && day >= last) continue;
                purchases.Add((number, day, value));
                if (!double.IsNaN(value)) valued++;
            }
        }

        if (purchases.Count == 0) throw new EvaluationException($"'{path}' has no row with a customer and a date.");
        return (PurchaseLog.Create(InOrderOfIds(purchases, numbers.Dictionary)), purchases.Count, valued);
    }

    /// <summary>Customers numbered by their ids, so that the last digit of a sum, and what is fitted to it, does not depend on the order of the rows.</summary>
    private static IEnumerable<(int Customer, int Day, double Value)> InOrderOfIds(List<(int Customer, int Day, double Value)> purchases, Dictionary<string, int> numbers)
    {
        var places = new int[numbers.Count];
        var next = 0;
        foreach (var (_, number) in numbers.OrderBy(pair => pair.Key, StringComparer.Ordinal)) places[number] = next++;
        return purchases.Select(purchase => (places[purchase.Customer], purchase.Day, purchase.Value));
    }

    private static void Check(PurchaseLog log, int split, int? end)
    {
        string Range() => $"the purchases run from {Show(log.FirstDay)} to {Show(log.LastDay)}";
        if (split <= log.FirstDay) throw new EvaluationException($"There is no purchase before the split {Show(split)}: {Range()}.");
        if ((end ?? log.LastDay + 1) <= split) throw new EvaluationException($"There is no purchase from the split {Show(split)} on: {Range()}.");
        var past = log.Before(split);
        if (!Enumerable.Range(0, past.Customers).Any(c => past.DaysOf(c).Length > 1))
            throw new EvaluationException($"No customer bought on two days before the split {Show(split)}: there is nothing to learn from.");
    }

    private static EvaluatedModel Model(ForecastAccuracy accuracy, IPurchaseForecaster forecaster, double? backtestRmse)
    {
        var parameters = accuracy.Parameters.ToList();
        var metrics = new List<KeyValuePair<string, double>>
        {
            new("forecast", accuracy.Forecast),
            new("actual", accuracy.Actual),
            new("MAE", accuracy.Mae),
            new("RMSE", accuracy.Rmse),
            new("Spearman", accuracy.Spearman),
        };
        if (backtestRmse is { } rmse) metrics.Add(new("backtestRMSE", rmse));
        if (forecaster is BetaGeometricForecaster { LastFit: { } fit })
        {
            metrics.Add(new("logLikelihood", fit.LogLikelihood));
            parameters.Add(new("se(r)", fit.StandardErrors.R));
            parameters.Add(new("se(alpha)", fit.StandardErrors.Alpha));
            parameters.Add(new("se(a)", fit.StandardErrors.A));
            parameters.Add(new("se(b)", fit.StandardErrors.B));
        }

        return new EvaluatedModel(accuracy.Name, parameters, metrics);
    }

    private static EvaluatedModel Model(SpendBacktestReport spend)
    {
        var fit = spend.Fit;
        return new EvaluatedModel(
            "Gamma-Gamma",
            [new("p", fit.Model.P), new("q", fit.Model.Q), new("v", fit.Model.V), new("se(p)", fit.StandardErrorP), new("se(q)", fit.StandardErrorQ), new("se(v)", fit.StandardErrorV)],
            [
                new("valueForecast", spend.MeanForecast), new("valueActual", spend.MeanActual), new("valueMAE", spend.Mae),
                new("populationMeanMAE", spend.PopulationMae), new("logLikelihood", fit.LogLikelihood),
            ]);
    }

    private static IEnumerable<string> Notes(PurchaseLog log, int split, LifetimeBacktestReport report, IReadOnlyList<IPurchaseForecaster> forecasters)
    {
        var known = report.HoldOut[0].Customers;
        yield return string.Create(CultureInfo.InvariantCulture, $"{known} customers known before {Show(split)}; purchases of one day count once, times are weeks.");
        yield return report.Rounds.Count == 0
            ? "The time before the split is too short for a back-test: no model is called best."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"best has the lowest RMSE over {report.Rounds.Count} back-tests of {report.Rounds[0].Days / 7.0:0.#} weeks from {Show(report.Rounds[0].Origin)} to {Show(report.Rounds[^1].Origin)}; the hold-out had no say.");
        var unknown = Enumerable.Range(0, log.Customers).Count(c => !log.DaysOf(c).IsEmpty && log.DaysOf(c)[0] >= split);
        if (unknown > 0) yield return string.Create(CultureInfo.InvariantCulture, $"{unknown} customers came after the split and are not part of the figures.");
        foreach (var forecaster in forecasters)
        {
            if (forecaster is BetaGeometricForecaster { LastFit.Converged: false })
                yield return $"{forecaster.Name} did not converge: the data do not determine all of its parameters.";
        }
    }

    private static IEnumerable<string> MoneyNotes(long rows, long valued, SpendBacktestReport? spend)
    {
        if (valued > 0 && valued < rows)
            yield return string.Create(CultureInfo.InvariantCulture, $"{rows - valued} purchases have no value: they count as purchases and take no part in the value of one.");
        if (valued > 0 && spend is null) yield return "Nobody has a repeat purchase of a value above zero before the split: the value of a purchase cannot be learned.";
        if (spend is { Fit.Converged: false }) yield return "Gamma-Gamma did not converge: the values do not determine all of its parameters.";
    }

    private static IReadOnlyList<Plot> Plots(PurchaseLog log, int split, LifetimeBacktestReport report)
    {
        var tracking = new List<Curve> { new("actual", [.. report.Tracking.Select(week => ((double)week.Week, week.Actual))]) };
        for (var i = 0; report.Tracking.Count > 0 && i < report.Tracking[0].Expected.Count; i++)
        {
            var model = i;
            tracking.Add(new Curve(report.Tracking[0].Expected[i].Key, [.. report.Tracking.Select(week => ((double)week.Week, week.Expected[model].Value))]));
        }

        var calibration = report.HoldOut[0].Calibration;
        return
        [
            new Plot("Tracking of repeat purchases", "weeks since the first purchase (the hold-out is right of the line)", "cumulative repeat purchases", tracking)
            {
                Marker = (split - log.FirstDay) / 7.0,
            },
            new Plot("Calibration by frequency", "repeat purchases before the split (the last point: that many or more)", "mean purchases in the hold-out",
            [
                new Curve("actual", [.. calibration.Select(bin => ((double)bin.Frequency, bin.MeanActual))], CurveStyle.LineAndDots),
                .. report.HoldOut.Select(model => new Curve(model.Name, [.. model.Calibration.Select(bin => ((double)bin.Frequency, bin.MeanForecast))], CurveStyle.LineAndDots)),
            ]),
            .. report.Rounds.Count == 0 ? Array.Empty<Plot>() :
            [
                new Plot("Back-tests", "week of the origin", "RMSE a customer",
                [
                    .. report.HoldOut.Select((model, i) => new Curve(
                        model.Name, [.. report.Rounds.Select(round => ((round.Origin - log.FirstDay) / 7.0, round.Forecasts[i].Rmse))], CurveStyle.LineAndDots)),
                ]),
            ],
        ];
    }

    private static int Day(string option, string text) => InstantFormat.Plain.TryParse(text, out var instant)
        ? DateOnly.FromDateTime(instant.DateTime).DayNumber
        : throw new EvaluationException($"{option} '{text}' is not a date; write it as 1997-10-01.");

    private static string Show(int day) => DateOnly.FromDayNumber(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
