using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;

namespace Personalization.Gateway.Tests.Decisions;

public sealed class NextBestActionEndpointTests
{
    private const string Path = "/v1/customers/ann/next-best-action";

    [Fact]
    public async Task The_question_reaches_the_customer_and_the_answer_is_the_contracts()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/ann").AnswerDecide = request => new DecisionReply
        {
            DecisionId = "id",
            At = request.Now,
            CaughtUp = true,
            AfterFound = true,
            Decision = new DecisionMade
            {
                Policy = "uniform",
                ModelVersion = 7,
                Explored = true,
                Eligible = 2,
                WindowMs = 3_600_000,
                Choices = [new DecisionChoice { Id = "a", Propensity = .5, Score = .25, Weight = 10, Reasons = [new DecisionReason("cart", .1, "because")] }],
            },
        };
        var body = """{"slot":"home","context":{"device":"phone","temperature":21.5,"member":true,"nothing":null},"actions":["a","b"],"n":2}""";
        var answer = await gateway.Send(HttpMethod.Post, Path + "?after=e1", TestGateway.Body(body), ("Idempotency-Key", "k-1"));
        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal(
            """{"decisionId":"id","customerId":"ann","slot":"home","actions":[{"actionId":"a","propensity":0.5,"score":0.25,"value":10,"reasons":[{"factor":"cart","contribution":0.1,"text":"because"}]}],"explored":true,"policy":"uniform","modelVersion":7,"eligible":2,"durable":true,"repeat":false,"at":"2026-03-01T12:00:00Z","rewardUntil":"2026-03-01T13:00:00Z","caughtUp":true,"afterFound":true,"stale":false}""",
            answer.Text);

