using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Personalization.Load.Hosting;
using Personalization.Load.Http;
using Personalization.Load.Reporting;
using Personalization.Load.Traffic;

namespace Personalization.Load.Latency;

/// <summary>Follows single events from their acceptance to the first answer that shows them, under load.</summary>
internal sealed class LatencyRun(LatencyPlan plan, RunReport report)
{
    private const int WarmCustomers = 1000;
    private static readonly TimeSpan FullRateTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private readonly LatencyTimes _empty = new("empty call: due → answer");
    private readonly LatencyTimes _accepted = new("event: due → 202");
    private readonly LatencyTimes _warm = new("202 → visible, warm customer");
    private readonly LatencyTimes _cold = new("202 → visible, cold customer");
    private readonly LatencyTimes _clickWarm = new("event due → visible, warm customer");
    private readonly LatencyTimes _clickCold = new("event due → visible, cold customer");
    private long _sent;
    private long _refused;
    private long _looks;

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var port = RedisProcess.FreePort();
        await using var redis = plan.RedisFsync is { } fsync ? RedisProcess.Start(folder.Path, port, fsync) : null;
        if (redis is not null) await RedisProcess.WaitUntilReady(port, cancellation);
        await using var server = await ServerProcess.StartSystem(
            SystemKind.Engine, folder.Path, cancellation, redis is null ? [] : ["--Personalization:Storage", "Redis", "--Personalization:Redis:Configuration", $"127.0.0.1:{port}"]);
        report.Setting("storage", plan.RedisFsync is null ? "SQLite, WAL, synchronous=FULL" : $"Redis on the same machine, appendonly yes, appendfsync {plan.RedisFsync}");
        var others = Population.Zipf("c", plan.Customers, 1);
        var full = plan.Rate * 2 ?? await FullRate(server, others, cancellation);
        var rate = plan.Rate ?? full / 2;
        report.Setting("full rate events/s", plan.Rate is null ? full : "not measured");
        report.Setting("rate events/s", rate);
        report.Setting("seconds", plan.Duration.TotalSeconds);
        report.Setting("customers", others.Description);

        var cold = await MakeCold(server, cancellation);
        await ClosedLoop.Run(server.Url, others, "rewarm", 16, 1, Shorter(WarmUp), cancellation);
        await ClosedLoop.Run(server.Url, Population.Uniform("warm", WarmCustomers), "warm", 16, 20, Shorter(WarmUp), cancellation);
        await Drain(server, cancellation);

