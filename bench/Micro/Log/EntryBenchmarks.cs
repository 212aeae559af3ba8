using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Micro.Log;

/// <summary>What an owner does with each entry of the log before it hands it to its customer.</summary>
[MemoryDiagnoser]
public class EntryBenchmarks
{
    private static readonly CustomerKey Customer = CustomerKey.Create(CustomerKey.DefaultTenant, CustomerKeyKind.Customer, "customer-4711");
    private static readonly CustomerEvent View = new()
    {
        Type = EventType.ProductViewed,
        ItemId = "sku-1002544",
        Category = "electronics.smartphone",
        Brand = "xiaomi",
        UnitPrice = 460.51m,
        Channel = "web",
        SessionId = "5b3ac1d4-8e0c-4c39-9b8e-6a3f1a8a6f04",
    };

    private LogEntry _entry;

    [GlobalSetup]
    public void Setup()
    {
        var codec = new EntryCodec(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());
        var envelope = new EntryEnvelope(EntryKind.Event, Customer, "oct2019.csv:104711", 1_700_000_000_000, 60, Traffic.Human, EntryFlags.ProducerGaveId);
        _entry = new LogEntry(1, 1_700_000_000_000, codec.Write(envelope, View));
    }

    [Benchmark]
    public (EntryKind Kind, CustomerKey Customer, long EventTime) ReadRoute() => EntryCodec.ReadRoute(_entry.Bytes);

    [Benchmark]
    public ulong HashOfTheEntry() => _entry.Hash;
}
