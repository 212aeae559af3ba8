using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Security;

/// <summary>What a page in a browser on this machine can do: nothing that it could not do to any other site.</summary>
public sealed class BrowserGuardTests
{
    private const string Key = "0123456789abcdef";

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:8080", 200)]
    [InlineData("shop.localhost", 200)]
    [InlineData("127.0.0.1:5000", 200)]
    [InlineData("[::1]:5000", 200)]
    [InlineData("rebound.example", 403)]
    [InlineData("rebound.example:8080", 403)]
    [InlineData("localhost.rebound.example", 403)]
    [InlineData("192.168.0.7", 403)]
    public async Task Without_keys_it_answers_only_to_names_of_this_machine(string host, int status)
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(status, (await gateway.Get("/v1/items", ("Host", host))).Status);
        Assert.Equal(status, (await gateway.Get("/docs/", ("Host", host))).Status);
    }

    [Theory]
    [InlineData("/v1/items", "Origin", "http://localhost", 200)]
    [InlineData("/v1/items", "Origin", "http://localhost:3000", 403)]
    [InlineData("/v1/items", "Origin", "https://other.example", 403)]
    [InlineData("/v1/items", "Origin", "null", 403)]
    [InlineData("/v1/items", "Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("/v1/items", "Sec-Fetch-Site", "same-site", 403)]
    [InlineData("/v1/items", "Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("/v1/items", "Sec-Fetch-Site", "none", 200)]
    [InlineData("/docs/", "Sec-Fetch-Site", "cross-site", 403)]
    public async Task Without_keys_it_does_not_serve_pages_of_other_sites(string path, string header, string value, int status)
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(status, (await gateway.Get(path, (header, value))).Status);
    }

    [Fact]
    public async Task A_link_to_a_page_of_ours_may_be_followed_and_one_to_a_call_may_not()
    {
        await using var gateway = await TestGateway.Start();
        (string, string)[] link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")];
        Assert.Equal(200, (await gateway.Get("/demo", link)).Status);
        Assert.Equal(403, (await gateway.Get("/v1/customers/c/recommendations", link)).Status);
        Assert.Equal(403, (await gateway.Send(HttpMethod.Post, "/v1/admin/log/dead-letters/0/1/redrive", null, ("Sec-Fetch-Site", "cross-site"))).Status);
    }

    [Fact]
    public async Task A_host_can_be_allowed_and_with_keys_nothing_of_it_is_looked_at()
    {
        await using (var allowing = await TestGateway.Start(options => options.AllowedHosts = ["shop.example"]))
        {
            Assert.Equal(200, (await allowing.Get("/v1/items", ("Host", "shop.example:8443"))).Status);
            Assert.Equal(200, (await allowing.Get("/v1/items", ("Origin", "https://shop.example"))).Status);
            Assert.Equal(403, (await allowing.Get("/v1/items", ("Host", "other.example"))).Status);
        }

        await using var keyed = await TestGateway.Start(options => options.Keys.Read = [Key]);
        Assert.Equal(200, (await keyed.Get("/v1/items", ("Host", "any.example"), ("Origin", "https://other.example"), ("X-Api-Key", Key))).Status);
    }

    [Fact]
    public async Task Every_call_that_takes_a_body_takes_its_own_content_types_and_no_other()
    {
        await using var gateway = await TestGateway.Start();
        var paths = (await gateway.Get("/openapi/v1.json")).Json.GetProperty("paths");
        var calls = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(call => (Path: path.Name, Method: call.Name, Call: call.Value))).Where(call => call.Method is not "get").ToList();
        Assert.NotEmpty(calls);
        foreach (var (template, method, call) in calls)
        {
            var path = template.Replace("{partition}", "0", StringComparison.Ordinal).Replace("{position}", "1", StringComparison.Ordinal).Replace("{id}", "a", StringComparison.Ordinal).Replace("{purpose}", "p", StringComparison.Ordinal);
            var takesBody = call.TryGetProperty("requestBody", out var body);
            foreach (var type in new[] { "text/plain", "text/plain; x=application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json; charset=utf-16" })
            {
                var answer = await gateway.Send(new HttpMethod(method.ToUpperInvariant()), path, TestGateway.Body("{}", type));
                Assert.Equal((template, 415, true), (template, answer.Status, answer.Problem.Length > 0));
            }

            if (!takesBody) continue;
            var missing = await gateway.Send(new HttpMethod(method.ToUpperInvariant()), path, TestGateway.Body("{}", ""));
            Assert.Equal((template, 415), (template, missing.Status));
            Assert.EndsWith("but is missing", missing.Problem, StringComparison.Ordinal);
            foreach (var form in body.GetProperty("content").EnumerateObject())
                Assert.NotEqual((template, form.Name, 415), (template, form.Name, (await gateway.Send(new HttpMethod(method.ToUpperInvariant()), path, TestGateway.Body("{}", form.Name + "; charset=UTF-8"))).Status));
        }
    }

    [Theory]
    [InlineData("/demo", "default-src 'self'")]
    [InlineData("/docs/", "script-src 'self' 'nonce-")]
    [InlineData("/dashboard/", "default-src 'self'")]
    [InlineData("/openapi/v1.json", "default-src 'none'")]
    [InlineData("/metrics", "default-src 'none'")]
    [InlineData("/health/live", "default-src 'none'")]
    [InlineData("/v1/items", "default-src 'none'")]
    [InlineData("/nothing", "default-src 'none'")]
    public async Task Every_answer_says_what_a_page_of_it_may_load(string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get(path);
        Assert.Contains(expected, answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }
}
