using System.Text.Json;
using Personalization.Events;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Events;

public sealed class EventFormsTests
{
    [Fact]
    public async Task One_event_is_in_the_log_when_it_is_answered()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents("""{"eventId":"e1","type":"productViewed","customerId":"c1","itemId":"sku-1","timestamp":"2026-03-01T12:59:00+01:00"}""");

        Assert.Equal(202, answer.Status);
        Assert.Equal("""{"accepted":1,"rejected":[],"eventIds":["e1"]}""", answer.Text);
        var entry = Assert.Single(gateway.Entries);
        Assert.Equal(EntryKind.Event, entry.Envelope.Kind);
        Assert.Equal("default/c1", entry.Envelope.Customer.Text);
        Assert.Equal(TestGateway.Now.AddMinutes(-1).ToUnixTimeMilliseconds(), entry.Envelope.EventTime);
        Assert.Equal(60, entry.Envelope.OffsetMinutes);
        Assert.Equal(EntryFlags.ProducerGaveId, entry.Envelope.Flags);
        Assert.Equal(EventType.ProductViewed, gateway.SingleEvent.Type);
        Assert.Equal("sku-1", gateway.SingleEvent.ItemId);
        Assert.Equal(new PartitionMap(4).PartitionOf(entry.Envelope.Customer), gateway.Log.Items[0].Partition);
    }

    [Fact]
    public async Task An_array_with_bad_members_accepts_the_good_ones()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents("""[{"type":"pageViewed","customerId":"a"},{"type":"nonsense","customerId":"b"},7,{"type":"pageViewed","anonymousId":"v"}]""");

        Assert.Equal(202, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        Assert.Equal(2, answer.Json.GetProperty("eventIds").GetArrayLength());
        Assert.Equal([1, 2], answer.Json.GetProperty("rejected").EnumerateArray().Select(rejected => rejected.GetProperty("index").GetInt32()));
        Assert.All(answer.Json.GetProperty("rejected").EnumerateArray(), rejected => Assert.Equal(JsonValueKind.False, rejected.GetProperty("retryable").ValueKind));
        Assert.Equal(["default/a", "default/anon:v"], gateway.Entries.Select(entry => entry.Envelope.Customer.Text).Order());
    }

    [Fact]
    public async Task Lines_are_events_and_a_broken_line_is_rejected_alone()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents("{\"type\":\"pageViewed\",\"customerId\":\"a\"}\r\n\n{\"type\":\n{\"type\":\"search\",\"customerId\":\"a\",\"query\":\"shoes\"}", "application/x-ndjson");

        Assert.Equal(202, answer.Status);
        Assert.Equal(2, answer.Json.GetProperty("accepted").GetInt32());
        var rejected = Assert.Single(answer.Json.GetProperty("rejected").EnumerateArray());
        Assert.Equal(1, rejected.GetProperty("index").GetInt32());
        Assert.Contains("not valid JSON", rejected.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_JSON_are_told_with_line_and_position_and_append_nothing()
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.PostEvents("[{\"type\":\"pageViewed\",\"customerId\":\"a\"},\n  {\"type\" x}]");

        Assert.Equal(400, answer.Status);
        Assert.Contains("Line 2, position 11", answer.Problem, StringComparison.Ordinal);
        Assert.Equal(2, answer.Json.GetProperty("line").GetInt32());
        Assert.Equal(11, answer.Json.GetProperty("position").GetInt32());
        Assert.Empty(gateway.Log.Items);
    }
}
