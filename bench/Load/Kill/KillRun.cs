using System.Net.Sockets;
using System.Text.Json;
using Personalization.Algorithms.Numerics;
using Personalization.Events;
using Personalization.Load.Hosting;
using Personalization.Load.Http;
using Personalization.Load.Reporting;
using Personalization.Load.Traffic;

namespace Personalization.Load.Kill;

/// <summary>Producers that repeat what they do not know the outcome of, and a process that is killed under them.</summary>
internal sealed class KillRun(int kills, TimeSpan longestLife, int customers, int producers, ulong seed, RunReport report)
{
    private const int LargestRequest = 20;
    private static readonly TimeSpan ProducerPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly Ledger _ledger = new();
    private readonly Population _population = Population.Zipf("c", customers, 0.5);
    private long _requests;
    private long _repeats;

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var server = new RestartingServer(folder.Path);
        await server.Start(cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var work = Enumerable.Range(0, producers).Select(number => Task.Run(() => Produce(server, number, stop.Token, cancellation), cancellation)).ToArray();
        var random = new Xoshiro256(seed);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(longestLife * (0.1 + (0.9 * random.NextDouble())), cancellation);
            await server.KillAndRestart(cancellation);
        }

        await Task.Delay(longestLife / 2, cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(work).WaitAsync(TimeSpan.FromMinutes(2), cancellation);

        report.Setting("kills", kills);
        report.Setting("seed", seed);
        report.Setting("customers", _population.Description);
        report.Setting("producers", producers);
        var table = report.Table("Soak", "requests", "sent again, outcome unknown", "events accepted", "customers", "start s, median (least–most)");
        table.Row(_requests, _repeats, _ledger.Events, _ledger.ByCustomer.Count, Spread.Of(server.StartSeconds).ToString());
        try
        {
            await Compare(await server.Present, cancellation);
        }
        catch (HttpRequestException fault)
        {
            report.Check("the engine answers", false, fault.Message);
        }
    }

    /// <summary>Sends request after request, each until its outcome is known: also the last one, so that what was sent and what was accepted is the same.</summary>
    private async Task Produce(RestartingServer server, int number, CancellationToken stop, CancellationToken cancellation)
    {
        var shoppers = new Shoppers(_population, $"kill{seed}", number);
        var random = new Xoshiro256(seed, (ulong)number + 1);
        HttpConnection? connection = null;
        EventsDoor? door = null;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var clicks = new Click[1 + random.NextInt32(LargestRequest)];
                for (var i = 0; i < clicks.Length; i++) clicks[i] = shoppers.Next();
                Interlocked.Increment(ref _requests);
                for (var isKnown = false; !isKnown;)
                {
                    try
                    {
                        door ??= new EventsDoor(connection = await HttpConnection.Connect((await server.Present).Url, cancellation));
                        await door.PostAll(clicks, cancellation).WaitAsync(RequestTimeout, cancellation);
                        isKnown = true;
                    }
                    catch (Exception fault) when (fault is IOException or SocketException or TimeoutException)
                    {
                        Interlocked.Increment(ref _repeats);
                        door?.Dispose();
                        connection?.Dispose();
                        (door, connection) = (null, null);
                        await Task.Delay(ProducerPause, cancellation);
                    }
                }

                _ledger.Add(clicks);
            }
        }
        finally
        {
            door?.Dispose();
            connection?.Dispose();
        }
    }

    /// <summary>Each customer's events and revenue, then the sums over all that the partitions keep with their commits.</summary>
    private async Task Compare(ServerProcess server, CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var (customer, expected) in _ledger.ByCustomer)
        {
            var profile = await server.Get<JsonElement>($"/v1/customers/{customer}", cancellation);
            var found = profile.GetProperty("totals");
            if (found.GetProperty("events").GetInt64() != expected.Events || found.GetProperty("revenue").GetDecimal() * 100 != expected.Cents)
                wrong.Add($"{customer}: accepted {expected}, folded {found.GetRawText()}");
        }

        report.Check("each customer's events and revenue: accepted = folded", wrong.Count == 0, wrong.Count == 0 ? $"{_ledger.ByCustomer.Count:N0} customers" : string.Join("; ", wrong.Take(5)));

        var totals = await server.Get<JsonElement>("/v1/admin/totals?wait=true", cancellation);
        report.Check("everything was committed", totals.GetProperty("drained").GetBoolean(), $"lag {totals.GetProperty("lag")}");
        report.Check("no dead letters, nothing lost", totals.GetProperty("deadLetters").GetInt64() + totals.GetProperty("lost").GetInt64() == 0, $"{totals.GetProperty("deadLetters")} and {totals.GetProperty("lost")}");
        void Same(string what, decimal expected, decimal found) => report.Check($"{what} accepted = committed", expected == found, $"accepted {expected:N0}, committed {found:N0}");
        Same("events", _ledger.Events, totals.GetProperty("events").GetInt64());
        foreach (var type in new[] { EventType.ProductViewed, EventType.ProductAdded, EventType.Purchase })
        {
            var name = EventTypes.NameOf(type);
            Same(name, _ledger.Of(type), totals.GetProperty("byType").TryGetProperty(name, out var count) ? count.GetInt64() : 0);
        }

        Same("cents of revenue", _ledger.RevenueCents, totals.GetProperty("revenue").GetDecimal() * 100);
    }
}
