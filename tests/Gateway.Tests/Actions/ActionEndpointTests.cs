using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Personalization.Engine.Decisions.Actions;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Actions;

public sealed class ActionEndpointTests
{
    private const string Whole =
        """{"actionId":"free shipping","title":"Free shipping","value":12,"lever":2,"channel":"web","group":"service","slots":["home"],"validFrom":"2026-03-01T00:00:00+01:00","validTo":"2026-04-01T00:00:00+00:00","eligibility":"orders >= 1 and daysSinceLastPurchase > 30d","caps":[{"per":"action","limit":1,"days":7},{"per":"group","limit":2,"period":"12h"}],"purposes":["marketing"],"enabled":false,"attributes":{"image":"truck.svg"}}""";

    private static Task<Answer> Put(TestGateway gateway, string id, string body, params (string, string)[] headers) => gateway.Send(HttpMethod.Put, $"/v1/actions/{id}", TestGateway.Body(body), headers);

    [Fact]
    public async Task An_action_is_put_read_and_deleted()
    {
        await using var gateway = await TestGateway.Start();
        var put = await Put(gateway, "free%20shipping", Whole);
        Assert.Equal((201, "\"1\""), (put.Status, put.Headers["ETag"]));

        var read = await gateway.Get("/v1/actions/free%20shipping");
        Assert.Equal((200, "\"1\""), (read.Status, read.Headers["ETag"]));
        Assert.Equal(Whole[..^1] + ""","updatedAt":"2026-03-01T12:00:00Z"}""", read.Text);
        Assert.Equal(304, (await gateway.Get("/v1/actions/free%20shipping", ("If-None-Match", "\"1\""))).Status);
        Assert.Equal(200, (await Put(gateway, "free%20shipping", read.Text, ("If-Match", "\"1\""))).Status);
        Assert.Equal(412, (await Put(gateway, "free%20shipping", read.Text, ("If-Match", "\"1\""))).Status);

        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/actions/free%20shipping")).Status);
        Assert.Equal(404, (await gateway.Get("/v1/actions/free%20shipping")).Status);
        Assert.Equal(404, (await gateway.Send(HttpMethod.Delete, "/v1/actions/free%20shipping")).Status);
    }

    [Fact]
    public async Task What_an_action_does_not_say_has_its_default()
    {
        await using var gateway = await TestGateway.Start();
        await Put(gateway, "a", """{"value":null,"caps":[],"slots":[],"enabled":null}""");
        Assert.Equal("""{"actionId":"a","value":1,"lever":1,"enabled":true,"updatedAt":"2026-03-01T12:00:00Z"}""", (await gateway.Get("/v1/actions/a")).Text);
    }

    [Fact]
    public async Task What_is_stored_is_what_a_silo_reads()
    {
        await using var gateway = await TestGateway.Start();
        await Put(gateway, "free%20shipping", Whole);
        var document = await gateway.Documents.Read("action/default/free shipping");
        var definition = JsonSerializer.Deserialize(document!.Bytes, ActionJson.Default.ActionDefinition)!;
        Assert.Equal(("free shipping", 12, "orders >= 1 and daysSinceLastPurchase > 30d"), (definition.ActionId, definition.Value, definition.Eligibility));
        Assert.Empty(ActionRules.FaultsOf(definition));
    }

    [Theory]
    [InlineData("{\"value\":\"9\"}", "value must be a number, but is a string")]
    [InlineData("{\"value\":0}", "value must be a number above 0 and at most 1,000,000,000")]
    [InlineData("{\"value\":1e999}", "value must be a finite number")]
    [InlineData("{\"lever\":-1}", "lever must be a number from 0 to 1,000,000,000")]
    [InlineData("{\"actionId\":\"b\"}", "actionId must be the id of the URL")]
    [InlineData("{\"enabled\":1}", "enabled must be true or false, but is a number")]
    [InlineData("{\"slots\":\"a\"}", "slots must be an array, but is a string")]
    [InlineData("{\"validFrom\":\"2026-03-01\"}", "validFrom must be an ISO 8601 time with an offset")]
    [InlineData("{\"validFrom\":\"2026-03-01T00:00:00Z\",\"validTo\":\"2026-03-01T00:00:00Z\"}", "validTo must be after validFrom")]
    [InlineData("{\"caps\":{}}", "caps must be an array, but is an object")]
    [InlineData("{\"caps\":[7]}", "caps[0] must be an object, but is a number")]
    [InlineData("{\"caps\":[{\"per\":\"action\",\"limit\":1,\"days\":1},{\"per\":\"action\",\"limit\":1.5,\"days\":1}]}", "caps[1].limit must be a whole number")]
    [InlineData("{\"caps\":[{\"per\":\"action\",\"limit\":101,\"days\":1}]}", "caps[0].limit must be a whole number from 1 to 100")]
    [InlineData("{\"caps\":[{\"per\":\"group\",\"limit\":1,\"days\":1}]}", "caps[0].per is group, but the action has no group")]
    [InlineData("{\"caps\":[{\"per\":\"action\",\"limt\":1,\"days\":1}]}", "caps[0] has no member 'limt'; did you mean 'limit'?")]
    [InlineData("{\"elligibility\":\"orders > 1\"}", "there is no member 'elligibility'; did you mean 'eligibility'?")]
    [InlineData("{\"attributes\":[]}", "attributes must be an object, but is an array")]
    [InlineData("[]", "an action must be a JSON object, but is an array")]
    [InlineData("{", "Line 1")]
    [InlineData("", "the body is empty")]
    public async Task A_bad_action_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await Put(gateway, "a", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
        Assert.Equal(404, (await gateway.Get("/v1/actions/a")).Status);
    }

