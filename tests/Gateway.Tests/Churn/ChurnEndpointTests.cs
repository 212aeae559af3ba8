using Microsoft.Extensions.DependencyInjection;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Profiles;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Churn;

public sealed class ChurnEndpointTests
{
    [Fact]
    public async Task Posted_orders_are_scored_by_the_fold_and_the_score_is_half_at_the_crossing()
    {
        await using var gateway = await StartFolding();
        var order = """{"type":"purchase","customerId":"c","eventId":"p1","orderId":"o1","timestamp":"2025-01-01T10:00:00Z","lines":[{"itemId":"a","value":10},{"itemId":"b","value":10},{"itemId":"c","value":10}]}""";
        Assert.Equal(202, (await gateway.PostEvents(order)).Status);

        var answer = await gateway.Get("/v1/customers/c/churn?at=2025-10-08T10:00:00Z");
        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal("c", answer.Json.GetProperty("customerId").GetString());
        Assert.Equal("2025-10-08T10:00:00Z", answer.Json.GetProperty("at").GetString());
        Assert.Equal("purchases", answer.Json.GetProperty("basis").GetString());
        Assert.Equal(90, answer.Json.GetProperty("horizonDays").GetInt32());
        Assert.Equal(.5, answer.Json.GetProperty("threshold").GetDouble());
        Assert.Equal(.38671, answer.Json.GetProperty("probabilityAlive").GetDouble(), 1e-5);
        Assert.InRange(answer.Json.GetProperty("churnProbability").GetDouble(), 1 - .38671, 1);
        Assert.True(answer.Json.GetProperty("expectedPurchases").GetDouble() > 0);
        Assert.True(answer.Json.GetProperty("lifetimeValue").GetDouble() > 0);
        Assert.True(answer.Json.GetProperty("caughtUp").GetBoolean());
        Assert.False(answer.Json.GetProperty("stale").GetBoolean());
        Assert.Equal("p1", answer.Json.GetProperty("reasons")[0].GetProperty("eventId").GetString());
        Assert.Equal(40, answer.Json.GetProperty("reasons")[0].GetProperty("value").GetDouble());

        var crossing = answer.Json.GetProperty("crossesThresholdAt");
        Assert.Equal(12.998, (crossing.GetDateTime() - new DateTime(2025, 1, 1, 10, 0, 0, DateTimeKind.Utc)).TotalDays / 7, 5e-4);
        var there = await gateway.Get($"/v1/customers/c/churn?at={crossing.GetString()}");
        Assert.Equal(.5, there.Json.GetProperty("probabilityAlive").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task An_unknown_customer_has_the_prior_and_nothing_is_written()
    {
        await using var gateway = await StartFolding();
        var answer = await gateway.Get("/v1/customers/c/churn");
        Assert.Equal(200, answer.Status);
        Assert.Equal("activity", answer.Json.GetProperty("basis").GetString());
        Assert.Equal(2d / 3, answer.Json.GetProperty("probabilityAlive").GetDouble(), 1e-12);
        Assert.Equal("null", answer.Json.GetProperty("crossesThresholdAt").GetRawText());
        Assert.Equal("null", answer.Json.GetProperty("lifetimeValue").GetRawText());
        Assert.Empty(gateway.Log.Items);
    }

    [Fact]
    public async Task The_answer_tells_which_parameters_it_used()
    {
        await using var gateway = await TestGateway.Start();
        var view = new ChurnView
        {
            Parameters = new ChurnParametersView
            {
                Source = ParameterSource.Fitted,
                Version = 7,
                R = .5,
                Alpha = 6,
                A = .75,
                B = 1.5,
                Customers = 2357,
                FittedTo = 20_000,
                Value = new ValueParametersView(ParameterSource.Settings, 6, 4, 15),
            },
        };
        gateway.Grains.Customer("default/c").AnswerChurn = _ => new ChurnReply { Churn = view };
        Assert.Equal(
            """{"source":"fitted","version":7,"r":0.5,"alpha":6,"a":0.75,"b":1.5,"customers":2357,"fittedTo":"2024-10-04","value":{"source":"settings","p":6,"q":4,"v":15}}""",
            (await gateway.Get("/v1/customers/c/churn")).Json.GetProperty("parameters").GetRawText());

        view = view with { Parameters = new ChurnParametersView { R = 1, Alpha = 2, A = 1, B = 2 } };
        Assert.Equal("""{"source":"settings","version":0,"r":1,"alpha":2,"a":1,"b":2}""", (await gateway.Get("/v1/customers/c/churn")).Json.GetProperty("parameters").GetRawText());

        // A silo of the version before does not tell.
        view = view with { Parameters = null };
        Assert.Equal("null", (await gateway.Get("/v1/customers/c/churn")).Json.GetProperty("parameters").GetRawText());
    }

    [Fact]
    public async Task At_and_after_reach_the_customer()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get("/v1/customers/anon:v%201/churn?at=2026-03-01T13:00:00%2B01:00&after=e1");
        Assert.Equal(200, answer.Status);
        Assert.Equal(new ChurnQuery(TestGateway.Now.ToUnixTimeMilliseconds(), "e1"), Assert.Single(gateway.Grains.Customer("default/anon:v 1").ChurnQueries));
        Assert.Equal("anon:v 1", answer.Json.GetProperty("customerId").GetString());
        Assert.True(answer.Json.GetProperty("afterFound").GetBoolean());
    }

    [Fact]
    public async Task A_time_before_the_newest_event_is_unprocessable()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").AnswerChurn = _ => new ChurnReply { AtBeforeNewest = true, NewestEventTime = TestGateway.Now.ToUnixTimeMilliseconds() };
        var answer = await gateway.Get("/v1/customers/c/churn?at=2020-01-01T00:00:00Z");
        Assert.Equal(422, answer.Status);
        Assert.Contains("newest event", answer.Problem, StringComparison.Ordinal);
        Assert.Equal("2026-03-01T12:00:00Z", answer.Json.GetProperty("newestEventAt").GetString());
    }

