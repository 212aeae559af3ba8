using System.Text.Json;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.OpenApi;

public sealed class OpenApiTests
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    [Fact]
    public async Task The_contract_names_every_call_with_a_summary_a_tag_and_answers()
    {
        await using var gateway = await TestGateway.Start();
        var document = (await gateway.Get("/openapi/v1.json")).Json;
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var calls = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(method => Methods.Contains(method.Name)).Select(method => (Name: $"{method.Name} {path.Name}", Operation: method.Value)))
            .ToDictionary(call => call.Name, call => call.Operation);
        Assert.Superset(
            new HashSet<string>
            {
                "post /v1/events", "get /v1/customers/{id}", "patch /v1/customers/{id}/traits", "put /v1/customers/{id}/consents/{purpose}", "get /v1/customers/{id}/consents/{purpose}",
                "delete /v1/customers/{id}", "post /v1/customers/{id}/links", "get /v1/customers/{id}/live", "get /v1/customers/{id}/recommendations",
                "post /v1/customers/{id}/recommendations", "get /v1/items/{id}/similar", "get /v1/trending", "put /v1/items/{id}", "get /v1/items/{id}", "delete /v1/items/{id}",
                "post /v1/items", "get /v1/items", "put /v1/actions/{id}", "get /v1/actions/{id}", "delete /v1/actions/{id}", "post /v1/actions", "get /v1/actions",
                "get /v1/admin/totals", "get /v1/admin/customers", "get /v1/admin/log", "get /v1/admin/log/dead-letters",
                "get /v1/admin/log/dead-letters/{partition}/{position}", "post /v1/admin/log/dead-letters/{partition}/{position}/redrive",
                "delete /v1/admin/log/dead-letters/{partition}/{position}", "post /v1/admin/clock",
            },
            calls.Keys.ToHashSet());
        Assert.All(calls, call =>
        {
            Assert.Contains("/v1/", call.Key, StringComparison.Ordinal);
            Assert.DoesNotContain(call.Value.GetProperty("tags").EnumerateArray(), tag => tag.GetString()!.Contains('.', StringComparison.Ordinal));
            Assert.NotEmpty(call.Value.GetProperty("summary").GetString()!);
            Assert.NotEmpty(call.Value.GetProperty("operationId").GetString()!);
            Assert.NotEmpty(call.Value.GetProperty("tags").EnumerateArray());
            Assert.NotEmpty(call.Value.GetProperty("responses").EnumerateObject());
        });
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        await using var gateway = await TestGateway.Start();
        var document = (await gateway.Get("/openapi/v1.json")).Json;
        var references = References(document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference =>
        {
            var target = document;
            foreach (var part in reference[2..].Split('/')) Assert.True(target.TryGetProperty(part.Replace("~1", "/", StringComparison.Ordinal), out target), reference);
        });
    }

    [Fact]
    public async Task Events_are_described_member_by_member_with_examples_in_every_form()
    {
        await using var gateway = await TestGateway.Start();
        var document = (await gateway.Get("/openapi/v1.json")).Json;
        var content = document.GetProperty("paths").GetProperty("/v1/events").GetProperty("post").GetProperty("requestBody").GetProperty("content");
        Assert.Equal(["application/json", "application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json"], content.EnumerateObject().Select(form => form.Name));
        Assert.Equal("purchase", content.GetProperty("application/json").GetProperty("example").GetProperty("type").GetString());
        var members = document.GetProperty("components").GetProperty("schemas").GetProperty("EventRequest").GetProperty("properties");
        Assert.All(
            "eventId type customerId anonymousId itemId category brand value currency quantity orderId lines query text channel sessionId decisionId actionId position context timestamp sentAt".Split(' '),
            name => Assert.True(members.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task Numbers_are_numbers_and_members_that_may_be_left_out_are_not_required()
    {
        await using var gateway = await TestGateway.Start();
        var schemas = (await gateway.Get("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");
        Assert.DoesNotContain("\"integer\",\"string\"", Compact(schemas), StringComparison.Ordinal);
        Assert.DoesNotContain("\"number\",\"string\"", Compact(schemas), StringComparison.Ordinal);

        Assert.DoesNotContain("reason", Required(schemas, "RewardResponse"));
        Assert.Contains("applied", Required(schemas, "RewardResponse"));
        Assert.DoesNotContain("eventId", Required(schemas, "RecommendationReasonResponse"));
        Assert.DoesNotContain("drained", Required(schemas, "AdminTotalsResponse"));
    }

    [Theory]
    [InlineData("/v1/customers/{id}/next-best-action", "post", "Idempotency-Key")]
    [InlineData("/v1/customers/{id}/recommendations", "get", "Idempotency-Key")]
    [InlineData("/v1/items/{id}", "put", "If-Match")]
    [InlineData("/v1/actions/{id}", "put", "If-None-Match")]
    public async Task Headers_that_change_what_a_call_does_are_described(string path, string method, string header)
    {
        await using var gateway = await TestGateway.Start();
        var call = (await gateway.Get("/openapi/v1.json")).Json.GetProperty("paths").GetProperty(path).GetProperty(method);
        Assert.Contains(call.GetProperty("parameters").EnumerateArray(), parameter => parameter.GetProperty("name").GetString() == header && parameter.GetProperty("in").GetString() == "header");
    }

    [Fact]
    public async Task Every_call_tells_that_it_needs_a_key_and_every_refusal_for_now_when_to_come_again()
    {
        await using var gateway = await TestGateway.Start();
        var responses = (await gateway.Get("/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(method => Methods.Contains(method.Name)).Select(method => method.Value.GetProperty("responses"))).ToList();
        Assert.All(responses, answers => Assert.True(answers.TryGetProperty("401", out _) && answers.TryGetProperty("403", out _), answers.GetRawText()));
        Assert.All(
            responses.SelectMany(answers => answers.EnumerateObject()).Where(answer => answer.Name is "429" or "503"),
            answer => Assert.True(answer.Value.GetProperty("headers").TryGetProperty("Retry-After", out _)));
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private static IEnumerable<string?> Required(JsonElement schemas, string type) =>
        schemas.GetProperty(type).TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()) : [];

    [Fact]
    public async Task Descriptions_speak_of_the_contract_and_not_of_the_code()
    {
        await using var gateway = await TestGateway.Start();
        var descriptions = Descriptions((await gateway.Get("/openapi/v1.json")).Json).ToList();
        Assert.NotEmpty(descriptions);
        Assert.All(descriptions, description => Assert.DoesNotMatch(@"\b(int|string|double|[A-Z]\w+)\??( [A-Z]\w+)?\.[A-Z]\w+", description.Replace("Personalization:Clock", "", StringComparison.Ordinal)));
        Assert.Contains(descriptions, description => description.Contains("1 to 100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        await using var gateway = await TestGateway.Start();
        var page = await gateway.Get("/docs/");
        Assert.Equal(200, page.Status);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page.Text);
        var script = System.Text.RegularExpressions.Regex.Match(page.Text, "src=\"([^\"]+\\.js[^\"]*)\"");
        Assert.True(script.Success, page.Text);
        var answer = await gateway.Get(new Uri(new Uri("http://localhost/docs/"), script.Groups[1].Value).PathAndQuery);
        Assert.Equal(200, answer.Status);
        Assert.True(answer.Text.Length > 1000);
    }

    private static IEnumerable<string> Descriptions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "description" or "summary", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : Descriptions(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Descriptions),
        _ => [],
    };

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == "$ref" && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
