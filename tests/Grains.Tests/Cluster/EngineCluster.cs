using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.TestingHost;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Decisions.Actions;
using Personalization.Events;
using Personalization.Grains.Hosting;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;
using Personalization.Storage.Streams;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Cluster;

/// <summary>Silos in this process over one log and store in memory, which outlive them: a silo that is killed loses only its grains.</summary>
public sealed class EngineCluster : IAsyncDisposable
{
    private readonly GroupAppender _appender;
    private int _events;

    private readonly IDocumentStore _documents;

    private EngineCluster(InProcessTestCluster cluster, IPartitionLog log, IPartitionStore store, IDocumentStore documents, GroupAppender appender, EntryCodec codec)
    {
        _documents = documents;
        Cluster = cluster;
        Log = log;
        Store = store;
        _appender = appender;
        Codec = codec;
        Map = new PartitionMap(log.Partitions);
    }

    public InProcessTestCluster Cluster { get; }

    public IPartitionLog Log { get; }

    public IPartitionStore Store { get; }

    public EntryCodec Codec { get; }

    public PartitionMap Map { get; }

    public IClusterClient Client => Cluster.Client;

    public static async Task<EngineCluster> Start(short silos = 1, int partitions = 2, Func<IPartitionStore, IPartitionStore>? store = null, Action<PersonalizationOptions>? configure = null,
        Func<IDocumentStore, IDocumentStore>? documentStore = null)
    {
        var options = new PersonalizationOptions { Storage = StorageKind.Memory, Partitions = partitions };
        options.Owner.CommitInterval = TimeSpan.FromMilliseconds(50);
        options.Owner.CatchUpTimeout = TimeSpan.FromSeconds(5);
        configure?.Invoke(options);
        var log = new MemoryPartitionLog(partitions);
        IPartitionStore inner = new MemoryPartitionStore(partitions, log: log);
        var outer = store?.Invoke(inner) ?? inner;
        var names = new MemoryNameStore();
        IDocumentStore documents = new MemoryDocumentStore();
        if (documentStore is not null) documents = documentStore(documents);
        var appender = new GroupAppender(log, outer);
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(Options.Create(options));
            // The instances are shared: the container of a silo that ends must not dispose them.
            silo.Services.AddSingleton<IPartitionLog>(new SharedLog(log));
            silo.Services.AddSingleton(outer);
            silo.Services.AddSingleton<INameStore>(names);
            silo.Services.AddSingleton(documents);
            silo.Services.AddSingleton<ILogAppender>(new SharedAppender(appender));
            silo.AddPartitionStreams();
            silo.AddPersonalizationEngine();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        var codec = new EntryCodec(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());
        return new EngineCluster(cluster, log, outer, documents, appender, codec);
    }

    public static CustomerKey Customer(string id) => CustomerKey.Create(CustomerKey.DefaultTenant, CustomerKeyKind.Customer, id);

    public ICustomerGrain Grain(string id) => Client.GetGrain<ICustomerGrain>(Customer(id).Text);

    public IPartitionGrain OwnerOf(string id) => Client.GetGrain<IPartitionGrain>(Map.PartitionOf(Customer(id)));

    /// <summary>Accepts an event as the gateway does; answers its id.</summary>
    public async Task<string> Post(string customer, string? eventId = null, EventType type = EventType.ProductViewed, string? item = "shoe", long? time = null)
    {
        eventId ??= $"event-{Interlocked.Increment(ref _events)}";
        var envelope = new EntryEnvelope(EntryKind.Event, Customer(customer), eventId, time ?? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Flags: EntryFlags.ProducerGaveId);
        var bytes = Codec.Write(envelope, new CustomerEvent { Type = type, ItemId = item });
        await _appender.Append(Map.PartitionOf(Customer(customer)), [new AppendItem(bytes)]);
        return eventId;
    }

    /// <summary>Puts an action, known to every silo when it returns.</summary>
    public async Task Put(ActionDefinition action)
    {
        await _documents.Write([new DocumentWrite("action/default/" + action.ActionId, JsonSerializer.SerializeToUtf8Bytes(action, ActionJson.Default.ActionDefinition))]);
        var version = (await _documents.Write([new DocumentWrite(ActionDocuments.ChangesKey("default"), [])]))[0]!.Value;
        foreach (var silo in Cluster.Silos)
            await silo.ServiceProvider.GetRequiredService<DocumentChanges>().Announce(ActionDocuments.Prefix("default"), new DocumentChange([action.ActionId], version));
    }

    /// <summary>Appends bytes as they are; answers their position.</summary>
    public async Task<long> Append(int partition, byte[] bytes) => (await _appender.Append(partition, [new AppendItem(bytes)]))[0];

    public async Task<ProfileView> Read(string customer, string? after = null)
    {
        var reply = await Grain(customer).GetProfile(new ProfileQuery(null, after));
        return reply.Profile ?? throw new InvalidOperationException("no profile was answered");
    }

    /// <summary>Everything accepted so far is committed.</summary>
    public async Task Drain()
    {
        for (var partition = 0; partition < Log.Partitions; partition++)
            Assert.True(await Client.GetGrain<IPartitionGrain>(partition).Drain(TimeSpan.FromSeconds(20)), $"partition {partition} was not committed in time");
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await _appender.DisposeAsync();
    }

    private sealed class SharedAppender(ILogAppender inner) : ILogAppender
    {
        public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default) => inner.Append(partition, items, cancellation);
    }

    private sealed class SharedLog(IPartitionLog inner) : IPartitionLog
    {
        public int Partitions => inner.Partitions;

        public ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default) => inner.ReadHead(partition, cancellation);

        public ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default) => inner.Append(request, cancellation);

        public ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default) => inner.Read(request, cancellation);

        public ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default) => inner.StartGeneration(partition, expected, above, cancellation);

        public ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default) => inner.AnnounceEpoch(partition, epoch, cancellation);

        public ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default) => inner.Trim(partition, upTo, keepFromLogTime, cancellation);
    }
}
