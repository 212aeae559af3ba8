using System.CommandLine;
using System.Globalization;
using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Mixing;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>
/// <c>evaluate sessions --train a.csv --test b.csv</c>: predicts the next item of every prefix of every test session by VMIS-kNN, sequential rules,
/// co-visitation, trending, and their mix.
/// </summary>
internal sealed class SessionsEvaluation : IEvaluation
{
    private static readonly CsvColumn Session = new("session_id", "session", "sid", "user_session") { Option = "session" };
    private static readonly CsvColumn Item = new("item_id", "item", "product_id", "product", "sku") { Option = "item" };
    private static readonly CsvColumn Timestamp = new("timestamp", "event_time", "time", "datetime", "date") { Option = "time", Kind = CsvColumnKind.Instant };

    private readonly ColumnOptions _columns = new("session", "item", "time");
    private readonly Option<string> _train = new("--train") { Description = "CSV with session_id, item_id and timestamp, a row a click; gzip allowed.", Required = true, HelpName = "file" };
    private readonly Option<string> _test = new("--test") { Description = "Later sessions, in the same form.", Required = true, HelpName = "file" };
    private readonly Option<int> _minPrefix = new("--min-prefix") { Description = "The shortest part of a session that is asked about.", DefaultValueFactory = _ => 1, HelpName = "clicks" };
    private readonly Option<string> _repeats = new("--repeats")
    {
        Description = "Which items of the session may come back: allow, exclude-current, exclude-seen, or auto: the current item may where training shows it does.",
        DefaultValueFactory = _ => "auto",
        HelpName = "policy",
    };

    public string Name => "sessions";

    public string Description => "Predicts the next item of sessions: VMIS-kNN, sequential rules, co-visitation, trending, and a mix of them learned online.";

    public IReadOnlyList<Option> Options => [_train, _test, _minPrefix, _repeats, .. _columns.All];

