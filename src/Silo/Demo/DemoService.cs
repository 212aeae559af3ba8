using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Personalization.Configuration;
using Personalization.Engine.Simulation;
using Personalization.Log;

namespace Personalization.Silo.Demo;

/// <summary>
/// <c>--demo</c>: fills the store with a simulated catalogue, actions and some months of history, and then lets simulated shoppers visit it until the engine stops.
/// </summary>
/// <remarks>
/// The world is seeded: the same seed always has the same items, actions, shoppers and answer key; only the dates follow the day of the first start. History is posted once, a folder that has customers is only visited.
/// </remarks>
internal sealed partial class DemoService(IServer server, IHostApplicationLifetime lifetime, PersonalizationOptions options, TimeProvider time, ILogger<DemoService> logger) : BackgroundService
{
    /// <summary>Visits that go on side by side.</summary>
    public const int Lines = 12;

    private const int HistoryDays = 120;
    private const int Batch = 500;
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Started(stoppingToken);
            using var http = CreateClient();
            var client = new DemoClient(http);
            var now = time.GetUtcNow();
            var world = new SimulatedWorld(new SimulationOptions { Shoppers = 240, Start = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-HistoryDays), Span = TimeSpan.FromDays(HistoryDays) });
            var filled = await client.HasCustomers(stoppingToken);
            await client.PutItems(world.Assortment.Items, stoppingToken);
            await client.PutActions(world.Assortment.Actions, stoppingToken);
            StoreIsOpen(world.Assortment.Items.Count, world.Assortment.Actions.Count, http.BaseAddress!);
            if (!filled) await PostHistory(world, client, now, stoppingToken);

            var visits = new DemoVisits(world, client, now);
            var lines = Enumerable.Range(0, Lines).Select(line => visits.Run(line, stoppingToken));
            await Task.WhenAll([.. lines, Tell(visits, stoppingToken)]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The engine stops.
        }
        catch (Exception failure) when (failure is HttpRequestException or System.Text.Json.JsonException or TaskCanceledException)
        {
            // The engine itself is well without its demo.
            DemoEnded(failure);
        }
    }

    private async Task PostHistory(SimulatedWorld world, DemoClient client, DateTimeOffset now, CancellationToken cancellation)
    {
        // Bots come with the live visits: their thousands of views would only make the start longer.
        var bots = world.Shoppers.Where(shopper => shopper.IsBot).Select(shopper => shopper.Id).ToHashSet();
        var history = new ShopperBehaviour(world).History(now.AddHours(-2), TimeSpan.FromSeconds(45)).Where(happened => !bots.Contains(happened.CustomerId));
        var accepted = 0;
        foreach (var batch in history.Chunk(Batch)) accepted += await client.Post(batch, Traffic.Human, dated: true, cancellation);
        HistoryIsIn(accepted);
    }

    private async Task Tell(DemoVisits visits, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Told, time, cancellation);
            var (events, decisions, accepted) = visits.TakeCounts();
            Activity(events, decisions, decisions == 0 ? "–" : (100.0 * accepted / decisions).ToString("0.0", CultureInfo.InvariantCulture));
        }
    }

    private async Task Started(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellation);
    }

    private HttpClient CreateClient()
    {
        var address = BindingAddress.Parse(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        var http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{host}:{address.Port}/")), Timeout = TimeSpan.FromSeconds(30) };
        if (options.Keys.Admin is [var key, ..]) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    [LoggerMessage(EventId = 5101, Level = LogLevel.Information, Message = "Demo: {Items} items and {Actions} actions are in the store; see {Address}demo")]
    private partial void StoreIsOpen(int items, int actions, Uri address);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Information, Message = "Demo: {Events} events of the past months are in; shoppers are visiting")]
    private partial void HistoryIsIn(int events);

    [LoggerMessage(EventId = 5103, Level = LogLevel.Information, Message = "Demo: {Events} events and {Decisions} decisions, {Accepted} % of them accepted")]
    private partial void Activity(long events, long decisions, string accepted);

    [LoggerMessage(EventId = 5104, Level = LogLevel.Warning, Message = "The demo's shoppers have left the store; the engine goes on")]
    private partial void DemoEnded(Exception failure);
}
