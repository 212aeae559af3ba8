using System.Collections.Concurrent;
using Orleans.Runtime;
using Personalization.Customers;
using Personalization.Items;
using Personalization.Models;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>Hands out hand-written customers and partitions in place of grains.</summary>
internal sealed class FakeGrains : IGrainFactory
{
    private readonly ConcurrentDictionary<string, FakeCustomer> _customers = new();
    private readonly ConcurrentDictionary<long, FakePartition> _partitions = new();

    public FakeCustomer Customer(string key) => _customers.GetOrAdd(key, text => new FakeCustomer(text));

    public FakePartition Partition(int partition) => _partitions.GetOrAdd(partition, number => new FakePartition((int)number));

    public FakeCatalogue Catalogue { get; } = new();

    public FakeLists Lists { get; } = new();

    public FakeLearner Learner { get; } = new();

    public int ObserverReferences;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey =>
        typeof(TGrainInterface) == typeof(ICatalogueGrain) ? (TGrainInterface)(object)Catalogue
        : typeof(TGrainInterface) == typeof(IItemListGrain) ? (TGrainInterface)(object)Lists
        : typeof(TGrainInterface) == typeof(ILearnerGrain) ? (TGrainInterface)(object)Learner
        : (TGrainInterface)(object)Customer(primaryKey);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey =>
        (TGrainInterface)(object)Partition((int)primaryKey);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver
    {
        Interlocked.Increment(ref ObserverReferences);
        return (TGrainObserverInterface)obj;
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver =>
        Interlocked.Decrement(ref ObserverReferences);

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidCompoundKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerCompoundKey => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw new NotSupportedException();
}