    public EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation)
    {
        var minPrefix = arguments.GetValue(_minPrefix);
        if (minPrefix < 1) throw new EvaluationException("--min-prefix must be 1 or more.");
        RepeatPolicy? asked = arguments.GetValue(_repeats) switch
        {
            "auto" => null,
            "allow" => RepeatPolicy.Allow,
            "exclude-current" => RepeatPolicy.ExcludeCurrent,
            "exclude-seen" => RepeatPolicy.ExcludeSeen,
            var other => throw new EvaluationException($"--repeats '{other}' is none of auto, allow, exclude-current, exclude-seen."),
        };
        var columns = _columns.Read(arguments);
        var ids = new ItemNumbers();
        var trainRows = Read(run, arguments.GetValue(_train)!, columns, ids, cancellation);
        var testRows = Read(run, arguments.GetValue(_test)!, columns, ids, cancellation);
        var train = ids.ToSessions(trainRows);
        var test = ids.ToSessions(testRows);
        if (train.Count < 10) throw new EvaluationException($"'{arguments.GetValue(_train)}' has {train.Count.ToString(CultureInfo.InvariantCulture)} sessions; ten are needed at least.");
        if (!Enumerable.Range(0, test.Count).Any(s => test.Items(s).Length > minPrefix))
            throw new EvaluationException($"No session of '{arguments.GetValue(_test)}' has more than {minPrefix.ToString(CultureInfo.InvariantCulture)} clicks: there is no next item to predict.");

        var repeats = asked ?? PolicyFor(train);
        var evaluation = new NextItemEvaluation { MinPrefix = minPrefix, Repeats = repeats };
        var report = NextItemBacktest.Run(train, test, evaluation, (stage, fraction) =>
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress(stage, fraction);
        });
        var otherWay = new NextItemEvaluation { MinPrefix = minPrefix, Repeats = repeats == RepeatPolicy.Allow ? RepeatPolicy.ExcludeCurrent : RepeatPolicy.Allow };
        EvaluatedModel[] models = [.. report.Entries.Select(entry => Model(entry, report, otherWay, test))];
        return new EvaluationResult(Name, trainRows.Count + testRows.Count, models, report.Best)
        {
            Verdict = EvaluationResult.VerdictOf(report.Best, models, "HR@20", "MRR@20", "NDCG@20"),
            Notes = [.. Notes(report, repeats)],
            Plots = Plots(report),
        };
    }

    private static List<(int Session, int Item, long Time)> Read(EvaluationRun run, string path, ColumnChoices columns, ItemNumbers ids, CancellationToken cancellation)
    {
        using var table = run.OpenTable(path, columns, Session, Item, Timestamp);
        var sessions = new Dictionary<string, int>().GetAlternateLookup<ReadOnlySpan<char>>();
        var rows = new List<(int, int, long)>();
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if ((table.RowNumber & 0xFFFF) == 0) run.Progress("reading", table.Fraction);
            if (table.Text(0).IsEmpty) run.RejectRow(table, "no session");
            else if (table.Text(1).IsEmpty) run.RejectRow(table, "no item");
            else if (!table.TryInstant(2, out var instant)) run.RejectRow(table, $"'{table.Text(2)}' is not a time");
            else
            {
                if (!sessions.TryGetValue(table.Text(0), out var session)) sessions[table.Text(0)] = session = sessions.Dictionary.Count;
                rows.Add((session, ids.NumberOf(table.Text(1)), instant.ToUnixTimeMilliseconds()));
            }
        }

        return rows.Count > 0 ? rows : throw new EvaluationException($"'{path}' has no row with a session, an item and a time.");
    }

    /// <summary>Logs from which repeated views were removed never show an item right after itself; recommending it would waste the first
    /// place.</summary>
    private static RepeatPolicy PolicyFor(SessionSet train)
    {
        var (again, steps) = (0, 0);
        for (var s = 0; s < train.Count; s++)
        {
            var items = train.Items(s);
            for (var i = 1; i < items.Length; i++, steps++)
            {
                if (items[i] == items[i - 1]) again++;
            }
        }

        return again * 1_000L < steps ? RepeatPolicy.ExcludeCurrent : RepeatPolicy.Allow;
    }

    private static EvaluatedModel Model(NextItemBacktestEntry entry, NextItemBacktestReport report, NextItemEvaluation otherWay, SessionSet test)
    {
        var other = otherWay.Evaluate(entry.Recommender, test);
        var suffix = otherWay.Repeats == RepeatPolicy.Allow ? "RepeatsAllowed" : "CurrentExcluded";
        KeyValuePair<string, double>[] parameters = entry.Recommender switch
        {
            Algorithms.Recommendation.NearestNeighbours.VmisKnn =>
            [
                new("m", report.Neighbours.RecentSessions), new("k", report.Neighbours.Neighbours), new("lastItems", report.Neighbours.LastItems), new("idfExponent", report.Neighbours.IdfExponent),
            ],
            RecommendationMix mix => [new("sources", mix.Sources.Count), new("weights", mix.Weights.Length)],
            _ => [],
        };
        return new EvaluatedModel(entry.Recommender.Name, parameters,
        [
            new("HR@20", entry.Test.HitRate),
            new("MRR@20", entry.Test.MeanReciprocalRank),
            new("NDCG@20", entry.Test.NormalizedDiscountedCumulativeGain),
            new($"HR@20{suffix}", other.HitRate),
            new($"MRR@20{suffix}", other.MeanReciprocalRank),
            new("lastDayNDCG@20", entry.LastDay.NormalizedDiscountedCumulativeGain),
        ]);
    }

    private static IEnumerable<string> Notes(NextItemBacktestReport report, RepeatPolicy repeats)
    {
        var result = report.Entries[0].Test;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Cases} cases, {100.0 * result.RepeatCases / result.Cases:0.#} % of them repeats of an item of the session; the policy of the figures is {repeats}.");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Neighbours, weights of the mix and best (largest NDCG@20) were chosen on the last {report.LastDaySessions} sessions of training; the test had no say.");
    }

    private static IReadOnlyList<Plot> Plots(NextItemBacktestReport report) =>
    [
        new Plot("HR@20 by prefix length", $"clicks seen ({NextItemResult.LongestPrefixRow}: that or more)", "HR@20",
        [
            .. report.Entries.Select(entry => new Curve(entry.Recommender.Name,
            [
                .. Enumerable.Range(1, NextItemResult.LongestPrefixRow)
                    .Select(length => (Length: length, entry.Test.HitRateByPrefixLength(length).HitRate, entry.Test.HitRateByPrefixLength(length).Cases))
                    .Where(point => point.Cases > 0).Select(point => ((double)point.Length, point.HitRate)),
            ], CurveStyle.LineAndDots)),
        ]),
    ];

    /// <summary>Numbers the items of both files so that the numbers are ordered as the ids are, whole numbers by size and others by letters: equal
    /// scores are settled by them.</summary>
    private sealed class ItemNumbers
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _numbers = new Dictionary<string, int>().GetAlternateLookup<ReadOnlySpan<char>>();

        public int NumberOf(ReadOnlySpan<char> id)
        {
            if (!_numbers.TryGetValue(id, out var number)) _numbers[id] = number = _numbers.Dictionary.Count;
            return number;
        }

        public SessionSet ToSessions(List<(int Session, int Item, long Time)> rows)
        {
            string[] ids = [.. _numbers.Dictionary.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
            var places = new ulong[ids.Length];
            int[] order = [.. Enumerable.Range(0, ids.Length)];
            Array.Sort(order, Array.TrueForAll(ids, id => ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? (a, b) => ulong.Parse(ids[a], CultureInfo.InvariantCulture).CompareTo(ulong.Parse(ids[b], CultureInfo.InvariantCulture))
                : (a, b) => string.CompareOrdinal(ids[a], ids[b]));
            for (var place = 0; place < order.Length; place++) places[order[place]] = (ulong)place + 1;
            return SessionSet.FromClicks([.. rows.Select(row => new Click((ulong)row.Session, places[row.Item], row.Time))]);
        }
    }
}
