using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Personalization.Load.Fuzz;
using Personalization.Load.Reporting;
using Personalization.Silo.Hosting;
using Personalization.Silo.Tests.EndToEnd;

namespace Personalization.Silo.Tests.Load;

/// <summary>The short form of <c>bench/Load fuzz</c>: an engine in this process, over memory, behind a real socket.</summary>
[Collection(Engines.Collection)]
public sealed class FuzzTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_comes_is_answered_without_a_failure_and_nothing_accepted_is_set_aside()
    {
        await using var engine = EngineHost.Build(["--urls", "http://127.0.0.1:0", "--Personalization:Storage", "Memory", "--Personalization:Partitions", "4", "--Logging:LogLevel:Default", "None"]);
        await engine.StartAsync(Stop);
        var report = new RunReport("fuzz");
        await new FuzzRun(new FuzzPlan { Requests = 3_000, Connections = 2, Seed = 11, Patience = TimeSpan.FromSeconds(60) }, report).Run(new Uri(engine.Urls.First()), null, Stop);
        Assert.True(report.Holds, report.Failures);
        await engine.StopAsync(Stop);
    }

    /// <summary>What a run looks for it must find: failures, answers that are no problem documents, half a JSON, and an event that was set aside.</summary>
    [Fact]
    public async Task A_server_with_faults_is_found_out()
    {
        await using var server = WebApplication.Create();
        server.Urls.Add("http://127.0.0.1:0");
        var answered = 0;
        server.MapGet("/openapi/v1.json", () => Results.Text("""{"paths":{"/v1/events":{"post":{"operationId":"postEvents","requestBody":{"content":{"application/json":{"example":{"type":"search"}}}}}}}}""", "application/json"));
        server.MapGet("/v1/admin/totals", () => Results.Text("""{"drained":true,"events":1,"lag":{}}""", "application/json"));
        server.MapGet("/v1/admin/log/dead-letters", () => Results.Text("""{"deadLetters":[{"reason":"a surprise"},{"reason":"a customer has at most 64 traits"}],"next":null}""", "application/json"));
        server.MapFallback(() => (answered++ % 4) switch
        {
            0 => Results.Text("{}", "application/problem+json", statusCode: 500),
            1 => Results.Text("no", "text/plain", statusCode: 400),
            2 => Results.Text("""{"half":""", "application/json"),
            _ => Results.Text("{}", "application/json"),
        });
        await server.StartAsync(Stop);
        var report = new RunReport("fuzz");
        await new FuzzRun(new FuzzPlan { Requests = 40, Connections = 1, Seed = 1 }, report).Run(new Uri(server.Urls.First()), null, Stop);
        Assert.False(report.Holds);
        Assert.Contains("no answer is a failure of ours: 1", report.Failures, StringComparison.Ordinal);
        Assert.Contains("400 without a problem document", report.Failures, StringComparison.Ordinal);
        Assert.Contains("200 with broken JSON", report.Failures, StringComparison.Ordinal);
        Assert.Contains("becomes a dead letter by what is in it: 1, such as {\"reason\":\"a surprise\"}", report.Failures, StringComparison.Ordinal);
        Assert.DoesNotContain("in time", report.Failures, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_makes_the_same_requests_again()
    {
        byte[][] Make(int seed)
        {
            var call = new ContractCall("POST", "/v1/events", ["traffic"], [], [("application/json", System.Text.Json.Nodes.JsonNode.Parse("""{"type":"search","eventId":"e","customerId":"c","value":1.5}""")!)]);
            var maker = new RequestMaker([call], new Random(seed), "localhost");
            return [.. Enumerable.Range(0, 50).Select(_ => maker.Next().Bytes)];
        }

        Assert.Equal(Make(5), Make(5));
        Assert.NotEqual(Make(5), Make(6));
    }
}
