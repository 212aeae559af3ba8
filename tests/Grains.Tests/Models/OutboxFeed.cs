using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Models;

/// <summary>Puts facts into the outbox as commits of customers do.</summary>
internal sealed class OutboxFeed
{
    private readonly Epoch[] _epochs;
    private long _position;
    private long _number;

    private OutboxFeed(IPartitionStore store, Epoch[] epochs)
    {
        Store = store;
        _epochs = epochs;
    }

    public IPartitionStore Store { get; }

    public int Partitions => _epochs.Length;

    /// <summary>How many facts were put.</summary>
    public long Count => _number;

    public static async Task<OutboxFeed> Start(int partitions)
    {
        var store = new MemoryPartitionStore(partitions);
        var epochs = new Epoch[partitions];
        for (var partition = 0; partition < partitions; partition++) epochs[partition] = (await store.Claim(partition, 1)).Epoch;
        return new OutboxFeed(store, epochs);
    }

    /// <summary>Puts facts, each with the next number in it.</summary>
    public async Task Put(int partition, int facts)
    {
        for (; facts > 0; facts--) await Put(partition, CountingModel.Row(++_number));
    }

    public async Task Put(int partition, OutboxItem item)
    {
        var position = ++_position;
        var write = new CustomerWrite { Customer = CustomerKey.Create("default", CustomerKeyKind.Customer, $"c{position}"), Applied = position, Outbox = [item] };
        await Store.Commit(new CommitChunk(partition, new OwnerFence(_epochs[partition], 0), [write]));
    }
}
