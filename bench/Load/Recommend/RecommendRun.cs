using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Personalization.Load.Hosting;
using Personalization.Load.Reporting;

namespace Personalization.Load.Recommend;

/// <summary>Fills an engine, asks it, and follows clicks.</summary>
internal sealed class RecommendRun(RecommendPlan plan, RunReport report)
{
    private const int Batch = 1_000;
    private const int Askers = 4;
    private const int Reranked = 100;
    private static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(1);

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartEngine(folder.Path, cancellation);
        using var http = new HttpClient { BaseAddress = server.Url };
        report.Setting("items", plan.Items);
        report.Setting("sessions", plan.Sessions);
        await PutItems(http, cancellation);
        await Learn(http, cancellation);

        var answers = report.Table("Answers, ms from question to last byte", "question", "askers", "p50", "p90", "p99", "most", "a second");
        await Ask(http, "warm-up", 1, null, cancellation);
        await Ask(http, "10 recommendations", 1, answers, cancellation);
        var p99 = await Ask(http, "rerank of 100", 1, answers, cancellation);
        await Ask(http, "10 recommendations", Askers, answers, cancellation);
        await Ask(http, "rerank of 100", Askers, answers, cancellation);
        report.Check("rerank of 100, p99 < 10 ms", p99 < 10, string.Create(CultureInfo.InvariantCulture, $"{p99:0.0} ms"));

        double[] spread = [.. (await Spread(http, cancellation)).Order()];
        report.Table("A click until it changes what another visitor gets, s", "clicks", "p50", "p95", "most").Row(spread.Length, At(spread, .5), At(spread, .95), spread[^1]);
        report.Check("click to others, p95 < 2 s", At(spread, .95) < 2, string.Create(CultureInfo.InvariantCulture, $"{At(spread, .95):0.00} s"));

