using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NodaTime;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Profiles;
using Personalization.Grains.Actions;
using Personalization.Grains.Catalogue;
using Personalization.Grains.Churn;
using Personalization.Grains.Customers;
using Personalization.Grains.Decisions;
using Personalization.Grains.Models;
using Personalization.Grains.Placement;
using Personalization.Grains.Telemetry;
using Personalization.Log;
using Personalization.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Hosting;

/// <summary>Registers the engine's grains and what they work with.</summary>
public static class EngineHosting
{
    /// <summary>
    /// Adds customers and partitions to a silo. Needs <see cref="IPartitionLog"/>, <see cref="IPartitionStore"/>, <see cref="IDocumentStore"/>, <see cref="INameStore"/> and
    /// <see cref="ILogAppender"/> in the container, and the stream provider <see cref="Names.LogStreamProvider"/>.
    /// </summary>
    public static ISiloBuilder AddPersonalizationEngine(this ISiloBuilder silo)
    {
        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Replicas>();
        // Every row and every answer depends on the revision, so whoever asks for the settings first waits until it is agreed on.
        services.AddSingleton(provider => Task.Run(() => FoldRevision.Agree(
            provider.GetRequiredService<IDocumentStore>(), Settings(provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value))).GetAwaiter().GetResult());
        services.AddSingleton(provider => new ProfileFold(provider.GetRequiredService<FoldSettings>(), provider.GetRequiredService<EntryCodec>()));
        services.AddSingleton(provider => new ProfileReader(provider.GetRequiredService<FoldSettings>()));
        services.AddChurn();
        services.TryAddSingleton(provider => new EntryCodec(provider.GetRequiredService<Serializer>()));
        services.TryAddSingleton(provider => new PartitionMap(provider.GetRequiredService<IPartitionLog>().Partitions));
        services.TryAddSingleton<CustomerGrains>();
        services.AddSingleton<EngineMetrics>();
        services.AddSingleton(provider => new NameCache(provider.GetRequiredService<INameStore>()));
        services.AddSingleton(provider => new CustomerServices(
            provider.GetRequiredService<IPartitionStore>(),
            provider.GetRequiredService<PartitionMap>(),
            provider.GetRequiredService<EntryCodec>(),
            provider.GetRequiredService<ProfileFold>(),
            provider.GetRequiredService<ProfileReader>(),
            provider.GetRequiredService<NameCache>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<EngineMetrics>(),
            provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value)
        {
            Churn = provider.GetRequiredService<ChurnReplica>(),
            Logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger<CustomerActor>(),
            MayBeTwice = provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value.Storage == StorageKind.Redis,
        });
        services.AddOptions<GrainCollectionOptions>().Configure<IOptions<PersonalizationOptions>>((collection, options) =>
        {
            collection.ClassSpecificCollectionAge[typeof(CustomerGrain).FullName!] = options.Value.Owner.CustomerIdle;
            if (options.Value.Owner.CustomerIdle <= collection.CollectionQuantum) collection.CollectionQuantum = options.Value.Owner.CustomerIdle / 2;
        });
        // Callers make customers up, and each stays in the directory's cache of who is where: a process that is all there is needs next to none of it.
        services.AddOptions<GrainDirectoryOptions>().Configure<IOptions<PersonalizationOptions>>((directory, options) =>
            directory.CacheSize = options.Value.Storage == StorageKind.Redis ? DirectoryCache : DirectoryCacheAlone);
        services.AddRecommendations();
        services.AddModels();
        services.AddActionLibrary();
        services.AddDecisions();
        services.AddPartitionPlacement();
        services.AddHostedService<OwnerKeeper>();
        return silo;
    }

    /// <summary>Customers of other silos whose place is remembered, some 400 bytes each.</summary>
    private const int DirectoryCache = 100_000;

    private const int DirectoryCacheAlone = 1_000;

    /// <summary>The fold's settings for an installation, without their revision (see <see cref="FoldRevision"/>).</summary>
    public static FoldSettings Settings(PersonalizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var fold = options.Fold;
        return new FoldSettings
        {
            Zone = DateTimeZoneProviders.Tzdb[options.TimeZone],
            SessionGap = fold.SessionGap,
            Lateness = fold.Lateness,
            AffinityHalfLife = fold.AffinityHalfLife,
            OrderMemory = fold.OrderMemory ?? options.Retention.Journal,
            PriceBandUnit = fold.PriceBandUnit,
            RecentItems = fold.RecentItems,
            Categories = fold.Categories,
            Brands = fold.Brands,
            Channels = fold.Channels,
        };
    }
}
