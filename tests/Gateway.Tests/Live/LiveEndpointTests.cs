using System.Net.ServerSentEvents;
using System.Text.Json;
using Personalization.Customers;
using Personalization.Gateway.Live;
using Personalization.Gateway.Tests.Hosting;
using Personalization.TestKit;

namespace Personalization.Gateway.Tests.Live;

public sealed class LiveEndpointTests
{
    private sealed class Watcher : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly CancellationTokenSource _ends = new(Patience.Limit);

        private Watcher(HttpResponseMessage response, Stream stream)
        {
            _response = response;
            Items = SseParser.Create(stream).EnumerateAsync(_ends.Token).GetAsyncEnumerator(_ends.Token);
        }

        public IAsyncEnumerator<SseItem<string>> Items { get; }

        public static async Task<Watcher> Open(TestGateway gateway, string path)
        {
            var response = await gateway.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            return new Watcher(response, await response.Content.ReadAsStreamAsync());
        }

        public async Task<(string Type, JsonElement Data)> Next()
        {
            Assert.True(await Items.MoveNextAsync());
            return (Items.Current.EventType, JsonElement.Parse(Items.Current.Data));
        }

        public async ValueTask DisposeAsync()
        {
            _response.Dispose();
            _ends.Dispose();
            await ValueTask.CompletedTask;
        }
    }

    private static ProfileChanged Change(long applied) => new(applied, [new ChangedEvent($"e{applied}", "productViewed", "sku", 1000)]);

    [Fact]
    public async Task The_profile_comes_first_then_every_change_in_order()
    {
        await using var gateway = await TestGateway.Start();
        await using var watcher = await Watcher.Open(gateway, "/v1/customers/c/live");
        var (type, data) = await watcher.Next();
        Assert.Equal(("profile", "c"), (type, data.GetProperty("profile").GetProperty("customerId").GetString()));

        var observer = await gateway.Grains.Customer("default/c").Watched.Task;
        await observer.Changed(Change(1));
        await observer.Changed(Change(2));
        (type, data) = await watcher.Next();
        Assert.Equal(("changed", """{"applied":1,"events":[{"eventId":"e1","type":"productViewed","itemId":"sku","timestamp":"1970-01-01T00:00:01Z"}]}"""), (type, data.GetRawText()));
        Assert.Equal(2, (await watcher.Next()).Data.GetProperty("applied").GetInt64());
        Assert.Equal("2", watcher.Items.Current.EventId);
    }

    [Fact]
    public async Task A_quiet_stream_beats_and_renews_its_watch()
    {
        await using var gateway = await TestGateway.Start();
        await using var watcher = await Watcher.Open(gateway, "/v1/customers/c/live");
        await watcher.Next();
        var customer = gateway.Grains.Customer("default/c");
        var observer = await customer.Watched.Task;
        for (var beat = 0; beat < 3; beat++)
        {
            var next = watcher.Next();
            while (!next.IsCompleted)
            {
                gateway.Time.Advance(LiveWatch.Heartbeat);
                await Task.Yield();
            }

            Assert.Equal("heartbeat", (await next).Type);
        }

        Assert.True(customer.Watchers[observer] >= 2);
    }

    [Fact]
    public async Task When_the_caller_goes_the_watch_ends_and_nothing_is_left()
    {
        await using var gateway = await TestGateway.Start();
        var customer = gateway.Grains.Customer("default/c");
        await using (var watcher = await Watcher.Open(gateway, "/v1/customers/c/live")) await watcher.Next();
        await customer.Unwatched.Task.WaitAsync(Patience.Limit);
        Assert.Empty(customer.Watchers);
    }

    [Fact]
    public async Task A_slow_caller_is_told_how_much_it_missed()
    {
        await using var gateway = await TestGateway.Start();
        var customer = gateway.Grains.Customer("default/c");
        await using var watch = new LiveWatch(gateway.Grains, customer, "c", gateway.Time);
        using var ends = new CancellationTokenSource(Patience.Limit);
        await watch.Begin();
        await using var items = watch.Read(ends.Token).GetAsyncEnumerator(ends.Token);
        var observer = await customer.Watched.Task;
        for (var applied = 1; applied <= 300; applied++) await observer.Changed(Change(applied));
        Assert.True(await items.MoveNextAsync());
        var first = JsonElement.Parse(items.Current.Data);
        Assert.Equal((45, 44), (first.GetProperty("applied").GetInt64(), first.GetProperty("missed").GetInt64()));
        Assert.True(await items.MoveNextAsync());
        Assert.False(JsonElement.Parse(items.Current.Data).TryGetProperty("missed", out _));
    }

    [Fact]
    public async Task A_bad_id_is_told()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(400, (await gateway.Get("/v1/customers/anon:/live")).Status);
    }
}
