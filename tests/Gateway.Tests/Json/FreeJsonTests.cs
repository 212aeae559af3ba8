using System.Text;
using System.Text.Json;
using CsCheck;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Json;

public sealed class FreeJsonTests
{
    private static readonly Gen<string> Escapes = Gen.OneOf(
        Gen.OneOf([.. new[] { "\\ud83d", "\\uDE00", "\\ud800", "\\udfff", "\\\\", "\\\"", "\\n", "\\u00e9", "\\ufffd", "x", "ud83d", "é" }.Select(Gen.Const)]));

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"d\":", depth)) + "1" + new string('}', depth);

    private static (string? Kept, string? Fault, string? Mended) Keep(string json)
    {
        string? fault = null;
        string? mended = null;
        var kept = FreeJson.Keep(Encoding.UTF8.GetBytes(json), "context", told => fault = told, told => mended = told);
        return (kept, fault, mended);
    }

    [Theory]
    [InlineData("""{"a":1e400}""", "context must hold finite numbers, but has 1e400")]
    [InlineData("""{"a":[0,{"b":-1e999}]}""", "context must hold finite numbers, but has -1e999")]
    [InlineData("""{"a":1,"b":{},"a":2}""", "context must not name 'a' twice in one object")]
    [InlineData("""{"a":[{"b":1,"\u0062":2}]}""", "context must not name 'b' twice in one object")]
    [InlineData("""{"\ud800":1,"\udc00":2}""", "context must not name '\ufffd' twice in one object")]
    public void What_could_not_be_kept_is_refused(string json, string fault) => Assert.Equal((null, fault), (Keep(json).Kept, Keep(json).Fault));

    [Theory]
    [InlineData("""{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}""")]
    [InlineData("""[1e308,-0,0.000000000000000000001,1e-999,"",null,true]""")]
    [InlineData("""{"":0," ":"\u0000","A":1,"a":2}""")]
    public void The_rest_is_kept_as_it_was_written(string json) => Assert.Equal((json, null, null), Keep(json));

    [Fact]
    public void The_bound_on_depth_counts_the_value_itself_and_mixes_objects_and_arrays()
    {
        Assert.NotNull(Keep(Nested(32)).Kept);
        Assert.NotNull(Keep(new string('[', 16) + Nested(16) + new string(']', 16)).Kept);
        Assert.Equal("context must be nested at most 32 deep", Keep(Nested(33)).Fault);
        Assert.Equal("context must be nested at most 32 deep", Keep(new string('[', 17) + Nested(16) + new string(']', 17)).Fault);
        Assert.Equal("context must be nested at most 32 deep", Keep(new string('[', 100_000) + new string(']', 100_000)).Fault);
    }

    /// <summary>The reference is .NET's own replacement of what is no Unicode, over the units that the escapes mean.</summary>
    [Fact]
    public void Halves_of_pairs_become_the_replacement_character_and_nothing_else_changes() => Escapes.List[0, 12].Sample(parts =>
    {
        var escaped = string.Concat(parts);
        var units = System.Text.RegularExpressions.Regex.Replace(
            escaped, @"\\(u(?<unit>[0-9a-fA-F]{4})|.)", match => match.Groups["unit"] is { Success: true } unit ? ((char)Convert.ToUInt16(unit.Value, 16)).ToString() : match.Value is "\\n" ? "\n" : match.Value[1..]);
        var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(units));
        var (kept, fault, mended) = Keep($"{{\"a\":\"{escaped}\"}}");
        Assert.Null(fault);
        Assert.Equal(expected, JsonElement.Parse(kept!).GetProperty("a").GetString());
        Assert.Equal(expected != units, mended is not null);
    });

    [Theory]
    [InlineData("PATCH", "/v1/customers/c/traits", """{"a":VALUE}""")]
    [InlineData("PUT", "/v1/items/a", """{"attributes":{"a":VALUE}}""")]
    [InlineData("PUT", "/v1/actions/a", """{"attributes":{"a":VALUE}}""")]
    [InlineData("POST", "/v1/events", """{"type":"search","customerId":"c","context":{"a":VALUE}}""")]
    public async Task Every_door_has_the_same_rule_and_what_is_kept_is_well_formed(string method, string path, string body)
    {
        await using var gateway = await TestGateway.Start();
        async Task<Answer> Send(string value) => await gateway.Send(new HttpMethod(method), path, TestGateway.Body(body.Replace("VALUE", value, StringComparison.Ordinal)));
        foreach (var bad in new[] { Nested(33), "1e400", """{"x":1,"x":2}""", new string('[', 2000) + new string(']', 2000) })
            Assert.Equal((400, true), (await Send(bad) is var refused ? refused.Status : 0, refused.Problem.Contains("must", StringComparison.Ordinal)));
        Assert.InRange((await Send(Nested(31))).Status, 200, 202);
        Assert.InRange((await Send("""{"cut \ud83d":["\udc00"]}""")).Status, 200, 202);
        if (method == "PUT") Assert.Equal("\ufffd", (await gateway.Get(path)).Json.GetProperty("attributes").GetProperty("a").GetProperty("cut \ufffd")[0].GetString());
    }

    [Fact]
    public async Task One_deep_event_harms_no_other_of_its_request_and_what_is_ignored_may_be_as_deep_as_it_likes()
    {
        await using var gateway = await TestGateway.Start();
        const string Good = """{"type":"search","customerId":"c"}""";
        var deep = new string('[', 5000) + new string(']', 5000);
        var answer = await gateway.PostEvents($$$"""[{{{Good}}},{"type":"search","customerId":"c","context":{"x":{{{deep}}}}},{"type":"search","customerId":"c","unknown":{{{deep}}}}]""");
        Assert.Equal((202, 2, 1), (answer.Status, answer.Json.GetProperty("accepted").GetInt32(), answer.Json.GetProperty("rejected")[0].GetProperty("index").GetInt32()));
        Assert.Equal("context must be nested at most 32 deep", answer.Json.GetProperty("rejected")[0].GetProperty("error").GetString());
    }

    [Fact]
    public async Task What_was_mended_is_told()
    {
        await using var gateway = await TestGateway.Start();
        var events = await gateway.PostEvents("""[{"type":"search","customerId":"c"},{"type":"search","customerId":"c","query":"half \ud83d"}]""");
        Assert.Equal((1, "query held half of a surrogate pair, as a text has that was cut within an emoji; U+FFFD stands in its place"), (events.Json.GetProperty("warnings")[0].GetProperty("index").GetInt32(), events.Json.GetProperty("warnings")[0].GetProperty("warning").GetString()));
        Assert.False((await gateway.PostEvents("""{"type":"search","customerId":"c"}""")).Json.TryGetProperty("warnings", out _));
        var traits = await gateway.Send(HttpMethod.Patch, "/v1/customers/c/traits", TestGateway.Body("""{"bio":"half \ud83d"}"""));
        Assert.StartsWith("the trait 'bio' held half", traits.Json.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        var consent = await gateway.Send(HttpMethod.Put, "/v1/customers/c/consents/p", TestGateway.Body("""{"granted":true,"source":"\udc00"}"""));
        Assert.StartsWith("source held half", consent.Json.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PATCH", "/v1/customers/c/traits", """{"\ud83d":1}""")]
    [InlineData("POST", "/v1/events", """{"type":"search","customerId":"a\ud83d"}""")]
    [InlineData("POST", "/v1/customers/c/next-best-action", """{"slot":"\udc00"}""")]
    [InlineData("POST", "/v1/customers/c/recommendations", """{"items":["a","\udc00"]}""")]
    public async Task In_ids_and_names_it_is_refused(string method, string path, string body)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(new HttpMethod(method), path, TestGateway.Body(body));
        Assert.Equal(400, answer.Status);
        Assert.Contains("well-formed Unicode", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shown_text_is_not_cut_within_a_pair()
    {
        var shown = Texts.Shorten(new string('a', 63) + "\U0001F600" + new string('b', 9));
        Assert.Equal(new string('a', 63) + "…", shown);
        Assert.Equal("\U0001F600", Texts.Shorten("\U0001F600"));
    }
}
