using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Personalization.Algorithms.Numerics;
using Personalization.Load.Hosting;
using Personalization.Load.Http;
using Personalization.Load.Latency;
using Personalization.Load.Reporting;
using Personalization.Load.Traffic;

namespace Personalization.Load.Decide;

/// <summary>Fills an engine with customers and actions, teaches it, and asks.</summary>
internal sealed class DecideRun(DecidePlan plan, RunReport report)
{
    private const string Slot = "bench";
    private const int Taught = 300;
    private const int Reranked = 100;
    private static readonly byte[] Question = Encoding.UTF8.GetBytes($$"""{"slot":"{{Slot}}","context":{"device":"phone","weekday":"monday","temperature":21.5},"n":1}""");

    private readonly Population _population = Population.Uniform("d", plan.Customers);

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        report.Setting("customers", plan.Customers);
        report.Setting("connections", plan.Connections);
        report.Setting("seconds", plan.Duration.TotalSeconds);
        var rates = report.Table(
            "Closed loop: decisions beside an empty grain call, in turns", "candidates", "record", "meanwhile", "decisions/s", "empty calls/s", "ratio", "server µs a decision", "server µs an empty call", "server KB a decision");
        foreach (var candidates in plan.Candidates)
        {
            foreach (var isStubbed in plan.Stubbed) await Measure(candidates, isStubbed, rates, cancellation);
        }
    }

    private async Task Measure(int candidates, bool isStubbed, ReportTable rates, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartSystem(SystemKind.Engine, folder.Path, cancellation, isStubbed ? ["--stub-decisions"] : []);
        using var http = new HttpClient { BaseAddress = server.Url };
        await Prepare(server, http, candidates, cancellation);
        var record = isStubbed ? "stubbed" : "durable";
        await Compare(server, rates, [candidates, record, "nothing"], writes: false, cancellation);
        await Compare(server, rates, [candidates, record, $"{plan.Writes:0} events/s"], writes: true, cancellation);
        if (!isStubbed && candidates == plan.Candidates[0]) await OpenLoops(server, cancellation);
        var drained = await server.Ask<DurableState>("/bench/drain?seconds=120", cancellation);
        report.Check(string.Create(CultureInfo.InvariantCulture, $"everything was committed ({candidates} candidates, {record})"), drained.IsComplete, $"{drained.Events:N0} events");
    }

    private async Task Prepare(ServerProcess server, HttpClient http, int candidates, CancellationToken cancellation)
    {
        for (var first = 0; first < candidates; first += 500)
        {
            var actions = Enumerable.Range(first, Math.Min(500, candidates - first)).Select(i => new
            {
                actionId = $"action-{i}",
                value = 1 + (i % 7),
                group = $"group-{i % 10}",
                slots = new[] { Slot },
                eligibility = i % 2 == 0 ? "orders >= 0 and not recentlyPurchased(\"nothing\")" : "trait(\"plan\") != \"none\"",
            });
            using var put = await http.PostAsJsonAsync("v1/actions", actions, cancellation);
            put.EnsureSuccessStatusCode();
        }

        await server.Ask<long>(string.Create(CultureInfo.InvariantCulture, $"/bench/fill?run=decide&prefix=d&customers={plan.Customers}&events=5&days=1"), cancellation);
        await server.Ask<DurableState>("/bench/drain?seconds=120", cancellation);
        for (var i = 0; i < Taught; i++)
        {
            using var question = new ByteArrayContent(Question) { Headers = { ContentType = new("application/json") } };
            using var asked = await http.PostAsync($"v1/customers/teacher{i}/next-best-action", question, cancellation);
            var answer = await asked.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            if (!answer.TryGetProperty("decisionId", out var id)) continue;
            using var rewarded = await http.PostAsJsonAsync($"v1/decisions/{id.GetString()}/reward", new { value = i % 3 == 0 ? 1 : 0 }, cancellation);
        }

        await Touch(server.Url, cancellation);
        await Closed(server.Url, Decide, plan.Duration, cancellation);
        await Closed(server.Url, Empty, plan.Duration, cancellation);
    }

    /// <summary>Every customer is read once: what is measured are customers that are in memory and known to be whole.</summary>
    private async Task Touch(Uri server, CancellationToken cancellation) => await Task.WhenAll(Enumerable.Range(0, plan.Connections).Select(number => Task.Run(
        async () =>
        {
            using var connection = await HttpConnection.Connect(server, cancellation);
            for (var customer = number; customer < plan.Customers; customer += plan.Connections) await connection.Get($"/v1/customers/{_population.Id(customer)}/churn", cancellation);
        },
        cancellation)));

    private async Task Compare(ServerProcess server, ReportTable rates, object[] names, bool writes, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var writing = writes ? Write(server.Url, plan.Writes, stop.Token) : Task.CompletedTask;
        var (decided, empty) = (new List<Side>(), new List<Side>());
        for (var round = 0; round < plan.Rounds; round++)
        {
            empty.Add(await Timed(server, Empty, cancellation));
            decided.Add(await Timed(server, Decide, cancellation));
        }

        await stop.CancelAsync();
        await writing;
        rates.Row([
            .. names,
            Spread.Of(decided.Select(side => side.Rate)).ToString(),
            Spread.Of(empty.Select(side => side.Rate)).ToString(),
            Spread.Of(decided.Zip(empty, (one, other) => one.Rate / other.Rate)).ToString(),
            Spread.Of(decided.Select(side => side.Microseconds)).Median,
            Spread.Of(empty.Select(side => side.Microseconds)).Median,
            Spread.Of(decided.Select(side => side.Kilobytes)).Median,
        ]);
    }

    private async Task<Side> Timed(ServerProcess server, Func<HttpConnection, int, CancellationToken, ValueTask> call, CancellationToken cancellation)
    {
        var before = await server.Use(cancellation);
        var started = Stopwatch.GetTimestamp();
        var calls = await Closed(server.Url, call, plan.Duration, cancellation);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var use = (await server.Use(cancellation)).Since(before);
        return new Side(calls / seconds, use.CpuSeconds * 1e6 / calls, use.AllocatedBytes / 1024.0 / calls);
    }

    /// <summary>Decisions at a given rate with writes beside them, then reranks; and empty calls in the same seconds.</summary>
    private async Task OpenLoops(ServerProcess server, CancellationToken cancellation)
    {
        var decided = new LatencyTimes($"decision, due → answer, {plan.Rate:0}/s");
        var beside = new LatencyTimes("empty grain call in the same seconds, 100/s");
        var reranked = new LatencyTimes($"rerank of {Reranked}, 100/s");
        var quiet = new LatencyTimes("empty grain call in the same seconds, 100/s");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var writing = Write(server.Url, plan.Writes, stop.Token);
        await Open(server.Url, [(Decide, plan.Rate, decided), (Empty, 100, beside)], cancellation);
        await Open(server.Url, [(Rerank, 100, reranked), (Empty, 100, quiet)], cancellation);
        await stop.CancelAsync();
        await writing;
        var table = report.Table($"Open loop with {plan.Writes:0} events/s written; times are from when a call was due", LatencyTimes.Columns);
        foreach (var times in new[] { decided, beside, reranked, quiet }) times.AddTo(table);
        var promises = report.Table("Promises", "what", "measured ms", "kept");
        promises.Row("decision p90 < 7 ms", decided.Percentile(90), decided.Percentile(90) < 7 ? "yes" : "no");
        promises.Row($"rerank of {Reranked} p99 < 10 ms", reranked.Percentile(99), reranked.Percentile(99) < 10 ? "yes" : "no");
    }

    private async Task Open(Uri server, (Func<HttpConnection, int, CancellationToken, ValueTask> Call, double Rate, LatencyTimes Times)[] loops, CancellationToken cancellation)
    {
        var channels = Array.ConvertAll(loops, _ => Channel.CreateUnbounded<long>());
        var workers = new List<Task>();
        for (var i = 0; i < loops.Length; i++)
        {
            var (call, _, times) = loops[i];
            var jobs = channels[i].Reader;
            for (var number = 0; number < plan.Connections; number++)
            {
                var random = new Xoshiro256(7, (ulong)((i * 1000) + number));
                workers.Add(Task.Run(
                    async () =>
                    {
                        using var connection = await HttpConnection.Connect(server, cancellation);
                        await foreach (var due in jobs.ReadAllAsync(cancellation))
                        {
                            await call(connection, _population.Draw(ref random), cancellation);
                            times.Record(due, Stopwatch.GetTimestamp());
                        }
                    },
                    cancellation));
            }
        }

        await OpenLoop.Run([.. loops.Select((loop, i) => (loop.Rate, channels[i].Writer))], plan.Duration, seed: 1);
        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromMinutes(2), cancellation);
    }

    private async Task<long> Closed(Uri server, Func<HttpConnection, int, CancellationToken, ValueTask> call, TimeSpan duration, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, plan.Connections).Select(number => Task.Run(
            async () =>
            {
                var random = new Xoshiro256((ulong)started, (ulong)number);
                using var connection = await HttpConnection.Connect(server, cancellation);
                var calls = 0L;
                for (; Stopwatch.GetElapsedTime(started) < duration; calls++) await call(connection, _population.Draw(ref random), cancellation);
                return calls;
            },
            cancellation)));
        return counts.Sum();
    }

    /// <summary>Events of the same customers at a given rate, until it is stopped.</summary>
    private async Task Write(Uri server, double rate, CancellationToken stop)
    {
        try
        {
            using var connection = await HttpConnection.Connect(server, stop);
            using var door = new EventsDoor(connection);
            var shoppers = new Shoppers(_population, $"write{Stopwatch.GetTimestamp()}", 0);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            var clicks = new Click[Math.Max(1, (int)Math.Round(rate / 50))];
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (var i = 0; i < clicks.Length; i++) clicks[i] = shoppers.Next();
                await door.Post(clicks, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private async ValueTask Decide(HttpConnection connection, int customer, CancellationToken cancellation)
    {
        var status = await connection.Post($"/v1/customers/{_population.Id(customer)}/next-best-action", Question, cancellation);
        // 503: not confirmed within 250 ms; a storefront would ask again, and the time counts.
        if (status is not (200 or 503)) throw new InvalidDataException($"a decision answered {status}: {connection.BodyText}");
    }

    private async ValueTask Empty(HttpConnection connection, int customer, CancellationToken cancellation)
    {
        var status = await connection.Post($"/bench/customers/{_population.Id(customer)}/empty", Question, cancellation);
        if (status != 200) throw new InvalidDataException($"an empty call answered {status}: {connection.BodyText}");
    }

    private async ValueTask Rerank(HttpConnection connection, int customer, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { items = Enumerable.Range(customer, Reranked).Select(i => $"item{i % 20_000}") });
        var status = await connection.Post($"/v1/customers/{_population.Id(customer)}/recommendations", body, cancellation);
        if (status != 200) throw new InvalidDataException($"a rerank answered {status}: {connection.BodyText}");
    }

    private readonly record struct Side(double Rate, double Microseconds, double Kilobytes);
}
