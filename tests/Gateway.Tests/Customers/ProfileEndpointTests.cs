using Personalization.Customers;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Customers;

public sealed class ProfileEndpointTests
{
    [Fact]
    public async Task An_unknown_customer_is_a_valid_empty_profile()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get("/v1/customers/nobody");

        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal("nobody", answer.Json.GetProperty("customerId").GetString());
        Assert.Equal(0, answer.Json.GetProperty("totals").GetProperty("events").GetInt64());
        Assert.Equal("{}", answer.Json.GetProperty("affinities").GetRawText());
        Assert.False(answer.Json.TryGetProperty("afterFound", out _));
        Assert.Empty(gateway.Log.Items);
    }

    [Fact]
    public async Task At_and_after_reach_the_customer_and_times_are_told_in_UTC()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get("/v1/customers/anon:v%201?at=2026-03-01T13:00:00%2B01:00&after=e1");

        Assert.Equal(200, answer.Status);
        Assert.Equal(new ProfileQuery(TestGateway.Now.ToUnixTimeMilliseconds(), "e1"), Assert.Single(gateway.Grains.Customer("default/anon:v 1").Queries));
        Assert.Equal("2026-03-01T12:00:00Z", answer.Json.GetProperty("at").GetString());
        Assert.True(answer.Json.GetProperty("afterFound").GetBoolean());
    }

    [Fact]
    public async Task A_time_before_the_newest_event_is_unprocessable()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").Answer = _ => new ProfileReply { AtBeforeNewest = true, NewestEventTime = TestGateway.Now.ToUnixTimeMilliseconds() };
        var answer = await gateway.Get("/v1/customers/c?at=2020-01-01T00:00:00Z");

        Assert.Equal(422, answer.Status);
        Assert.Contains("newest event", answer.Problem, StringComparison.Ordinal);
        Assert.Equal("2026-03-01T12:00:00Z", answer.Json.GetProperty("newestEventAt").GetString());
    }

    [Theory]
    [InlineData("/v1/customers/c?at=yesterday", "at must be an ISO 8601 time")]
    [InlineData("/v1/customers/c?at=2026-03-01T12:00:00", "at must be an ISO 8601 time")]
    [InlineData("/v1/customers/c?after=a%2Fb", "after must not contain '/'")]
    [InlineData("/v1/customers/anon:", "something after 'anon:'")]
    public async Task What_is_not_valid_is_told(string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get(path);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_who_does_not_answer_is_a_503_with_a_time_to_wait()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").Answer = _ => throw new TimeoutException("no answer");
        var answer = await gateway.Get("/v1/customers/c");
        Assert.Equal(503, answer.Status);
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }
}
