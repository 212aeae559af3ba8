using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Personalization.Gateway.Tests.Hosting;

public sealed class IdTests
{
    [Theory]
    [InlineData("GET", "/v1/customers/a%2Fb", "id must not contain '/'")]
    [InlineData("GET", "/v1/customers/a%2fb/churn", "id must not contain '/'")]
    [InlineData("DELETE", "/v1/customers/a%2Fb", "id must not contain '/'")]
    [InlineData("GET", "/v1/customers/a/consents/b%2Fc", "purpose must not contain '/'")]
    [InlineData("GET", "/v1/items/a%2Fb", "id must not contain '/'")]
    [InlineData("DELETE", "/v1/actions/a%2Fb", "id must not contain '/'")]
    [InlineData("GET", "/v1/customers/a%FF", "the URL must be UTF-8")]
    [InlineData("GET", "/v1/customers/a?after=%FF", "the URL must be UTF-8")]
    public async Task An_id_that_the_server_does_not_decode_is_refused(string method, string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var (status, text) = await SendRaw(gateway, method, path);
        Assert.Equal(400, status);
        Assert.Contains(expected, System.Text.Json.JsonElement.Parse(text).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(gateway.Entries);
    }

    [Theory]
    [InlineData("/v1/customers/a%252Fb", "a%2Fb")]
    [InlineData("/v1/customers/50%25", "50%")]
    [InlineData("/v1/customers/%C3%A4", "ä")]
    [InlineData("/v1/customers/a?after=b%252Fc", "a")]
    public async Task An_id_that_looks_encoded_is_what_it_is(string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var (status, text) = await SendRaw(gateway, "GET", path);
        Assert.Equal((200, expected), (status, System.Text.Json.JsonElement.Parse(text).GetProperty("customerId").GetString()));
    }

    [Theory]
    [InlineData("""{"type":"search","customerId":"."}""", "customerId must not be '.' or '..'")]
    [InlineData("""{"type":"search","anonymousId":".."}""", "anonymousId must not be '.' or '..'")]
    [InlineData("""{"type":"search","customerId":"c","itemId":".."}""", "itemId must not be '.' or '..'")]
    [InlineData("""{"type":"purchase","customerId":"c","lines":[{"itemId":"."}]}""", "lines[0].itemId must not be '.' or '..'")]
    public async Task An_id_that_no_URL_reaches_is_refused_in_events(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(expected, (await gateway.PostEvents(body)).Problem);
    }

    [Fact]
    public async Task An_id_that_no_URL_reaches_is_refused_in_the_catalogue_and_the_library()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal("itemId must not be '.' or '..'", (await gateway.Post("/v1/items", """[{"itemId":"."}]""")).Problem);
        Assert.Equal("actionId must not be '.' or '..'", (await gateway.Post("/v1/actions", """[{"actionId":".."}]""")).Problem);
        Assert.Equal("id must not be '.' or '..'", (await gateway.Get("/v1/customers/anon:.")).Problem);
    }

    // As Kestrel hands a request over: %2F and what is not UTF-8 stay as they are in the path, and the target is what was sent.
    private static async Task<(int Status, string Text)> SendRaw(TestGateway gateway, string method, string target)
    {
        var server = (TestServer)gateway.Services.GetRequiredService<IServer>();
        var context = await server.SendAsync(request =>
        {
            var parts = target.Split('?');
            request.Request.Method = method;
            request.Request.Path = Decode(parts[0]);
            request.Request.QueryString = new(parts.Length > 1 ? "?" + parts[1] : "");
            request.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        });
        using var reader = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, await reader.ReadToEndAsync());
    }

    private static string Decode(string path) => path.Contains("%FF", StringComparison.Ordinal) ? path : string.Join("%2F", path.Split("%2F").Select(part => string.Join("%2f", part.Split("%2f").Select(Uri.UnescapeDataString))));
}
