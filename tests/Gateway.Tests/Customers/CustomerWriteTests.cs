using Personalization.Customers;
using Personalization.Events;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;

namespace Personalization.Gateway.Tests.Customers;

public sealed class CustomerWriteTests
{
    [Fact]
    public async Task Traits_are_one_entry_whose_id_after_takes()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Patch, "/v1/customers/anon:v/traits", TestGateway.Body("""{"plan":"gold","age":7,"old":null,"address":{"city":"Ghent"}}""", "application/merge-patch+json"));
        Assert.Equal(202, answer.Status);
        var entry = Assert.Single(gateway.Entries);
        Assert.Equal((EntryKind.Traits, "default/anon:v", EntryFlags.NoOwnTime | EntryFlags.ProducerGaveId), (entry.Envelope.Kind, entry.Envelope.Customer.Text, entry.Envelope.Flags));
        Assert.Equal(answer.Json.GetProperty("eventId").GetString(), entry.Envelope.EventId);
        Assert.Equal(TestGateway.Now.ToUnixTimeMilliseconds(), entry.Envelope.EventTime);
        var traits = ((TraitsChange)entry.Payload).Traits;
        Assert.Equal(("\"gold\"", "7", null, """{"city":"Ghent"}"""), (traits["plan"], traits["age"], traits["old"], traits["address"]));
    }

    [Theory]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{}", "names no trait")]
    [InlineData("{\"a/b\":1}", "the name of a trait must not contain '/'")]
    [InlineData("{\"\":1}", "the name of a trait must not be empty")]
    [InlineData("{\"a\":", "Line 1")]
    public async Task Bad_traits_are_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Patch, "/v1/customers/c/traits", TestGateway.Body(body));
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_traits_than_a_customer_may_hold_are_told()
    {
        await using var gateway = await TestGateway.Start();
        var many = $"{{{string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"t{i}\":1"))}}}";
        Assert.Contains("at most 64 traits", (await gateway.Send(HttpMethod.Patch, "/v1/customers/c/traits", TestGateway.Body(many))).Problem, StringComparison.Ordinal);
        var large = $$"""{"a":"{{new string('x', 9000)}}"}""";
        Assert.Contains("8192 bytes", (await gateway.Send(HttpMethod.Patch, "/v1/customers/c/traits", TestGateway.Body(large))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consent_is_an_entry_and_is_read_from_the_profile()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Put, "/v1/customers/c/consents/marketing", TestGateway.Body("""{"granted":false,"source":"phone"}"""));
        Assert.Equal(202, answer.Status);
        Assert.Equal(new ConsentChange { Purpose = "marketing", Granted = false, Source = "phone" }, gateway.Entries[0].Payload);

        Assert.Equal("""{"purpose":"marketing","granted":null,"at":null,"caughtUp":true}""", (await gateway.Get("/v1/customers/c/consents/marketing")).Text);
        gateway.Grains.Customer("default/c").Answer = _ => new ProfileReply { CaughtUp = true, Profile = new ProfileView { Consents = new Dictionary<string, ConsentView> { ["marketing"] = new(true, 1000) } } };
        Assert.Equal("""{"purpose":"marketing","granted":true,"at":"1970-01-01T00:00:01Z","caughtUp":true}""", (await gateway.Get("/v1/customers/c/consents/marketing?after=e")).Text);
        Assert.Equal("e", gateway.Grains.Customer("default/c").Queries.Last().After);
    }

    [Theory]
    [InlineData("{}", "granted is needed")]
    [InlineData("{\"granted\":\"yes\"}", "granted must be true or false, but is a string")]
    [InlineData("{\"granted\":true,\"source\":1}", "source must be a string, but is a number")]
    [InlineData("true", "must be a JSON object")]
    public async Task A_bad_consent_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Put, "/v1/customers/c/consents/p", TestGateway.Body(body));
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_erasure_gives_a_receipt_that_says_when_the_raw_log_has_forgotten()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Delete, "/v1/customers/c?reason=asked");
        Assert.Equal(202, answer.Status);
        Assert.Equal("2026-03-04T12:00:00Z", answer.Json.GetProperty("rawLogErasedBy").GetString());
        Assert.Equal(new Erasure { Reason = "asked" }, Assert.Single(gateway.Entries).Payload);
    }

    [Fact]
    public async Task Links_say_that_they_are_not_built()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(501, (await gateway.Post("/v1/customers/c/links", "{}")).Status);
    }

    [Fact]
    public async Task Traits_are_JSON_again_in_the_profile()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").Answer = _ => new ProfileReply { Profile = new ProfileView { Traits = new Dictionary<string, string> { ["a"] = "{\"b\":[1]}", ["s"] = "\"x\"" } } };
        var traits = (await gateway.Get("/v1/customers/c")).Json.GetProperty("traits");
        Assert.Equal(1, traits.GetProperty("a").GetProperty("b")[0].GetInt32());
        Assert.Equal("x", traits.GetProperty("s").GetString());
    }

    [Theory]
    [InlineData("undefined", "id is 'undefined', which programs write where they have no id (Personalization:Limits:BlockedIds)")]
    [InlineData("anon:NaN", "id is 'NaN', which programs write where they have no id (Personalization:Limits:BlockedIds)")]
    [InlineData("%20%C2%A0", "id must hold a character that can be seen")]
    public async Task Nobody_is_written_of_under_an_id_that_nobody_has_and_what_was_can_be_read_and_erased(string id, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var calls = new[] { ("PATCH", "traits", """{"a":1}"""), ("PUT", "consents/p", """{"granted":true}"""), ("POST", "next-best-action", "{}"), ("POST", "recommendations", """{"items":["a"]}""") };
        foreach (var (method, call, body) in calls)
        {
            var answer = await gateway.Send(new HttpMethod(method), $"/v1/customers/{id}/{call}", TestGateway.Body(body));
            Assert.Equal((call, 400, expected), (call, answer.Status, answer.Problem));
        }

        Assert.Equal(200, (await gateway.Get($"/v1/customers/{id}")).Status);
        Assert.Equal(202, (await gateway.Send(HttpMethod.Delete, $"/v1/customers/{id}")).Status);
    }

    [Fact]
    public async Task A_list_of_ones_own_takes_the_place_of_the_blocked_ids()
    {
        await using var gateway = await TestGateway.Start(options => options.Limits.BlockedIds = ["guest"]);
        Assert.Equal(202, (await gateway.PostEvents("""{"type":"search","customerId":"null"}""")).Status);
        var answer = await gateway.PostEvents("""{"type":"search","customerId":"guest"}""");
        Assert.Equal((400, "customerId is 'guest', which programs write where they have no id (Personalization:Limits:BlockedIds)"), (answer.Status, answer.Problem));
    }

    [Fact]
    public async Task A_trait_that_is_named_twice_is_refused()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Patch, "/v1/customers/c/traits", TestGateway.Body("""{"plan":"gold","pl\u0061n":"silver"}"""));
        Assert.Equal((400, "the trait 'plan' is named twice"), (answer.Status, answer.Problem));
    }
}