    [Theory]
    [InlineData("/v1/customers/c/churn?at=tomorrow", "at must be an ISO 8601 time")]
    [InlineData("/v1/customers/c/churn?after=a%2Fb", "after must not contain '/'")]
    [InlineData("/v1/customers/anon:/churn", "something after 'anon:'")]
    public async Task What_is_not_valid_is_told(string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get(path);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_score_asks_for_a_key_that_may_read()
    {
        await using var gateway = await TestGateway.Start(options => options.Keys.Read = ["read-key-0123456789"]);
        Assert.Equal(401, (await gateway.Get("/v1/customers/c/churn")).Status);
        Assert.Equal(200, (await gateway.Get("/v1/customers/c/churn", ("X-Api-Key", "read-key-0123456789"))).Status);
    }

    /// <summary>A gateway whose customer c folds what is in the log and scores it, as its grain does.</summary>
    private static async Task<TestGateway> StartFolding()
    {
        var gateway = await TestGateway.Start();
        var settings = new FoldSettings();
        var fold = new ProfileFold(settings, gateway.Services.GetRequiredService<EntryCodec>());
        var scorer = new ChurnScorer(settings, ChurnModel.From(gateway.Options.Churn));
        gateway.Grains.Customer("default/c").AnswerChurn = query =>
        {
            var profile = new CustomerProfile(CustomerKey.Parse("default/c"));
            string? eventId = null;
            foreach (var entry in gateway.Entries)
            {
                fold.Apply(profile, entry, new NoSink());
                eventId = entry.Envelope.EventId;
            }

            return new ChurnReply { Churn = scorer.Score(profile, query.At ?? TestGateway.Now.ToUnixTimeMilliseconds(), eventId), CaughtUp = true };
        };
        return gateway;
    }

    private sealed class NoSink : IFoldSink
    {
        public void Name(ulong hash, string name) { }

        public void Emit(OutboxItem item) { }
    }
}
