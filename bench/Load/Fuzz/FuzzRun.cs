using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Personalization.Load.Http;
using Personalization.Load.Reporting;

namespace Personalization.Load.Fuzz;

/// <summary>
/// Sends mutated requests to an engine without keys. Whatever comes, each is answered in time, none by a failure of the engine's, errors as problem documents, JSON as JSON;
/// and no event that was accepted is set aside afterwards.
/// </summary>
internal sealed partial class FuzzRun(FuzzPlan plan, RunReport report)
{
    private const int Told = 5;
    private const string Failure = "failure";
    private const string Hang = "hang";
    private const string Malformed = "malformed";
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, long> _statuses = [];
    private readonly Dictionary<string, (long Count, List<string> Examples)> _faults = new(StringComparer.Ordinal);
    private double _slowest;
    private int _left = plan.Requests;

    private FuzzPlan Plan => plan;

    /// <summary>Sends all of the plan's requests, and reports.</summary>
    /// <param name="server">The engine.</param>
    /// <param name="halfway">Called once when a quarter of the requests is sent: what is kept of callers' names is full by then.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(Uri server, Func<Task>? halfway, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(2) };
        var contract = await http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", cancellation);
        report.Setting("requests", plan.Requests);
        report.Setting("seed", plan.Seed);
        report.Setting("connections", plan.Connections);
        report.Setting("calls of the contract", ContractCall.Read(contract).Count);

        var quarter = plan.Requests / 4;
        var workers = Enumerable.Range(0, plan.Connections).Select(number => new Worker(this, server, new RequestMaker(ContractCall.Read(contract), new Random(HashCode(plan.Seed, number)), server.Authority))).ToList();
        await Task.WhenAll(workers.Select(worker => Task.Run(() => worker.Run(quarter, cancellation), cancellation)));
        if (halfway is not null) await halfway();
        await Task.WhenAll(workers.Select(worker => Task.Run(() => worker.Run(plan.Requests, cancellation), cancellation)));
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));

        var table = report.Table("Answers by status", "status", "answers");
        foreach (var (status, answers) in _statuses) table.Row(status, answers);
        report.Check("no answer is a failure of ours", !_faults.ContainsKey(Failure), Describe(Failure));
        report.Check("every request is answered in time", !_faults.ContainsKey(Hang), $"{Describe(Hang)}; the slowest took {_slowest:0.00} s");
        report.Check("every error is a problem document, every JSON whole", !_faults.ContainsKey(Malformed), Describe(Malformed));
        await CheckDeadLetters(http, cancellation);
    }

    /// <summary>Seeds that differ in one of two numbers, the same in every process.</summary>
    private static int HashCode(int seed, int number) => unchecked((seed * 7919) + number);

    private string Describe(string kind) => _faults.TryGetValue(kind, out var fault) ? $"{fault.Count:N0}, such as:{Environment.NewLine}{string.Join(Environment.NewLine, fault.Examples)}" : "none";

    private void Note(string kind, string what, byte[] request)
    {
        lock (_lock)
        {
            if (!_faults.TryGetValue(kind, out var fault)) fault = (0, []);
            if (fault.Examples.Count < Told) fault.Examples.Add($"{what} to {Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, 1500)))}");
            _faults[kind] = (fault.Count + 1, fault.Examples);
        }
    }

    private void Count(int status, double seconds)
    {
        lock (_lock)
        {
            _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
            _slowest = Math.Max(_slowest, seconds);
        }
    }

    private bool Take(int upTo) => Interlocked.Decrement(ref _left) >= plan.Requests - upTo || Return();

    private bool Return()
    {
        Interlocked.Increment(ref _left);
        return false;
    }

    /// <summary>Bounds on what many calls add up to (a customer's traits, purposes) are the fold's, and what passes them is a dead letter by contract; an event never is.</summary>
    private async Task CheckDeadLetters(HttpClient http, CancellationToken cancellation)
    {
        var totals = await http.GetFromJsonAsync<JsonElement>("/v1/admin/totals?wait=true", cancellation);
        report.Check("everything accepted is committed", totals.GetProperty("drained").GetBoolean() && totals.GetProperty("events").GetInt64() > 0, $"{totals.GetProperty("events").GetInt64():N0} events, lag {totals.GetProperty("lag")}");
        var wrong = new List<string>();
        string? cursor = null;
        do
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/v1/admin/log/dead-letters?limit=1000&cursor={cursor}", cancellation);
            wrong.AddRange(page.GetProperty("deadLetters").EnumerateArray().Where(letter => !SumBound().IsMatch(letter.GetProperty("reason").GetString()!)).Select(letter => letter.ToString()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        report.Check("nothing accepted becomes a dead letter by what is in it", wrong.Count == 0, wrong.Count == 0 ? "none" : $"{wrong.Count:N0}, such as {string.Join(Environment.NewLine, wrong.Take(Told))}");
    }

    [GeneratedRegex("at most [0-9]+ (traits|bytes|purposes)$")]
    private static partial Regex SumBound();

    private sealed class Worker(FuzzRun run, Uri server, RequestMaker maker) : IAsyncDisposable
    {
        private HttpConnection? _connection;

        public async Task Run(int upTo, CancellationToken cancellation)
        {
            while (run.Take(upTo)) await Send(maker.Next(), cancellation);
        }

        public ValueTask DisposeAsync()
        {
            _connection?.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task Send(FuzzRequest request, CancellationToken cancellation)
        {
            var started = Stopwatch.GetTimestamp();
            // A server may close a kept connection between two requests; on a new one it must answer.
            for (var isNew = false; !isNew;)
            {
                isNew = _connection is null;
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                patience.CancelAfter(run.Plan.Patience);
                try
                {
                    _connection ??= await HttpConnection.Connect(server, patience.Token);
                    var status = await _connection.Send(request.Bytes, request.HasAnswerBody, patience.Token);
                    run.Count(status, Stopwatch.GetElapsedTime(started).TotalSeconds);
                    Check(status, request);
                    if (_connection.IsClosed) Close();
                    return;
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    Close();
                    run.Note(Hang, $"no answer in {run.Plan.Patience.TotalSeconds:0} s", request.Bytes);
                    return;
                }
                catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException)
                {
                    Close();
                    if (isNew) run.Note(Hang, $"no answer ({fault.Message})", request.Bytes);
                }
            }
        }

        private void Check(int status, FuzzRequest request)
        {
            if (status >= 500 && status != 501) run.Note(Failure, $"{status} {_connection!.BodyText}", request.Bytes);
            if (!request.HasAnswerBody) return;
            // What the server cannot read as a request at all it answers by itself, with a status alone, and closes.
            if (status >= 400 && !_connection!.IsProblem && !(_connection.IsClosed && _connection.Body.IsEmpty)) run.Note(Malformed, $"{status} without a problem document", request.Bytes);
            if (!_connection!.IsJson) return;
            try
            {
                using var document = JsonDocument.Parse(_connection.Body, new JsonDocumentOptions { MaxDepth = 256 });
                if (_connection.IsProblem && !(document.RootElement.TryGetProperty("status", out var told) && told.GetInt32() == status)) run.Note(Malformed, string.Create(CultureInfo.InvariantCulture, $"{status} with a problem of another status, or none"), request.Bytes);
            }
            catch (JsonException fault)
            {
                run.Note(Malformed, $"{status} with broken JSON ({fault.Message})", request.Bytes);
            }
        }

        private void Close()
        {
            _connection?.Dispose();
            _connection = null;
        }
    }
}
