using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Personalization.Engine.Simulation;
using Personalization.Silo.Demo;
using Personalization.Silo.Hosting;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.Demo;

[Collection(Engines.Collection)]
public sealed class DemoTests
{
    private static readonly TimeSpan SoonVisible = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Shoppers_are_visible_within_ten_seconds_of_the_start_and_a_second_start_only_visits()
    {
        await using var engine = await EngineProcess.Start("--demo");
        using var limit = new CancellationTokenSource(SoonVisible);
        await FirstFold(engine, limit.Token);

        var world = World();
        var item = JsonElement.Parse(await engine.Http.GetStringAsync("v1/items/" + world.Assortment.Items[0].Id, limit.Token));
        Assert.Equal(world.Assortment.Items[0].Title, item.GetProperty("title").GetString());
        var action = JsonElement.Parse(await engine.Http.GetStringAsync("v1/actions/" + world.Assortment.Actions[39].Id, limit.Token));
        Assert.Equal(world.Assortment.Actions[39].Title, action.GetProperty("title").GetString());

        Assert.Contains("<title>Storefront</title>", await engine.Http.GetStringAsync("demo", limit.Token), StringComparison.Ordinal);
        Assert.Equal(0, await engine.Stop());

        await engine.Restart();
        using var again = new CancellationTokenSource(SoonVisible);
        var before = await Events();
        while (await Events() <= before) again.Token.ThrowIfCancellationRequested();
        var totals = JsonElement.Parse(await engine.Http.GetStringAsync("v1/admin/totals?wait=true", again.Token));
        Assert.Equal(0, totals.GetProperty("deadLetters").GetInt64());
        Assert.DoesNotContain("events of the past months", engine.Output.Split("Application is shutting down")[^1], StringComparison.Ordinal);

        async Task<long> Events() => JsonElement.Parse(await engine.Http.GetStringAsync("v1/admin/totals?wait=true", again.Token)).GetProperty("events").GetInt64();
    }

    [Fact]
    public void The_demo_has_a_folder_of_its_own_and_refuses_the_one_of_real_data()
    {
        var configuration = new ConfigurationManager();
        DemoSettings.Apply(configuration);
        Assert.Equal("demo-data", configuration["Personalization:DataDirectory"]);
        Assert.Equal(DecisionContext.Names[1], configuration["Personalization:Decisions:Slots:home:Features:0"]);
        Assert.NotNull(Settings.Read(configuration));

        var given = new ConfigurationManager { ["Personalization:DataDirectory"] = "/tmp/mine", ["Personalization:Decisions:Slots:home:Policy"] = "Uniform" };
        DemoSettings.Apply(given);
        Assert.Equal("/tmp/mine", given["Personalization:DataDirectory"]);
        Assert.Null(given["Personalization:Decisions:Slots:home:Features:0"]);

        foreach (var real in new[] { "data", "./data", Path.GetFullPath("data") })
            Assert.Throws<SettingsException>(() => DemoSettings.Apply(new ConfigurationManager { ["Personalization:DataDirectory"] = real }));
    }

    /// <summary>Waits until the first event of a shopper is folded, by its live stream: by then the catalogue is in, too.</summary>
    internal static async Task FirstFold(EngineProcess engine, CancellationToken cancellation)
    {
        // One that the world has, and that joins long before now, whatever the day of the test is.
        var world = World();
        var shopper = world.Shoppers.First(shopper => !shopper.IsBot && shopper.JoinsAt < world.Options.Start.AddDays(100));
        await using var stream = await engine.Http.GetStreamAsync($"v1/customers/{shopper.Id}/live", cancellation);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("event: changed", StringComparison.Ordinal)) return;
            if (!line.StartsWith("data: {", StringComparison.Ordinal)) continue;
            var sent = JsonElement.Parse(line[6..]);
            if (sent.TryGetProperty("profile", out var profile) && profile.GetProperty("totals").GetProperty("events").GetInt64() > 0) return;
        }

        Assert.Fail($"the stream of {shopper.Id} ended");
    }

    private static SimulatedWorld World() => new(new SimulationOptions { Shoppers = 20, Span = TimeSpan.FromDays(120) });
}
