using System.Text;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Items;

public sealed class ItemEndpointTests
{
    private static Task<Answer> Put(TestGateway gateway, string id, string body, params (string, string)[] headers) => gateway.Send(HttpMethod.Put, $"/v1/items/{id}", TestGateway.Body(body), headers);

    [Fact]
    public async Task An_item_is_put_read_and_deleted()
    {
        await using var gateway = await TestGateway.Start();
        const string body = """{"itemId":"s 1","title":"Trail shoe","category":"shoes/running","brand":"Fleet","price":89.90,"currency":"EUR","available":false,"tags":["new","wide"],"attributes":{"colour":"blue"}}""";
        var put = await Put(gateway, "s%201", body);
        Assert.Equal((201, "\"1\""), (put.Status, put.Headers["ETag"]));

        var read = await gateway.Get("/v1/items/s%201");
        Assert.Equal((200, "\"1\""), (read.Status, read.Headers["ETag"]));
        Assert.Equal("""{"itemId":"s 1","title":"Trail shoe","category":"shoes/running","brand":"Fleet","price":89.90,"currency":"EUR","available":false,"tags":["new","wide"],"attributes":{"colour":"blue"},"updatedAt":"2026-03-01T12:00:00Z"}""", read.Text);
        Assert.Equal(304, (await gateway.Get("/v1/items/s%201", ("If-None-Match", "\"1\""))).Status);

        Assert.Equal((200, "\"2\""), ((await Put(gateway, "s%201", "{}")) is var again ? (again.Status, again.Headers["ETag"]) : default));
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/items/s%201")).Status);
        Assert.Equal(404, (await gateway.Get("/v1/items/s%201")).Status);
        Assert.Equal(404, (await gateway.Send(HttpMethod.Delete, "/v1/items/s%201")).Status);
    }