    [Fact]
    public async Task A_fault_of_eligibility_says_the_column()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await Put(gateway, "a", """{"eligibility":"orders > 1 and ordres > 2"}""");
        Assert.Equal(400, answer.Status);
        Assert.Equal("eligibility: column 16: there is no 'ordres'; did you mean 'orders'?", answer.Problem);
        Assert.Equal(16, answer.Json.GetProperty("column").GetInt32());
    }

    [Theory]
    [InlineData("""[{"actionId":"b"},{"title":"no id"},{"actionId":"a"},{"actionId":"c","eligibility":"orders >"}]""", "application/json")]
    [InlineData("{\"actionId\":\"b\"}\n{\n{\"actionId\":\"a\"}\n{\"actionId\":\"c\",\"eligibility\":\"orders >\"}\n", "application/x-ndjson")]
    public async Task Many_actions_are_put_at_once_and_bad_ones_do_no_harm(string body, string type)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post("/v1/actions", body, type);
        Assert.Equal(200, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        var rejected = answer.Json.GetProperty("rejected").EnumerateArray().ToList();
        Assert.Equal([1, 3], rejected.Select(one => one.GetProperty("index").GetInt32()));
        Assert.False(rejected[0].TryGetProperty("column", out _));
        Assert.Equal(9, rejected[1].GetProperty("column").GetInt32());
        Assert.Equal(["a", "b"], (await gateway.Get("/v1/actions")).Json.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("actionId").GetString()));
    }

    [Fact]
    public async Task The_library_is_listed_in_pages()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.Post("/v1/actions", $"[{string.Join(',', Enumerable.Range(0, 25).Select(i => $$"""{"actionId":"i{{i:00}}"}"""))}]");
        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await gateway.Get($"/v1/actions?limit=10&cursor={cursor}")).Json;
            seen.AddRange(page.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("actionId").GetString()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"i{i:00}"), seen);
    }

    [Fact]
    public async Task Every_change_is_told_to_this_process_and_written_for_the_others_before_it_is_answered()
    {
        await using var gateway = await TestGateway.Start();
        var told = 0;
        using var listening = gateway.Services.GetRequiredService<DocumentChanges>().Subscribe(ActionDocuments.Prefix("default"), async (change, stop) =>
        {
            told++;
            Assert.Equal(told, change.Version);
            Assert.NotEmpty(change.Ids);
            Assert.Equal(told, (await gateway.Documents.Read(ActionDocuments.ChangesKey("default"), stop))!.Version);
        });
        await Put(gateway, "a", "{}");
        Assert.Equal(1, told);
        await gateway.Post("/v1/actions", """[{"actionId":"b"},{"actionId":"c"}]""");
        Assert.Equal(2, told);
        await gateway.Send(HttpMethod.Delete, "/v1/actions/a");
        Assert.Equal(3, told);
        await Put(gateway, "b", "{}", ("If-None-Match", "*"));
        await Put(gateway, "b", """{"value":-1}""");
        Assert.Equal(3, told);
    }

    [Fact]
    public async Task A_full_library_takes_changes_but_no_new_action()
    {
        await using var gateway = await TestGateway.Start();
        for (var i = 0; i < ActionLibrary.MaxActions; i++) await gateway.Documents.Write([new DocumentWrite($"action/default/a{i:00000}", "{}"u8.ToArray())]);
        Assert.Equal(200, (await Put(gateway, "a00007", "{}")).Status);
        Assert.Equal("the library is full: it holds at most 10,000 actions", (await Put(gateway, "new", "{}")).Problem);
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/actions/a00008")).Status);
        Assert.Equal(201, (await Put(gateway, "new", "{}")).Status);
    }

    [Fact]
    public async Task Writing_needs_an_ingest_key_and_reading_a_read_key()
    {
        const string ingest = "ingest-key-0123456789", read = "read-key-0123456789";
        await using var gateway = await TestGateway.Start(options =>
        {
            options.Keys.Ingest = [ingest];
            options.Keys.Read = [read];
        });
        Assert.Equal(401, (await Put(gateway, "a", "{}")).Status);
        Assert.Equal(403, (await Put(gateway, "a", "{}", ("X-Api-Key", read))).Status);
        Assert.Equal(201, (await Put(gateway, "a", "{}", ("X-Api-Key", ingest))).Status);
        Assert.Equal(200, (await gateway.Get("/v1/actions/a", ("X-Api-Key", read))).Status);
        Assert.Equal(403, (await gateway.Get("/v1/actions", ("X-Api-Key", ingest))).Status);
        Assert.Equal(403, (await gateway.Send(HttpMethod.Delete, "/v1/actions/a", null, ("X-Api-Key", read))).Status);
    }
}
