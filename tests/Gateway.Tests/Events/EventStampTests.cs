using Microsoft.Extensions.DependencyInjection;
using Personalization.Configuration;
using Personalization.Events;
using Personalization.Gateway.Items;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Log;

namespace Personalization.Gateway.Tests.Events;

public sealed class EventStampTests
{
    private static void Euro(PersonalizationOptions options)
    {
        options.Currency.Base = "EUR";
        options.Currency.Rates["USD"] = 0.9m;
    }

    private static CustomerEvent Last(TestGateway gateway) => (CustomerEvent)gateway.Entries[^1].Payload;

    [Fact]
    public async Task Money_is_rated_once_and_not_rounded()
    {
        await using var gateway = await TestGateway.Start(Euro);
        await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":33.33,"currency":"usd","quantity":3}""");
        Assert.Equal((33.33m, "USD", 29.997m, 9.999m), (Last(gateway).Value, Last(gateway).Currency, Last(gateway).BaseValue, Last(gateway).UnitPrice));
        await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":5}""");
        Assert.Equal(5m, Last(gateway).BaseValue);
    }

    [Fact]
    public async Task A_currency_without_a_rate_is_rejected()
    {
        await using var gateway = await TestGateway.Start(Euro);
        var answer = await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":5,"currency":"CHF"}""");
        Assert.Equal(400, answer.Status);
        Assert.Equal("currency CHF has no rate to EUR; set Personalization:Currency:Rates:CHF", answer.Problem);
    }

    [Fact]
    public async Task Without_a_base_the_first_currency_named_is_the_only_one_also_for_the_next_process()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(202, (await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":5,"currency":"EUR"}""")).Status);
        var answer = await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":5,"currency":"USD"}""");
        Assert.Equal(400, answer.Status);
        Assert.Equal("currency USD is not EUR, the only one so far; to take several, set Personalization:Currency:Base to EUR and Personalization:Currency:Rates:USD", answer.Problem);

        var next = new Personalization.Gateway.Events.Currencies(gateway.Options, gateway.Documents);
        Assert.True(next.NeedsAdoption("USD"));
        await next.Adopt("USD", CancellationToken.None);
        Assert.Null(next.RateOf("USD", out _));
        Assert.Equal(1m, next.RateOf("EUR", out _));
    }

    [Fact]
    public async Task Only_money_of_people_replays_and_the_catalogue_settles_the_currency()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(202, (await gateway.PostEvents("""{"type":"search","customerId":"c","currency":"XXX"}""")).Status);
        Assert.Equal(202, (await gateway.PostEvents("""{"type":"productViewed","customerId":"c","lines":[{"itemId":"a"}],"currency":"XXX"}""")).Status);
        Assert.Equal(202, (await gateway.Post("/v1/events?traffic=test", """{"type":"purchase","customerId":"c","value":5,"currency":"XXX"}""")).Status);
        Assert.Equal(202, (await gateway.Post("/v1/events?traffic=bot", """{"type":"purchase","customerId":"c","value":5,"currency":"YYY"}""")).Status);
        Assert.Equal(202, (await gateway.Post("/v1/events?traffic=replay", """{"type":"purchase","customerId":"c","lines":[{"itemId":"a","value":5}],"currency":"EUR"}""")).Status);
        Assert.Equal(400, (await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":5,"currency":"USD"}""")).Status);
        Assert.Equal(202, (await gateway.PostEvents("""{"type":"search","customerId":"c","currency":"USD"}""")).Status);
        Assert.Equal(400, (await gateway.Send(HttpMethod.Put, "/v1/items/a", TestGateway.Body("""{"price":5,"currency":"USD"}"""))).Status);
    }

    [Fact]
    public async Task Lines_win_and_bring_the_value()
    {
        await using var gateway = await TestGateway.Start(Euro);
        await gateway.PostEvents("""{"type":"purchase","customerId":"c","itemId":"x","value":999,"currency":"USD","lines":[{"itemId":"a","quantity":2,"value":10},{"itemId":"b"}]}""");
        Assert.Equal(9m, Last(gateway).BaseValue);
        Assert.Equal([("a", 4.5m), ("b", null)], Last(gateway).Lines!.Select(line => (line.ItemId, line.UnitPrice)));
        await gateway.PostEvents("""{"type":"purchase","customerId":"c","value":7,"lines":[{"itemId":"a"}]}""");
        Assert.Equal(7m, Last(gateway).BaseValue);
    }

    [Fact]
    public async Task The_item_brings_category_brand_and_price_where_the_event_has_none()
    {
        await using var gateway = await TestGateway.Start(Euro);
        await gateway.Send(HttpMethod.Put, "/v1/items/sku", TestGateway.Body("""{"category":"shoes","brand":"Fleet","price":10,"currency":"USD"}"""));
        await gateway.PostEvents("""{"type":"productViewed","customerId":"c","itemId":"sku"}""");
        Assert.Equal(("shoes", "Fleet", 9m, (decimal?)null), (Last(gateway).Category, Last(gateway).Brand, Last(gateway).UnitPrice, Last(gateway).BaseValue));
        await gateway.PostEvents("""{"type":"productViewed","customerId":"c","itemId":"sku","category":"own","value":4}""");
        Assert.Equal(("own", "Fleet", 4m), (Last(gateway).Category, Last(gateway).Brand, Last(gateway).UnitPrice));
        await gateway.PostEvents("""{"type":"purchase","customerId":"c","lines":[{"itemId":"sku"}]}""");
        Assert.Equal(("shoes", "Fleet", 9m), (Last(gateway).Lines![0].Category, Last(gateway).Lines![0].Brand, Last(gateway).Lines![0].UnitPrice));
    }

    [Fact]
    public async Task A_changed_item_is_stamped_at_once_and_one_changed_elsewhere_soon()
    {
        await using var gateway = await TestGateway.Start();
        async Task<string?> Category()
        {
            await gateway.PostEvents("""{"type":"productViewed","customerId":"c","itemId":"sku"}""");
            return Last(gateway).Category;
        }

        Assert.Null(await Category());
        await gateway.Send(HttpMethod.Put, "/v1/items/sku", TestGateway.Body("""{"category":"a"}"""));
        Assert.Equal("a", await Category());
        await gateway.Send(HttpMethod.Put, "/v1/items/sku", TestGateway.Body("""{"category":"b"}"""));
        Assert.Equal("b", await Category());

        var elsewhere = new ItemCatalog(gateway.Documents, gateway.Options, gateway.Services.GetRequiredService<ItemNotices>(), gateway.Time);
        await elsewhere.Write([new CatalogItem { ItemId = "sku", Category = "c" }], -1, CancellationToken.None);
        Assert.Equal("b", await Category());
        gateway.Time.Advance(ItemCatalog.Staleness);
        Assert.Equal("c", await Category());
        await gateway.Send(HttpMethod.Delete, "/v1/items/sku");
        Assert.Null(await Category());
    }

    [Fact]
    public async Task An_empty_catalogue_costs_one_question_and_not_one_an_item()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.PostEvents($"[{string.Join(',', Enumerable.Range(0, 500).Select(i => $$"""{"type":"productViewed","customerId":"c","itemId":"i{{i}}"}"""))}]");
        Assert.Equal(1, gateway.Documents.Reads);
    }

    [Theory]
    [InlineData("", Traffic.Human)]
    [InlineData("?traffic=replay", Traffic.Replay)]
    [InlineData("?traffic=bot", Traffic.Bot)]
    [InlineData("?traffic=test", Traffic.Test)]
    public async Task Traffic_is_stamped(string query, Traffic expected)
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(202, (await gateway.Post("/v1/events" + query, """{"type":"search","customerId":"c"}""")).Status);
        Assert.Equal(expected, gateway.Entries[0].Envelope.Traffic);
    }

    [Fact]
    public async Task Where_events_drive_the_clock_what_has_no_time_takes_the_newest()
    {
        await using var gateway = await TestGateway.Start(options => options.Clock = ClockKind.Event);
        gateway.Grains.Partition(2).State = new() { NewestEventTime = 1_000 };
        await gateway.PostEvents("""{"type":"search","customerId":"c"}""");
        Assert.Equal(1_000, gateway.Entries[^1].Envelope.EventTime);
        Assert.Equal(EntryFlags.NoOwnTime, gateway.Entries[^1].Envelope.Flags);
        await gateway.PostEvents("""{"type":"search","customerId":"c","timestamp":"2019-10-01T00:00:00Z"}""");
        await gateway.Send(HttpMethod.Patch, "/v1/customers/d/traits", TestGateway.Body("""{"a":1}"""));
        Assert.Equal(new DateTimeOffset(2019, 10, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), gateway.Entries[^1].Envelope.EventTime);
    }

    [Theory]
    [InlineData("[{0},{1},{2},{3},{4}]", "application/json", ClockKind.Wall)]
    [InlineData("{0}\n{1}\n{2}\n{3}\n{4}", "application/x-ndjson", ClockKind.Wall)]
    [InlineData("[{0},{1},{2},{3},{4}]", "application/json", ClockKind.Event)]
    public async Task The_order_within_a_request_counts_for_events_without_a_timestamp(string form, string type, ClockKind clock)
    {
        await using var gateway = await TestGateway.Start(options => options.Clock = clock);
        gateway.Grains.Partition(2).State = new() { NewestEventTime = 1_000 };
        string[] events =
        [
            """{"type":"productAdded","customerId":"c","itemId":"x","eventId":"1"}""", """{"type":"productAdded","customerId":"d","itemId":"x","eventId":"2"}""",
            """{"type":"search","customerId":"c","timestamp":"2026-03-01T11:00:00Z","eventId":"3"}""", """{"type":"nonsense","customerId":"c"}""",
            """{"type":"purchase","customerId":"c","itemId":"x","eventId":"4"}""",
        ];
        Assert.Equal(202, (await gateway.PostEvents(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, [.. events]), type)).Status);
        var now = clock == ClockKind.Event ? 1_000 : TestGateway.Now.ToUnixTimeMilliseconds();
        Assert.Equal(
            [("1", now), ("2", now), ("3", TestGateway.Now.AddHours(-1).ToUnixTimeMilliseconds()), ("4", now + 1)],
            gateway.Entries.Select(entry => (entry.Envelope.EventId, entry.Envelope.EventTime)).OrderBy(entry => entry.EventId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_order_within_a_batch_of_CloudEvents_counts_too()
    {
        await using var gateway = await TestGateway.Start();
        const string Event = """{"specversion":"1.0","id":"ID","source":"/s","type":"search","subject":"c"}""";
        await gateway.PostEvents($"[{Event.Replace("ID", "1", StringComparison.Ordinal)},{Event.Replace("ID", "2", StringComparison.Ordinal)}]", "application/cloudevents-batch+json");
        Assert.Equal([0, 1], gateway.Entries.Select(entry => entry.Envelope.EventTime - TestGateway.Now.ToUnixTimeMilliseconds()));
    }
}
