using Personalization.Events;
using Personalization.Gateway.Events;
using Personalization.Gateway.Tests.Hosting;

namespace Personalization.Gateway.Tests.Events;

public sealed class CloudEventTests
{
    private const string Attributes = "\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/shop\",\"type\":\"com.shop.productViewed\",\"subject\":\"c1\",\"time\":\"2026-03-01T11:00:00Z\"";

    [Fact]
    public async Task Structured_the_attributes_fill_what_the_data_lacks()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents("{" + Attributes + ",\"data\":{\"itemId\":\"sku-1\",\"customerId\":\"own\"}}", "application/cloudevents+json; charset=utf-8");

        Assert.Equal("""{"accepted":1,"rejected":[],"eventIds":["e1"]}""", answer.Text);
        Assert.Equal("default/own", gateway.Entries[0].Envelope.Customer.Text);
        Assert.Equal(TestGateway.Now.AddHours(-1).ToUnixTimeMilliseconds(), gateway.Entries[0].Envelope.EventTime);
        Assert.Equal(EventType.ProductViewed, gateway.SingleEvent.Type);
        Assert.Equal("sku-1", gateway.SingleEvent.ItemId);
    }

    [Fact]
    public async Task Binary_the_attributes_are_headers()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(
            HttpMethod.Post, "/v1/events", TestGateway.Body("""{"itemId":"sku-1"}"""),
            ("ce-specversion", "1.0"), ("ce-id", "e%201"), ("ce-source", "/shop"), ("ce-type", "custom:quiz"), ("ce-subject", "c1"), ("ce-extension", "x"));

        Assert.Equal(202, answer.Status);
        Assert.Equal("e 1", gateway.Entries[0].Envelope.EventId);
        Assert.Equal("custom:quiz", gateway.SingleEvent.CustomType);
    }

    [Fact]
    public async Task Binary_it_may_have_no_data()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(
            HttpMethod.Post, "/v1/events", null, ("ce-specversion", "1.0"), ("ce-id", "e1"), ("ce-source", "/shop"), ("ce-type", "subscribed"), ("ce-subject", "c1"));
        Assert.Equal((202, EventType.Subscribed), (answer.Status, gateway.SingleEvent.Type));
    }

    [Fact]
    public async Task A_bad_member_of_a_batch_is_rejected_alone()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents($$"""[{ {{Attributes}} },{"specversion":"1.0"},7,{ {{Attributes}},"data":"text"},{ {{Attributes}},"data_base64":"eyJpdGVtSWQiOiJzIn0="}]""", "application/cloudevents-batch+json");

        Assert.Equal(202, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        Assert.Equal([1, 2, 3], answer.Json.GetProperty("rejected").EnumerateArray().Select(rejected => rejected.GetProperty("index").GetInt32()));
        Assert.Equal("s", ((CustomerEvent)gateway.Entries[1].Payload).ItemId);
    }

    [Theory]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"e\"}", "not a CloudEvent")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"a/b\",\"source\":\"/s\",\"type\":\"search\",\"subject\":\"c\"}", "id must not contain '/'")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"/s\",\"type\":\"com.shop.viewed\",\"subject\":\"c\"}", "type is not known: com.shop.viewed")]
    [InlineData("{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"/s\",\"type\":\"search\"}", "customerId or anonymousId is needed")]
    [InlineData("{\"specversion\":\"9\",\"id\":\"e\",\"source\":\"/s\",\"type\":\"search\"}", "not a CloudEvent")]
    [InlineData("nonsense", "Line 1, position")]
    [InlineData("", "the body is empty")]
    public async Task What_is_wrong_with_a_structured_one_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents(body, "application/cloudevents+json");
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_examples_of_the_contract_are_accepted()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(202, (await gateway.PostEvents(EventExamples.One)).Status);
        Assert.Equal(202, (await gateway.PostEvents(EventExamples.CloudEvent, "application/cloudevents+json")).Status);
        Assert.Equal(108.90m, ((CustomerEvent)gateway.Entries[0].Payload).BaseValue);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", "time must be after 1970-01-01T00:00:00Z")]
    [InlineData("1969-12-31T23:59:59Z", "time must be after 1970-01-01T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00Z", "time must be after 1970-01-01T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00.0004Z", "time must be after 1970-01-01T00:00:00Z")]
    [InlineData("2026-03-02T12:00:00Z", "timestamp lies 24 hours in the future; at most 5 minutes are allowed")]
    public async Task The_time_of_an_attribute_has_the_rules_of_a_timestamp(string time, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var structured = await gateway.PostEvents($$"""{"specversion":"1.0","id":"e","source":"/s","type":"search","subject":"c","time":"{{time}}"}""", "application/cloudevents+json");
        Assert.Equal((400, expected), (structured.Status, structured.Problem));
        var binary = await gateway.Send(
            HttpMethod.Post, "/v1/events", TestGateway.Body("{}"), ("ce-specversion", "1.0"), ("ce-id", "e"), ("ce-source", "/s"), ("ce-type", "search"), ("ce-subject", "c"), ("ce-time", time));
        Assert.Equal((400, expected), (binary.Status, binary.Problem));
        Assert.Empty(gateway.Entries);
    }

    [Theory]
    [InlineData("undefined", "customerId is 'undefined', which programs write where they have no id")]
    [InlineData("%E2%80%8B", "subject must hold a character that can be seen")]
    [InlineData("\"\"", "a ce- header is not valid")] // CloudEvents itself knows no empty attribute
    [InlineData("a%2Fb", "subject must not contain '/'")]
    public async Task The_subject_has_the_rules_of_a_customer_id(string subject, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Send(HttpMethod.Post, "/v1/events", null, ("ce-specversion", "1.0"), ("ce-id", "e"), ("ce-source", "/s"), ("ce-type", "search"), ("ce-subject", subject));
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(expected, answer.Problem, StringComparison.Ordinal);
    }
}