        var memory = report.Table("Memory, MiB", "what", "MiB");
        foreach (var (name, bytes) in await Memory(http, cancellation)) memory.Row(name, bytes / 1024 / 1024);
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];

    private async Task PutItems(HttpClient http, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var body = new StringBuilder();
        for (var first = 0; first < plan.Items; first += Batch)
        {
            body.Clear();
            for (var item = first; item < Math.Min(plan.Items, first + Batch); item++)
                body.Append(CultureInfo.InvariantCulture, $$"""{"itemId":"item-{{item}}","category":"c{{item % 50}}.s{{item % 1000}}","brand":"b{{item % 977}}","price":{{1 + (item % 300)}}}""").Append('\n');
            using var content = new StringContent(body.ToString(), null, "application/x-ndjson");
            using var answer = await http.PostAsync("v1/items", content, cancellation);
            answer.EnsureSuccessStatusCode();
        }

        report.Setting("items put a second", plan.Items / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Sessions that drift through a neighbourhood of the catalogue, popular ones more often.</summary>
    private async Task Learn(HttpClient http, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var events = new List<object>(Batch);
        var time = DateTime.UtcNow.AddMilliseconds(-50.0 * plan.Sessions).AddMinutes(-1);
        for (var session = 0; session < plan.Sessions; session++)
        {
            var start = (int)(plan.Items * Math.Pow(_random.NextDouble(), 3));
            for (var step = 0; step < 4; step++) events.Add(View($"s{session}", $"item-{(start + _random.Next(20)) % plan.Items}", time.AddMilliseconds((session * 50) + step)));
            if (events.Count >= Batch || session == plan.Sessions - 1)
            {
                await Post(http, [.. events], cancellation);
                events.Clear();
            }
        }

        while (await Position(http, cancellation) < 4L * plan.Sessions)
        {
            if (Stopwatch.GetElapsedTime(started) > FillLimit) throw new TimeoutException("the clicks were not learned in time");
            await Task.Delay(100, cancellation);
        }

        report.Setting("clicks accepted and learned a second", 4 * plan.Sessions / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private async Task<double> Ask(HttpClient http, string kind, int askers, ReportTable? table, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, askers).Select(asker => Task.Run(() => AskSome(http, kind, asker, plan.Questions / askers, cancellation), cancellation)));
        double[] sorted = [.. times.SelectMany(each => each).Order()];
        var p99 = At(sorted, .99);
        table?.Row(kind, askers, At(sorted, .5), At(sorted, .9), p99, sorted[^1], sorted.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
        return p99;
    }

    private async Task<List<double>> AskSome(HttpClient http, string kind, int asker, int count, CancellationToken cancellation)
    {
        var random = new Random(asker);
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var path = $"v1/customers/s{random.Next(plan.Sessions)}/recommendations";
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (kind.StartsWith("rerank", StringComparison.Ordinal))
            {
                request.Method = HttpMethod.Post;
                request.Content = JsonContent.Create(new { items = Enumerable.Range(0, Reranked).Select(_ => $"item-{random.Next(plan.Items)}").ToArray() });
            }

            var started = Stopwatch.GetTimestamp();
            using var answer = await http.SendAsync(request, cancellation);
            await answer.Content.ReadAsByteArrayAsync(cancellation);
            answer.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>
    /// A visitor looked at an item that nobody else did. Somebody else goes from that item to a second one: how long until the first visitor is recommended
    /// that second item, from the second click's 202?
    /// </summary>
    private async Task<double[]> Spread(HttpClient http, CancellationToken cancellation)
    {
        var probes = new List<Task<double>>();
        for (var probe = 0; probe < plan.Probes; probe++)
        {
            probes.Add(Probe(http, probe, cancellation));
            // At any phase of commits and looks.
            await Task.Delay(_random.Next(50, 250), cancellation);
        }

        return await Task.WhenAll(probes);
    }

    private static async Task<double> Probe(HttpClient http, int probe, CancellationToken cancellation)
    {
        var (first, second) = ($"probe-{probe}-a", $"probe-{probe}-b");
        await Post(http, [View($"waiting-{probe}", first, DateTime.UtcNow), View($"walking-{probe}", first, DateTime.UtcNow)], cancellation);
        await Post(http, [View($"walking-{probe}", second, DateTime.UtcNow)], cancellation);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await http.GetFromJsonAsync<JsonElement>($"v1/customers/waiting-{probe}/recommendations?n=3", cancellation);
            if (answer.GetProperty("items").EnumerateArray().Any(item => item.GetProperty("itemId").GetString() == second)) return Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (Stopwatch.GetElapsedTime(started) > ProbeLimit) throw new TimeoutException($"the click of probe {probe} did not reach the other visitor");
            await Task.Delay(5, cancellation);
        }
    }

    private static async Task<List<(string, double)>> Memory(HttpClient http, CancellationToken cancellation)
    {
        var found = new List<(string, double)>();
        foreach (var line in (await http.GetStringAsync("metrics", cancellation)).Split('\n'))
        {
            var isMemory = line.StartsWith("personalization_model_", StringComparison.Ordinal) && line.Contains("memory_bytes", StringComparison.Ordinal);
            if (isMemory || line.StartsWith("personalization_catalogue_memory", StringComparison.Ordinal))
                found.Add((line[..line.IndexOf('{', StringComparison.Ordinal)] + (line.Contains("model=\"", StringComparison.Ordinal) ? " " + line.Split("model=\"")[1].Split('"')[0] : ""), double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)));
        }

        return found;
    }

    private static async Task<long> Position(HttpClient http, CancellationToken cancellation) =>
        (await http.GetFromJsonAsync<JsonElement>("v1/trending?n=1", cancellation)).GetProperty("indexPosition").GetInt64();

    private static object View(string customer, string item, DateTime at) => new { type = "productViewed", customerId = customer, itemId = item, timestamp = at };

    private static async Task Post(HttpClient http, object[] events, CancellationToken cancellation)
    {
        while (true)
        {
            using var answer = await http.PostAsJsonAsync("v1/events", events, cancellation);
            if (answer.StatusCode != System.Net.HttpStatusCode.TooManyRequests)
            {
                answer.EnsureSuccessStatusCode();
                return;
            }

            await Task.Delay(500, cancellation);
        }
    }
}