        var asked = Assert.Single(gateway.Grains.Customer("default/ann").DecisionRequests);
        Assert.Equal(("home", 2, "k-1", "e1", TestGateway.Now.ToUnixTimeMilliseconds(), false), (asked.Slot, asked.N, asked.IdempotencyKey, asked.After, asked.Now, asked.DryRun));
        Assert.Equal(["a", "b"], asked.Actions!);
        Assert.Equal(3, asked.Context.Count);
        Assert.Equal(ContextValue.Of("phone"), asked.Context["device"]);
        Assert.Equal(ContextValue.Of(21.5), asked.Context["temperature"]);
        Assert.Equal(ContextValue.Of(true), asked.Context["member"]);
    }

    [Fact]
    public async Task A_question_may_be_an_empty_object()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post(Path, "{}");
        Assert.Equal(200, answer.Status);
        Assert.Equal("default", answer.Json.GetProperty("slot").GetString());
        Assert.Equal(0, answer.Json.GetProperty("actions").GetArrayLength());
        Assert.False(answer.Json.TryGetProperty("decisionId", out _));
    }

    [Theory]
    [InlineData(ClockKind.Wall, "?at=2026-03-02T00:00:00Z", true)]
    [InlineData(ClockKind.Event, "?at=2026-03-02T00:00:00Z", false)]
    [InlineData(ClockKind.Wall, "?dryRun=true", true)]
    [InlineData(ClockKind.Wall, "", false)]
    public async Task At_is_a_dry_run_unless_the_installation_goes_by_event_time(ClockKind clock, string query, bool dryRun)
    {
        await using var gateway = await TestGateway.Start(options => options.Clock = clock);
        Assert.Equal(200, (await gateway.Post(Path + query, "{}")).Status);
        Assert.Equal(dryRun, Assert.Single(gateway.Grains.Customer("default/ann").DecisionRequests).DryRun);
        Assert.Equal(200, (await gateway.Get("/v1/customers/ann/recommendations" + query)).Status);
        Assert.Equal(dryRun, Assert.Single(gateway.Grains.Customer("default/ann").RecommendationQueries).DryRun);
    }

    [Theory]
    [InlineData("", Traffic.Human)]
    [InlineData("?traffic=human", Traffic.Human)]
    [InlineData("?traffic=bot", Traffic.Bot)]
    [InlineData("?traffic=test", Traffic.Test)]
    public async Task Who_asks_is_handed_on_by_decisions_and_recommendations(string query, Traffic expected)
    {
        await using var gateway = await TestGateway.Start();
        var customer = gateway.Grains.Customer("default/ann");
        Assert.Equal(200, (await gateway.Post(Path + query, "{}")).Status);
        Assert.Equal(200, (await gateway.Get("/v1/customers/ann/recommendations" + query)).Status);
        Assert.Equal(200, (await gateway.Post("/v1/customers/ann/recommendations" + query, """{"items":["a"]}""")).Status);
        Assert.Equal(expected, Assert.Single(customer.DecisionRequests).Traffic);
        Assert.All(customer.RecommendationQueries, asked => Assert.Equal(expected, asked.Traffic));
        Assert.Equal(2, customer.RecommendationQueries.Count);
    }

    [Fact]
    public async Task Traffic_that_is_none_is_refused()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Contains("traffic must be human, bot or test, but is 'replay'", (await gateway.Post(Path + "?traffic=replay", "{}")).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await gateway.Get("/v1/customers/ann/recommendations?traffic=x")).Status);
    }

    [Fact]
    public async Task What_was_not_read_yet_is_503_and_no_empty_list()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/ann").AnswerDecide = _ => throw Models.NotReadYetException.Of(Models.Replicas.ActionLibrary);
        var answer = await gateway.Post(Path, "{}");
        Assert.Equal(503, answer.Status);
        Assert.StartsWith("the action library could not be read", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task An_action_that_could_not_be_scored_is_told_with_its_reason()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/ann").AnswerDecide = request => new DecisionReply { Decision = new DecisionMade { Unscored = [new UnscoredCandidate("odd", "because")] }, At = request.Now };
        Assert.Equal("""[{"actionId":"odd","reason":"because"}]""", (await gateway.Post(Path, "{}")).Json.GetProperty("unscored").GetRawText());
    }

    [Theory]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("""{"slto":"home"}""", "'slto' is not known here")]
    [InlineData("""{"slot":7}""", "slot must be a string")]
    [InlineData("""{"slot":"a/b"}""", "slot must not contain '/'")]
    [InlineData("""{"n":0}""", "n must be a whole number between 1 and 20")]
    [InlineData("""{"n":1.5}""", "n must be a whole number between 1 and 20")]
    [InlineData("""{"n":21}""", "n must be a whole number between 1 and 20")]
    [InlineData("""{"actions":"a"}""", "actions must be an array")]
    [InlineData("""{"actions":["a",null]}""", "actions[1] must be an action id")]
    [InlineData("""{"context":[]}""", "context must be an object")]
    [InlineData("""{"context":{"x":[1]}}""", "context.x must be a text, a number, true or false")]
    [InlineData("""{"context":{"x":1e999}}""", "context.x must be a finite number")]
    [InlineData("""{"slot":"home" """, "")]
    public async Task What_is_not_valid_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post(Path, body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
        Assert.Empty(gateway.Grains.Customer("default/ann").DecisionRequests);
    }

    [Fact]
    public async Task An_idempotency_key_must_be_visible_characters()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(400, (await gateway.Send(HttpMethod.Post, Path, TestGateway.Body("{}"), ("Idempotency-Key", new string('x', 257)))).Status);
        Assert.Equal(400, (await gateway.Send(HttpMethod.Get, "/v1/customers/ann/recommendations", null, ("Idempotency-Key", "a b"))).Status);
    }

    [Fact]
    public async Task What_is_not_known_or_refused_is_unavailable_and_may_be_tried_again()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/ann").AnswerDecide = _ => new DecisionReply { Status = DecisionStatus.Unknown };
        var unknown = await gateway.Post(Path, "{}");
        Assert.Equal((503, "1"), (unknown.Status, unknown.Headers["Retry-After"]));
        Assert.Contains("Idempotency-Key", unknown.Problem, StringComparison.Ordinal);
        gateway.Grains.Customer("default/ann").AnswerDecide = _ => throw new LogUnavailableException("the log is down");
        Assert.Equal(503, (await gateway.Post(Path, "{}")).Status);
        gateway.Grains.Customer("default/ann").AnswerDecide = _ => new DecisionReply { Status = DecisionStatus.AtBeforeNewest, NewestEventTime = TestGateway.Now.ToUnixTimeMilliseconds() };
        Assert.Equal(422, (await gateway.Post(Path + "?at=2020-01-01T00:00:00Z", "{}")).Status);
    }

    [Fact]
    public async Task A_decision_that_is_not_on_record_says_so()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/ann").AnswerDecide = _ => new DecisionReply { Status = DecisionStatus.NotDurable, Decision = new DecisionMade { Choices = [new DecisionChoice { Id = "a", Propensity = 1 }] } };
        var answer = await gateway.Post(Path, "{}");
        Assert.False(answer.Json.GetProperty("durable").GetBoolean());
        Assert.False(answer.Json.TryGetProperty("rewardUntil", out _));
    }
}
