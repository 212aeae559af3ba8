using Personalization.Configuration;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Security;

public sealed class ApiKeyTests
{
    private const string Ingest = "ingest-key-0123456789";
    private const string Read = "read-key-0123456789ab";
    private const string Admin = "admin-key-0123456789a";
    private const string Both = "ingest-and-read-0123456";

    private static Task<TestGateway> Start() => TestGateway.Start(options => options.Keys = new KeyOptions { Ingest = ["another-0123456789", Ingest, Both], Read = [Read, Both], Admin = [Admin] });

    private static Task<Answer> Call(TestGateway gateway, string call, string? key, bool bearer = false)
    {
        (string, string)[] headers = key is null ? [] : [bearer ? ("Authorization", $"Bearer {key}") : ("X-Api-Key", key)];
        return call switch
        {
            "ingest" => gateway.Send(HttpMethod.Post, "/v1/events", TestGateway.Body("""{"type":"search","customerId":"c"}"""), headers),
            "read" => gateway.Get("/v1/customers/c", headers),
            _ => gateway.Get("/v1/admin/log", headers),
        };
    }

    [Theory]
    [InlineData(Ingest, 202, 403, 403)]
    [InlineData(Read, 403, 200, 403)]
    [InlineData(Both, 202, 200, 403)]
    [InlineData(Admin, 202, 200, 200)]
    [InlineData("nonsense", 401, 401, 401)]
    [InlineData(null, 401, 401, 401)]
    public async Task A_key_allows_what_it_is_for(string? key, int ingest, int read, int admin)
    {
        await using var gateway = await Start();
        foreach (var (call, expected) in new[] { ("ingest", ingest), ("read", read), ("admin", admin) })
            foreach (var bearer in new[] { false, true })
            {
                var answer = await Call(gateway, call, key, bearer);
                Assert.Equal(expected, answer.Status);
                if (expected >= 400) Assert.DoesNotContain(key ?? "Bearer x", answer.Problem, StringComparison.Ordinal);
                if (expected == 401) Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
            }
    }

    [Fact]
    public async Task A_refused_call_changes_nothing()
    {
        await using var gateway = await Start();
        await Call(gateway, "ingest", Read);
        Assert.Empty(gateway.Log.Items);
    }

    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/docs/", 200)]
    [InlineData("/metrics", 401)]
    public async Task What_tells_nothing_of_customers_is_open(string path, int expected)
    {
        await using var gateway = await Start();
        Assert.Equal(expected, (await gateway.Get(path)).Status);
    }

    [Fact]
    public async Task Without_any_key_everything_is_open()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(202, (await Call(gateway, "ingest", null)).Status);
        Assert.Equal(200, (await Call(gateway, "admin", null)).Status);
    }

    [Fact]
    public async Task Every_answer_carries_security_headers_errors_too()
    {
        await using var gateway = await TestGateway.Start();
        foreach (var path in new[] { "/v1/customers/c", "/v1/customers/c?at=x", "/nowhere" })
        {
            var answer = await gateway.Get(path);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Equal("DENY", answer.Headers["X-Frame-Options"]);
        }
    }

    [Fact]
    public async Task What_does_not_exist_is_a_problem_too()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get("/v1/nowhere");
        Assert.Equal((404, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.Equal(405, (await gateway.Send(HttpMethod.Put, "/v1/events", TestGateway.Body("{}"))).Status);
    }
}