    [Fact]
    public async Task What_was_stored_before_free_json_was_checked_is_answered_and_what_cannot_be_read_harms_no_other()
    {
        await using var gateway = await TestGateway.Start();
        var deep = string.Concat(Enumerable.Repeat("{\"d\":", 62)) + "1" + new string('}', 62);
        await gateway.Documents.Write(
        [
            new DocumentWrite("item/default/cut", Encoding.UTF8.GetBytes("{\"itemId\":\"cut\",\"title\":\"bowl \\ud83d\",\"attributes\":{\"k\\udc00\":\"\\ud83d\"}}")),
            new DocumentWrite("item/default/deep", Encoding.UTF8.GetBytes($"{{\"itemId\":\"deep\",\"attributes\":{deep}}}")),
            new DocumentWrite("item/default/junk", [0, 1, 2]),
            new DocumentWrite("item/default/well", "{\"itemId\":\"well\"}"u8.ToArray()),
        ]);

        var list = await gateway.Get("/v1/items?limit=1000");
        Assert.Equal(200, list.Status);
        Assert.Equal(["cut", "deep", "well"], list.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()));
        Assert.Equal(["junk"], list.Json.GetProperty("unreadable").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal("bowl \ufffd", (await gateway.Get("/v1/items/cut")).Json.GetProperty("title").GetString());
        Assert.Equal(200, (await gateway.Get("/v1/items/deep")).Status);

        // Pages go on behind it, and it can be put anew or deleted.
        var third = await gateway.Get("/v1/items?limit=3");
        Assert.Equal(2, third.Json.GetProperty("items").GetArrayLength());
        var rest = await gateway.Get($"/v1/items?limit=3&cursor={third.Json.GetProperty("next").GetString()}");
        Assert.Equal(["well"], rest.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()));
        Assert.False(rest.Json.TryGetProperty("unreadable", out _));
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/items/junk")).Status);
        Assert.False((await gateway.Get("/v1/items")).Json.TryGetProperty("unreadable", out _));
    }

    [Fact]
    public async Task Two_writers_cannot_overwrite_each_other_unseen()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(412, (await Put(gateway, "a", "{}", ("If-Match", "\"1\""))).Status);
        Assert.Equal(201, (await Put(gateway, "a", "{}", ("If-None-Match", "*"))).Status);
        Assert.Equal(412, (await Put(gateway, "a", "{}", ("If-None-Match", "*"))).Status);
        Assert.Equal(200, (await Put(gateway, "a", "{}", ("If-Match", "\"1\""))).Status);
        Assert.Equal(412, (await Put(gateway, "a", "{}", ("If-Match", "\"1\""))).Status);
        Assert.Equal(412, (await gateway.Send(HttpMethod.Delete, "/v1/items/a", null, ("If-Match", "\"1\""))).Status);
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/items/a", null, ("If-Match", "\"2\""))).Status);
    }

    [Fact]
    public async Task A_star_holds_for_what_exists_and_a_list_for_each_of_its_versions()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal("If-Match does not hold: there is no item 'a'; to make it, send If-None-Match: *", (await Put(gateway, "a", "{}", ("If-Match", "*"))).Problem);
        Assert.Equal(201, (await Put(gateway, "a", "{}")).Status);
        Assert.Equal(200, (await Put(gateway, "a", "{}", ("If-Match", "*"))).Status);
        Assert.Equal(200, (await Put(gateway, "a", "{}", ("If-Match", "\"7\", \"2\""))).Status);
        var late = await Put(gateway, "a", "{}", ("If-Match", "\"1\", \"2\""));
        Assert.Equal((412, "If-Match does not hold: item 'a' has another version, \"3\"; read it again and send its ETag as If-Match"), (late.Status, late.Problem));
        var second = await Put(gateway, "a", "{}", ("If-None-Match", "*"));
        Assert.Equal((412, "If-None-Match does not hold: item 'a' exists already; to replace it, send its ETag as If-Match"), (second.Status, second.Problem));
        Assert.Equal(400, (await Put(gateway, "a", "{}", ("If-Match", "3"))).Status);
        Assert.Equal(304, (await gateway.Get("/v1/items/a", ("If-None-Match", "\"1\", \"3\""))).Status);
        Assert.Equal(304, (await gateway.Get("/v1/items/a", ("If-None-Match", "*"))).Status);
        Assert.Equal(200, (await gateway.Get("/v1/items/a", ("If-None-Match", "\"1\""))).Status);
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/items/a", null, ("If-Match", "*"))).Status);
        Assert.Equal(404, (await gateway.Send(HttpMethod.Delete, "/v1/items/a", null, ("If-Match", "*"))).Status);
    }

    [Theory]
    [InlineData("{\"price\":\"9\"}", "price must be a finite number, but is a string")]
    [InlineData("{\"price\":-1}", "price must not be negative")]
    [InlineData("{\"itemId\":\"b\"}", "itemId must be the id of the URL")]
    [InlineData("{\"available\":1}", "available must be true or false, but is a number")]
    [InlineData("{\"tags\":\"a\"}", "tags must be an array, but is a string")]
    [InlineData("{\"tags\":[1]}", "a tag must be a string, but is a number")]
    [InlineData("{\"attributes\":[]}", "attributes must be an object, but is an array")]
    [InlineData("{\"itemId\":\"\\ud800\"}", "itemId must be well-formed Unicode")]
    [InlineData("{\"title\":{}}", "title must be a string, but is an object")]
    [InlineData("[]", "an item must be a JSON object, but is an array")]
    [InlineData("{", "Line 1")]
    [InlineData("", "the body is empty")]
    public async Task A_bad_item_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await Put(gateway, "a", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_price_without_a_rate_is_told()
    {
        await using var gateway = await TestGateway.Start(options => options.Currency.Base = "EUR");
        Assert.Contains("no rate to EUR", (await Put(gateway, "a", """{"price":1,"currency":"USD"}""")).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"itemId":"b"},{"title":"no id"},{"itemId":"a"},7]""", "application/json")]
    [InlineData("{\"itemId\":\"b\"}\n{\n{\"itemId\":\"a\"}\n7\n", "application/x-ndjson")]
    public async Task Many_items_are_put_at_once_and_bad_ones_do_no_harm(string body, string type)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post("/v1/items", body, type);
        Assert.Equal(200, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        Assert.Equal([1, 3], answer.Json.GetProperty("rejected").EnumerateArray().Select(rejected => rejected.GetProperty("index").GetInt32()));
        Assert.Equal(200, (await gateway.Get("/v1/items/a")).Status);
    }

    [Fact]
    public async Task A_batch_without_a_good_item_is_a_bad_request()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(400, (await gateway.Post("/v1/items", "[{}]")).Status);
        Assert.Equal(413, (await gateway.Post("/v1/items", $"[{string.Join(',', Enumerable.Range(0, 1001).Select(i => $$"""{"itemId":"{{i}}"}"""))}]")).Status);
        Assert.Equal(415, (await gateway.Post("/v1/items", "[]", "text/plain")).Status);
    }

    [Fact]
    public async Task The_catalogue_is_listed_in_pages()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.Post("/v1/items", $"[{string.Join(',', Enumerable.Range(0, 25).Select(i => $$"""{"itemId":"i{{i:00}}"}"""))}]");
        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await gateway.Get($"/v1/items?limit=10&cursor={cursor}")).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"i{i:00}"), seen);
        Assert.Equal(400, (await gateway.Get("/v1/items?limit=0")).Status);
        Assert.Equal(400, (await gateway.Get("/v1/items?cursor=%25%25")).Status);
    }

    [Fact]
    public async Task An_id_with_slashes_is_put_read_looked_up_and_deleted_as_a_parameter()
    {
        await using var gateway = await TestGateway.Start();
        const string Path = "/v1/items?itemId=ROPE%2F10mm%2F50";
        var put = await gateway.Send(HttpMethod.Put, Path, TestGateway.Body("""{"category":"ropes","price":5}"""));
        Assert.Equal((201, "ROPE/10mm/50"), (put.Status, put.Json.GetProperty("itemId").GetString()));
        var read = await gateway.Get(Path);
        Assert.Equal((200, "ropes", put.Headers["ETag"]), (read.Status, read.Json.GetProperty("category").GetString(), read.Headers["ETag"]));
        Assert.Equal(412, (await gateway.Send(HttpMethod.Put, Path, TestGateway.Body("{}"), ("If-None-Match", "*"))).Status);
        Assert.Equal(1, (await gateway.Get("/v1/items")).Json.GetProperty("items").GetArrayLength());

        Assert.Equal(202, (await gateway.PostEvents("""{"type":"productViewed","customerId":"c","itemId":"ROPE/10mm/50"}""")).Status);
        Assert.Equal(("ROPE/10mm/50", "ropes", 5m), (gateway.SingleEvent.ItemId, gateway.SingleEvent.Category, gateway.SingleEvent.UnitPrice));
        Assert.Equal(200, (await gateway.Get("/v1/similar?itemId=ROPE%2F10mm%2F50&n=2")).Status);
        Assert.Equal("ROPE/10mm/50", gateway.Grains.Lists.Queries.Single().ItemId);

        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, Path)).Status);
        Assert.Equal(404, (await gateway.Get(Path)).Status);
        Assert.Contains("ItemChange { ItemId = ROPE/10mm/50, Version = 0", gateway.Grains.Catalogue.Changes.Last().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/v1/items", "itemId is needed")]
    [InlineData("DELETE", "/v1/items", "itemId is needed")]
    [InlineData("DELETE", "/v1/items?itemId=", "itemId must not be empty")]
    [InlineData("GET", "/v1/similar", "itemId is needed")]
    [InlineData("PUT", "/v1/items/a%2Fb", "id must not contain '/' in a path; an item whose id holds one is reached as ?itemId=")]
    [InlineData("PUT", "/v1/items?itemId=undefined", "itemId is 'undefined', which programs write where they have no id (Personalization:Limits:BlockedIds)")]
    [InlineData("PUT", "/v1/items/%E2%80%8B", "itemId must hold a character that can be seen")]
    [InlineData("PUT", "/v1/actions/null", "actionId is 'null', which programs write where they have no id (Personalization:Limits:BlockedIds)")]
    public async Task An_id_that_names_nothing_is_told(string method, string path, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(new HttpMethod(method), path, method == "PUT" ? TestGateway.Body("{}") : null);
        Assert.Equal((400, expected), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task A_batch_tells_the_item_whose_id_is_none()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post("/v1/items", """[{"itemId":"a/b"},{"itemId":"[object Object]"},{"itemId":""}]""");
        Assert.Equal((200, 1, 2), (answer.Status, answer.Json.GetProperty("accepted").GetInt32(), answer.Json.GetProperty("rejected").GetArrayLength()));
    }
}
