using Personalization.Configuration;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Events;

public sealed class ProducerLimitTests
{
    private const string Flooding = "a-producer-that-floods";
    private const string Careful = "a-careful-producer-1234";
    private const string Event = """{"type":"search","customerId":"c"}""";

    private static Task<TestGateway> Start(int perSecond, params string[] ingestKeys) => TestGateway.Start(options =>
    {
        options.Limits.ProducerEventsPerSecond = perSecond;
        options.Limits.BatchEvents = 5;
        options.Keys = new KeyOptions { Ingest = ingestKeys };
    });

    private static Task<Answer> Post(TestGateway gateway, int events, string? key = null) => gateway.Send(
        HttpMethod.Post, "/v1/events", TestGateway.Body($"[{string.Join(',', Enumerable.Repeat(Event, events))}]"), key is null ? [] : [("X-Api-Key", key)]);

    [Fact]
    public async Task A_producer_that_floods_is_told_when_to_come_again_and_another_is_not_touched()
    {
        // The bucket holds one full request, five events; in the moments of this test at most one comes back.
        await using var gateway = await Start(1, Flooding, Careful);
        Assert.Equal(202, (await Post(gateway, 4, Flooding)).Status);
        var refused = await Post(gateway, 5, Flooding);
        Assert.Equal(429, refused.Status);
        Assert.Equal("Too many events from this producer", refused.Json.GetProperty("title").GetString());
        Assert.Contains("Keys:Ingest:0 may send 1 events a second", refused.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Flooding, refused.Text, StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 5);
        Assert.Equal(4, gateway.Log.Items.Count);

        Assert.Equal(202, (await Post(gateway, 5, Careful)).Status);
        Assert.Equal(9, gateway.Log.Items.Count);
    }

    [Fact]
    public async Task Without_keys_the_address_counts()
    {
        await using var gateway = await Start(1);
        Assert.Equal(202, (await Post(gateway, 5)).Status);
        Assert.Equal(429, (await Post(gateway, 5)).Status);
    }

    [Fact]
    public async Task Invalid_events_count_too_because_reading_them_is_work()
    {
        await using var gateway = await Start(1);
        Assert.Equal(400, (await gateway.PostEvents("[{},{},{},{}]")).Status);
        Assert.Equal(429, (await Post(gateway, 5)).Status);
    }

    [Fact]
    public async Task Without_a_limit_nobody_is_held_back()
    {
        await using var gateway = await Start(0);
        for (var i = 0; i < 20; i++) Assert.Equal(202, (await Post(gateway, 5)).Status);
    }
}