        var machine = MachineLoad.Sample();
        var before = await server.Use(cancellation);
        await Measure(server.Url, others, cold, Math.Max(1, rate - plan.Probes), cancellation);
        var use = (await server.Use(cancellation)).Since(before);
        var isDrained = await Drain(server, cancellation);
        Report(use, MachineLoad.Sample().BusySince(machine), isDrained);
    }

    private static async Task<bool> Drain(ServerProcess server, CancellationToken cancellation) =>
        (await server.Ask<DurableState>("/bench/drain?seconds=120", cancellation)).IsComplete;

    private TimeSpan Shorter(TimeSpan time) => time < plan.Duration ? time : plan.Duration;

    private async Task<double> FullRate(ServerProcess server, Population others, CancellationToken cancellation)
    {
        await ClosedLoop.Run(server.Url, others, "warmup", plan.Connections, 1, Shorter(WarmUp), cancellation);
        await Drain(server, cancellation);
        var started = Stopwatch.GetTimestamp();
        var outcome = await ClosedLoop.Run(server.Url, others, "full", plan.Connections, 1, Shorter(FullRateTime), cancellation);
        await Drain(server, cancellation);
        return outcome.Accepted / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Customers with a stored row and no activation: enough that each is asked once.</summary>
    private async Task<Population> MakeCold(ServerProcess server, CancellationToken cancellation)
    {
        var count = (int)(plan.Probes * plan.Duration.TotalSeconds) + 1000;
        await server.Ask<long>(string.Create(CultureInfo.InvariantCulture, $"/bench/fill?run=cold&prefix=cold&customers={count}&events=5&days=1"), cancellation);
        await Drain(server, cancellation);
        var active = await server.Ask<int>("/bench/collect", cancellation);
        report.Setting("cold customers", count);
        report.Check("cold customers are out of the memory", active < count / 10, $"{active:N0} activations are left");
        return Population.Uniform("cold", count);
    }

    private async Task Measure(Uri server, Population others, Population cold, double rate, CancellationToken cancellation)
    {
        var jobs = Enumerable.Range(0, 4).Select(_ => Channel.CreateUnbounded<long>()).ToArray();
        var warm = Population.Uniform("warm", WarmCustomers);
        var probes = Math.Max(1, plan.Connections / 4);
        var coldNext = -1;
        var warmNext = -1;
        var workers = new List<Task>();
        void Work(int connections, Func<int, Task> worker)
        {
            for (var i = 0; i < connections; i++)
            {
                var number = i;
                workers.Add(Task.Run(() => worker(number), cancellation));
            }
        }

        Work(plan.Connections, number => PostOthers(server, jobs[0].Reader, new Shoppers(others, "open", number), cancellation));
        Work(probes, number => Probe(server, jobs[1].Reader, new Shoppers(warm, "probe-warm", number), () => Interlocked.Increment(ref warmNext) % WarmCustomers, _warm, _clickWarm, cancellation));
        Work(probes, number => Probe(server, jobs[2].Reader, new Shoppers(cold, "probe-cold", number), () => Interlocked.Increment(ref coldNext) % cold.Count, _cold, _clickCold, cancellation));
        Work(probes, _ => CallEmpty(server, jobs[3].Reader, cancellation));
        var each = plan.Probes / 2;
        await OpenLoop.Run([(rate, jobs[0].Writer), (each, jobs[1].Writer), (each, jobs[2].Writer), (each, jobs[3].Writer)], plan.Duration, seed: 1);
        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromMinutes(2), cancellation);
    }

    private async Task PostOthers(Uri server, ChannelReader<long> jobs, Shoppers shoppers, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.Connect(server, cancellation);
        using var door = new EventsDoor(connection);
        await foreach (var due in jobs.ReadAllAsync(cancellation))
        {
            var outcome = await door.Post(shoppers.Next(), cancellation);
            _accepted.Record(due, Stopwatch.GetTimestamp());
            Interlocked.Add(ref _sent, outcome.Accepted);
            Interlocked.Add(ref _refused, outcome.Refused);
        }
    }

    private async Task Probe(
        Uri server, ChannelReader<long> jobs, Shoppers shoppers, Func<int> customer, LatencyTimes effect, LatencyTimes click, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.Connect(server, cancellation);
        using var door = new EventsDoor(connection);
        await foreach (var due in jobs.ReadAllAsync(cancellation))
        {
            var sent = shoppers.Next(customer(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var outcome = await door.Post(sent, cancellation);
            Interlocked.Add(ref _refused, outcome.Refused);
            if (outcome.Accepted == 0) continue;
            var accepted = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref _sent);
            var path = $"/v1/customers/{sent.CustomerId}?after={sent.EventId}";
            do
            {
                Interlocked.Increment(ref _looks);
                var status = await connection.Get(path, cancellation);
                if (status != 200) throw new InvalidDataException($"GET {path} answered {status}: {connection.BodyText}");
            }
            while (connection.Body.Span.IndexOf("\"afterFound\":true"u8) < 0);

            var visible = Stopwatch.GetTimestamp();
            effect.Record(accepted, visible);
            click.Record(due, visible);
        }
    }

    private async Task CallEmpty(Uri server, ChannelReader<long> jobs, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.Connect(server, cancellation);
        await foreach (var due in jobs.ReadAllAsync(cancellation))
        {
            await connection.Get("/health/live", cancellation);
            _empty.Record(due, Stopwatch.GetTimestamp());
        }
    }

    private void Report(ProcessUse use, double busy, bool isDrained)
    {
        var table = report.Table("Open loop; times are from when a call was due", LatencyTimes.Columns);
        foreach (var times in new[] { _empty, _accepted, _warm, _cold, _clickWarm, _clickCold }) times.AddTo(table);
        var load = report.Table("Load", "events accepted/s", "refused", "looks per probe", "server cores", "machine busy %");
        load.Row(_sent / plan.Duration.TotalSeconds, _refused, _looks / (double)Math.Max(1, _warm.Count + _cold.Count), use.CpuSeconds / plan.Duration.TotalSeconds, busy * 100);
        var promise = report.Table("Promise: p50 < 5 ms, p99 < 25 ms", "202 → visible", "p50 kept", "p99 kept");
        foreach (var (name, times) in new[] { ("warm", _warm), ("cold", _cold) })
            promise.Row(name, times.Percentile(50) < 5 ? "yes" : "no", times.Percentile(99) < 25 ? "yes" : "no");
        report.Check("every probe became visible", _warm.Count > 0 && _cold.Count > 0, $"{_warm.Count + _cold.Count:N0} probes");
        report.Check("everything was committed", isDrained, $"{_sent:N0} events");
    }
}
