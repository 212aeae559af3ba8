using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Configuration;
using Personalization.Log;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;
using Personalization.Storage.Redis;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Hosting;

/// <summary>Registers the partition log, the stores and the appender.</summary>
public static class PartitionStorageExtensions
{
    /// <summary>
    /// Registers <see cref="IPartitionLog"/>, <see cref="IPartitionStore"/>, <see cref="IDocumentStore"/>, <see cref="INameStore"/> and <see cref="ILogAppender"/> of
    /// <see cref="PersonalizationOptions.Storage"/> as singletons. They are opened before the first hosted service starts, so that a fault (a second
    /// engine, another number of partitions, a newer file) ends the start with its message, and closed after everything that uses them.
    /// </summary>
    public static IServiceCollection AddPartitionStorage(this IServiceCollection services, PersonalizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        switch (options.Storage)
        {
            case StorageKind.Embedded:
                services.AddSingleton(provider => new EmbeddedStorage(options.DataDirectory, options.Partitions, provider.GetService<TimeProvider>()));
                services.AddSingleton<IStorageHealth>(provider => provider.GetRequiredService<EmbeddedStorage>());
                services.AddSingleton(provider => provider.GetRequiredService<EmbeddedStorage>().Log);
                services.AddSingleton(provider => provider.GetRequiredService<EmbeddedStorage>().Store);
                services.AddSingleton(provider => provider.GetRequiredService<EmbeddedStorage>().Documents);
                services.AddSingleton(provider => provider.GetRequiredService<EmbeddedStorage>().Names);
                break;
            case StorageKind.Memory:
                services.AddSingleton(provider => new MemoryPartitionLog(options.Partitions, provider.GetService<TimeProvider>()));
                services.AddSingleton<IPartitionLog>(provider => provider.GetRequiredService<MemoryPartitionLog>());
                services.AddSingleton<IPartitionStore>(provider => new MemoryPartitionStore(
                    options.Partitions, provider.GetService<TimeProvider>(), provider.GetRequiredService<MemoryPartitionLog>()));
                services.AddSingleton<IDocumentStore, MemoryDocumentStore>();
                services.AddSingleton<INameStore, MemoryNameStore>();
                break;
            case StorageKind.Redis:
                services.AddSingleton(_ => RedisConnection.Open(options.Redis));
                services.AddSingleton(provider => RedisStorage.Open(
                    provider.GetRequiredService<IConnectionMultiplexer>(),
                    options.Redis,
                    options.Partitions,
                    provider.GetService<TimeProvider>(),
                    provider.GetService<ILogger<RedisStorage>>()).GetAwaiter().GetResult());
                services.AddSingleton(provider => provider.GetRequiredService<RedisStorage>().Log);
                services.AddSingleton(provider => provider.GetRequiredService<RedisStorage>().Store);
                services.AddSingleton(provider => provider.GetRequiredService<RedisStorage>().Documents);
                services.AddSingleton(provider => provider.GetRequiredService<RedisStorage>().Names);
                services.AddSingleton(provider => provider.GetRequiredService<RedisStorage>().Durability.ToStorage());
                break;
            default:
                throw new ArgumentException($"{Names.ConfigurationSection}:Storage has no back end for {options.Storage}", nameof(options));
        }

        services.AddSingleton(provider => new ClockGuard(provider.GetService<TimeProvider>()));
        services.AddSingleton<IStorageHealth>(provider => provider.GetRequiredService<ClockGuard>());
        services.AddSingleton<ILogAppender>(provider => new GuardedAppender(
            new GroupAppender(
                provider.GetRequiredService<IPartitionLog>(),
                provider.GetRequiredService<IPartitionStore>(),
                provider.GetService<GroupAppenderOptions>(),
                provider.GetService<TimeProvider>(),
                provider.GetService<ILogger<GroupAppender>>()),
            provider.GetRequiredService<ClockGuard>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PartitionStorageOpening>());
        services.AddHostedService(provider => new StorageWatch(
            provider.GetServices<IStorageHealth>(),
            provider.GetRequiredService<ClockGuard>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILogger<StorageWatch>>() ?? NullLogger<StorageWatch>.Instance,
            provider.GetService<IConnectionMultiplexer>()));
        return services;
    }
}
