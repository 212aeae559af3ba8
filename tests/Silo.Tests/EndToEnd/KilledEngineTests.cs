using System.Net.Http.Json;
using System.Text.Json;
using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Tests.Evaluate;
using Personalization.Storage.Sqlite;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.EndToEnd;

[Collection(Engines.Collection)]
public sealed class KilledEngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Nothing_is_missing_and_nothing_counts_twice_when_the_process_is_killed_while_events_are_posted()
    {
        var path = Orders(events: 3_000, customers: 100);
        await using var engine = await EngineProcess.Start();
        await Replays.Run(engine, path, new ReplayOrder(), killAt: [5, 17], new ReplayOptions { Batch = 100 });

        var totals = await Totals.Drained(engine);
        Assert.Equal(new Totals(100, 3_000, 0, 0, 3_000, 3_000 * 1.25m, 0, 0), totals);
        for (var customer = 0; customer < 100; customer += 33)
        {
            var profile = await engine.Http.GetFromJsonAsync<JsonElement>($"v1/customers/c{customer}");
            Assert.Equal(30, profile.GetProperty("totals").GetProperty("purchases").GetInt64());
        }
    }

    [Fact]
    public async Task A_graceful_stop_commits_everything_and_a_second_engine_is_told_who_holds_the_directory()
    {
        var path = Orders(events: 500, customers: 50);
        await using var engine = await EngineProcess.Start("--Personalization:Owner:CommitInterval=00:00:20");
        await Replays.Run(engine, path, new ReplayOrder());

        var second = await CommandRun.Engine(Patience.Limit, "--urls", "http://127.0.0.1:0", $"--Personalization:DataDirectory={engine.DataDirectory}");
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("is in use by another engine", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Error + second.Output, StringComparison.Ordinal);
        var verify = await CommandRun.Engine(Patience.Limit, "verify", $"--Personalization:DataDirectory={engine.DataDirectory}");
        Assert.Equal(2, verify.ExitCode);
        Assert.Contains("is in use by another engine", verify.Error, StringComparison.Ordinal);

        Assert.Equal(0, await engine.Stop());
        using var storage = new EmbeddedStorage(engine.DataDirectory, 16);
        for (var partition = 0; partition < 16; partition++)
        {
            var state = await storage.Store.ReadPartition(partition);
            Assert.Equal((await storage.Log.ReadHead(partition)).Tail, state.Position);
        }
    }

    [Fact]
    public async Task The_commands_for_a_running_engine_reach_it()
    {
        var path = Orders(events: 200, customers: 20);
        await using var engine = await EngineProcess.Start("--Personalization:Clock=Event");
        var replay = await CommandRun.Engine(Patience.Limit, "replay", path, "--url", engine.Url, "--batch", "50");
        Assert.StartsWith("sent 200, accepted 200, rejected 0, bad lines 0, seconds ", replay.LastLine, StringComparison.Ordinal);
        Assert.Equal(0, replay.ExitCode);
        await Totals.Drained(engine);

        var status = await CommandRun.Engine(Patience.Limit, "log", "status", "--url", engine.Url);
        Assert.Equal((0, "200 entries, 0 not committed"), (status.ExitCode, status.LastLine));
        var json = await CommandRun.Engine(Patience.Limit, "log", "status", "--json", "--url", engine.Url);
        Assert.Equal(16, JsonElement.Parse(json.Output).GetProperty("partitions").GetArrayLength());
        var letters = await CommandRun.Engine(Patience.Limit, "log", "dead-letters", "list", "--url", engine.Url);
        Assert.Equal((0, "0 dead letters"), (letters.ExitCode, letters.LastLine));
        var none = await CommandRun.Engine(Patience.Limit, "log", "dead-letters", "redrive", "3", "77", "--url", engine.Url);
        Assert.Equal((1, "There is no open dead letter in partition 3 at position 77."), (none.ExitCode, none.Error.Trim()));
    }

    public void Dispose() => _folder.Dispose();

    private string Orders(int events, int customers) => _folder.WriteGzip("orders.ndjson.gz", string.Concat(Enumerable.Range(0, events).Select(i =>
        JsonSerializer.Serialize(new { type = "purchase", customerId = $"c{i % customers}", itemId = $"i{i % 17}", value = 1.25, timestamp = DateTime.UnixEpoch.AddDays(20_000).AddSeconds(i) }) + "\n")));
}
