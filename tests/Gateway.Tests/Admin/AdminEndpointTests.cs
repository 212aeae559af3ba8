using Microsoft.Extensions.DependencyInjection;
using Personalization.Configuration;
using Personalization.Events;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Gateway.Tests.Admin;

public sealed class AdminEndpointTests
{
    private static CustomerKey Key(string id) => CustomerKey.Create("default", CustomerKeyKind.Customer, id);

    [Fact]
    public async Task Totals_are_the_sums_of_all_partitions()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(0).State = new() { DeadLetters = 2, Counters = new Dictionary<string, long> { ["customers"] = 3, ["events"] = 10, ["type.productViewed"] = 7, ["type.purchase"] = 1, ["orders"] = 1, ["revenueMicros"] = 12_340_000 } };
        gateway.Grains.Partition(3).State = new() { Lost = 1, Counters = new Dictionary<string, long> { ["customers"] = 2, ["events"] = 5, ["type.productAdded"] = 4, ["type.custom"] = 0, ["revenueMicros"] = 5, ["refundedMicros"] = 1_000_000, ["late"] = 1 } };
        gateway.Grains.Partition(2).Status = new PartitionStatus { Tail = 9, Committed = 4, AgeSeconds = 1.5 };

        var answer = await gateway.Get("/v1/admin/totals");
        Assert.Equal(
            """{"customers":5,"events":15,"views":7,"carts":4,"purchases":1,"orders":1,"revenue":12.340005,"refunded":1,"late":1,"bot":0,"test":0,"byType":{"productAdded":4,"productViewed":7,"purchase":1},"deadLetters":2,"lost":1,"lag":{"entries":5,"seconds":1.5}}""",
            answer.Text);
        Assert.Equal(0, gateway.Grains.Partition(0).Drains);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Waiting_drains_every_partition_and_says_whether_it_is_done(bool drained)
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(1).Drained = drained;
        var answer = await gateway.Get("/v1/admin/totals?wait=true");
        Assert.Equal(drained, answer.Json.GetProperty("drained").GetBoolean());
        Assert.All(Enumerable.Range(0, 4), partition => Assert.Equal(1, gateway.Grains.Partition(partition).Drains));
    }

    [Fact]
    public async Task A_slot_is_reset_by_its_name_and_the_answer_says_whether_others_share_what_was_forgotten()
    {
        await using var gateway = await TestGateway.Start(options => options.Decisions.Slots["home"] = new SlotOptions());
        Assert.Equal("""{"slot":"home","shared":false}""", (await gateway.Send(HttpMethod.Delete, "/v1/admin/slots/home/model")).Text);
        Assert.Equal("""{"slot":"made up","shared":true}""", (await gateway.Send(HttpMethod.Delete, "/v1/admin/slots/made%20up/model")).Text);
        Assert.Equal(["home", "made up"], gateway.Grains.Learner.Resets);
        gateway.Grains.Learner.Fault = new TimeoutException();
        Assert.Equal(503, (await gateway.Send(HttpMethod.Delete, "/v1/admin/slots/home/model")).Status);
    }

    [Fact]
    public async Task An_owner_that_does_not_answer_is_a_503()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(1).Fault = new TimeoutException();
        Assert.Equal(503, (await gateway.Get("/v1/admin/totals")).Status);
    }

    [Fact]
    public async Task Customers_of_all_partitions_are_listed_in_pages()
    {
        await using var gateway = await TestGateway.Start();
        foreach (var (partition, id) in new[] { (0, "b"), (0, "a"), (2, "é x"), (3, "c"), (3, "d") }) gateway.Grains.Partition(partition).Customers.Add(new CustomerListing(Key(id), 5));
        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await gateway.Get($"/v1/admin/customers?limit=2&cursor={cursor}")).Json;
            seen.AddRange(page.GetProperty("customers").EnumerateArray().Select(row => row.GetProperty("customerId").GetString()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(["a", "b", "é x", "c", "d"], seen);
        Assert.Equal(400, (await gateway.Get("/v1/admin/customers?cursor=OTk6YQ")).Status);
    }

    [Fact]
    public async Task The_log_shows_every_partition_and_who_does_not_answer()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Partition(1).Status = new PartitionStatus { Partition = 1, Tail = 9, Committed = 4, AgeSeconds = 2, Epoch = new Epoch(3, 7), Generation = ulong.MaxValue, Silo = "s" };
        gateway.Grains.Partition(1).State = new PartitionState { DeadLetters = 2, Lost = 1, OutboxHead = 30, Parks = new Dictionary<CustomerKey, long> { [Key("hung")] = 7 } };
        gateway.Grains.Partition(1).Consumers["model:items"] = 18;
        gateway.Grains.Partition(2).Fault = new TimeoutException();
        var log = (await gateway.Get("/v1/admin/log")).Json;
        Assert.Equal("""{"entries":5,"seconds":2}""", log.GetProperty("lag").GetRawText());
        Assert.Equal([true, true, false, true], log.GetProperty("partitions").EnumerateArray().Select(row => row.GetProperty("owned").GetBoolean()));
        Assert.Equal("ffffffffffffffff", log.GetProperty("partitions")[1].GetProperty("generation").GetString());
        Assert.Equal(
            """{"deadLetters":2,"lost":1,"outboxHead":30,"consumers":[{"consumer":"model:items","saved":18,"lag":12}],"parks":[{"customerId":"hung","from":7}]}""",
            log.GetProperty("partitions")[1].GetProperty("stored").GetRawText());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, log.GetProperty("partitions")[2].GetProperty("stored").ValueKind);
    }

    [Fact]
    public async Task Dead_letters_are_listed_shown_driven_again_and_given_up()
    {
        await using var gateway = await TestGateway.Start();
        var codec = gateway.Services.GetRequiredService<EntryCodec>();
        var bytes = codec.Write(new EntryEnvelope(EntryKind.Event, Key("c"), "e1", 1000), new CustomerEvent { Type = EventType.Purchase, BaseValue = 5 });
        gateway.Grains.Partition(0).DeadLetters.Add(new DeadLetter(4, 2000, Key("c"), "too much", bytes));
        gateway.Grains.Partition(3).DeadLetters.Add(new DeadLetter(9, 2000, null, "unreadable", [1, 2]));

        var list = (await gateway.Get("/v1/admin/log/dead-letters?limit=1")).Json;
        Assert.Equal("""{"partition":0,"position":4,"loggedAt":"1970-01-01T00:00:02Z","customerId":"c","reason":"too much","state":"open","kind":"event","eventId":"e1","eventTime":"1970-01-01T00:00:01Z"}""", list.GetProperty("deadLetters")[0].GetRawText());
        var second = (await gateway.Get($"/v1/admin/log/dead-letters?cursor={list.GetProperty("next").GetString()}")).Json;
        Assert.Equal(9, Assert.Single(second.GetProperty("deadLetters").EnumerateArray()).GetProperty("position").GetInt64());

        Assert.Equal(5, (await gateway.Get("/v1/admin/log/dead-letters/0/4")).Json.GetProperty("payload").GetProperty("baseValue").GetInt32());
        Assert.Equal("AQI=", (await gateway.Get("/v1/admin/log/dead-letters/3/9")).Json.GetProperty("bytes").GetString());
        Assert.Equal(404, (await gateway.Get("/v1/admin/log/dead-letters/3/8")).Status);
        Assert.Equal(404, (await gateway.Get("/v1/admin/log/dead-letters/77/8")).Status);

        var redrive = await gateway.Send(HttpMethod.Post, "/v1/admin/log/dead-letters/0/4/redrive");
        Assert.Equal((202, 1004), (redrive.Status, redrive.Json.GetProperty("position").GetInt32()));
        Assert.Equal(404, (await gateway.Send(HttpMethod.Post, "/v1/admin/log/dead-letters/0/4/redrive")).Status);
        Assert.Equal(204, (await gateway.Send(HttpMethod.Delete, "/v1/admin/log/dead-letters/3/9")).Status);
        Assert.Equal(404, (await gateway.Send(HttpMethod.Delete, "/v1/admin/log/dead-letters/3/9")).Status);
    }

    [Fact]
    public async Task The_clock_moves_in_every_partition_where_events_drive_it()
    {
        await using var gateway = await TestGateway.Start(options => options.Clock = ClockKind.Event);
        var answer = await gateway.Post("/v1/admin/clock", """{"at":"2019-10-01T02:00:00+02:00"}""");
        Assert.Equal((202, """{"at":"2019-10-01T00:00:00Z","partitions":4}"""), (answer.Status, answer.Text));
        Assert.Equal([0, 1, 2, 3], gateway.Log.Items.Select(item => item.Partition).Order());
        var at = new DateTimeOffset(2019, 10, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.All(gateway.Entries, entry => Assert.Equal((EntryKind.Clock, "default/", at, new ClockAdvance { At = at }), (entry.Envelope.Kind, entry.Envelope.Customer.Text, entry.Envelope.EventTime, entry.Payload)));
        Assert.Equal(400, (await gateway.Post("/v1/admin/clock", "{}")).Status);
        Assert.Equal(400, (await gateway.Post("/v1/admin/clock", """{"at":5}""")).Status);
    }

    [Fact]
    public async Task The_wall_clock_does_not_move()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(409, (await gateway.Post("/v1/admin/clock", """{"at":"2019-10-01T00:00:00Z"}""")).Status);
        Assert.Empty(gateway.Log.Items);
    }
}
