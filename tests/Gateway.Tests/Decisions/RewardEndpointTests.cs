using Microsoft.Extensions.DependencyInjection;
using Personalization.Decisions;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Decisions;

public sealed class RewardEndpointTests
{
    [Theory]
    [InlineData("""{"value":0.25}""", .25, null)]
    [InlineData("""{"outcome":"accepted"}""", 1, null)]
    [InlineData("""{"outcome":"rejected","actionId":"a"}""", 0, "a")]
    [InlineData("""{"value":1,"itemId":"sku-1"}""", 1, "sku-1")]
    public async Task A_reward_reaches_the_customer_that_the_id_is_of(string body, double value, string? choice)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post($"/v1/decisions/{await Id(gateway)}/reward", body);
        Assert.Equal((200, """{"applied":true}"""), (answer.Status, answer.Text));
        Assert.Equal(new RewardRequest("short", choice, value, TestGateway.Now.ToUnixTimeMilliseconds()), Assert.Single(gateway.Grains.Customer("default/anon:v 1").RewardRequests));
    }

    [Theory]
    [InlineData(RewardOutcome.WindowClosed, 200, """{"applied":false,"reason":"windowClosed"}""")]
    [InlineData(RewardOutcome.AlreadyRewarded, 200, """{"applied":false,"reason":"alreadyRewarded"}""")]
    [InlineData(RewardOutcome.NotChosen, 400, null)]
    [InlineData(RewardOutcome.Unknown, 503, null)]
    public async Task What_became_of_it_is_told(RewardOutcome outcome, int status, string? text)
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/anon:v 1").AnswerReward = _ => outcome;
        var answer = await gateway.Post($"/v1/decisions/{await Id(gateway)}/reward", """{"value":1}""");
        Assert.Equal(status, answer.Status);
        if (text is not null) Assert.Equal(text, answer.Text);
    }

    [Fact]
    public async Task An_id_that_was_not_made_here_is_not_found_and_reaches_nobody()
    {
        await using var gateway = await TestGateway.Start();
        var id = await Id(gateway);
        var random = new Random(7);
        string[] others =
        [
            "nothing", "a.b.c", id[..^1] + (id[^1] == 'A' ? 'B' : 'A'), "x" + id, id + "x", new string('x', 2000),
            .. Enumerable.Range(0, 200).Select(_ => new string([.. id.Select(c => random.Next(8) == 0 ? (char)random.Next('!', '~') : c)])).Where(other => other != id),
        ];
        foreach (var other in others)
            Assert.True((await gateway.Post($"/v1/decisions/{Uri.EscapeDataString(other)}/reward", """{"value":1}""")).Status is 404 or 400, other);
        Assert.Empty(gateway.Grains.Customer("default/anon:v 1").RewardRequests);
    }

    [Theory]
    [InlineData("{}", "either a value")]
    [InlineData("""{"value":1,"outcome":"accepted"}""", "either a value")]
    [InlineData("""{"value":1.5}""", "from 0 to 1")]
    [InlineData("""{"value":-1}""", "from 0 to 1")]
    [InlineData("""{"outcome":"maybe"}""", "accepted or rejected")]
    [InlineData("""{"value":"1"}""", "value must be a number, but is a string")]
    [InlineData("""{"outcome":1}""", "outcome must be a string, but is a number")]
    [InlineData("""{"value":1,"actionId":7}""", "actionId must be a string, but is a number")]
    [InlineData("""{"value":1,"actoinId":"a"}""", "'actoinId' is not known here; known are value, outcome, actionId and itemId")]
    [InlineData("[]", "the body must be a JSON object such as {\"value\":1}, but is an array")]
    [InlineData("""{"value":1,"actionId":"a","itemId":"b"}""", "one of them")]
    public async Task What_is_not_valid_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post($"/v1/decisions/{await Id(gateway)}/reward", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
        Assert.Equal("The request is not valid", answer.Json.GetProperty("title").GetString());
    }

    private static async Task<string> Id(TestGateway gateway) => DecisionId.Make(
        CustomerKey.Create("default", CustomerKeyKind.Anonymous, "v 1"), "short", await gateway.Services.GetRequiredService<DecisionSigningKey>().Get());
}
