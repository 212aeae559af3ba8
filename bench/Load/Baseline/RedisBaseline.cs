using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Storage;
using Personalization.Load.Hosting;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;
using StackExchange.Redis;

namespace Personalization.Load.Baseline;

/// <summary>What stands beside the engine on Redis: a grain that writes its state per event through Orleans' own provider, and plain XADD.</summary>
internal static class RedisBaseline
{
    /// <summary>Every event goes to the baseline's grain; the engine's owners stand by over an empty log in memory.</summary>
    public static void AddGrains(IServiceCollection services, string configuration)
    {
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(configuration));
        services.AddRedisGrainStorage(StoredCustomerGrain.Storage, options => options.Configure<IServiceProvider>((redis, provider) =>
        {
            redis.ConfigurationOptions = ConfigurationOptions.Parse(configuration);

            // The fastest that there is: what is compared is the way to durability, not JSON.
            redis.GrainStorageSerializer = new BinaryStorageSerializer(provider.GetRequiredService<Serializer>());
        }));
        services.AddSingleton<ILogAppender, GrainAppender>();
        services.AddSingleton<ISystemUnderTest, RedisBaselineUnderTest>();
    }

    /// <summary>Every group becomes plain XADDs in one pipeline.</summary>
    public static void AddRawStream(IServiceCollection services, string configuration)
    {
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(configuration));
        services.AddSingleton(provider => new RawStreamLog(provider.GetRequiredService<IConnectionMultiplexer>(), provider.GetRequiredService<PartitionMap>().Partitions));
        services.AddSingleton<ILogAppender>(provider => new GroupAppender(provider.GetRequiredService<RawStreamLog>(), new MemoryPartitionStore(provider.GetRequiredService<PartitionMap>().Partitions)));
        services.AddSingleton<ISystemUnderTest>(provider => provider.GetRequiredService<RawStreamLog>());
    }

    private sealed class BinaryStorageSerializer(Serializer serializer) : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new(serializer.SerializeToArray(input));

        public T Deserialize<T>(BinaryData input) => serializer.Deserialize<T>(input.ToMemory())!;
    }

    /// <summary>Counts what the stored states have recorded.</summary>
    private sealed class RedisBaselineUnderTest(IConnectionMultiplexer connection, Serializer serializer) : ISystemUnderTest
    {
        public string CustomerGrain => typeof(StoredCustomerGrain).FullName!;

        public async Task<DurableState> Drain(TimeSpan atMost)
        {
            const int Page = 1000;
            var database = connection.GetDatabase();
            var sum = 0L;
            await foreach (var keys in Pages(connection.GetServers()[0], Page))
            {
                var states = await Task.WhenAll(keys.Select(key => database.HashGetAsync(key, "data")));
                foreach (var state in states) sum += serializer.Deserialize<StoredCustomer>((byte[])state!)!.Recorded;
            }

            return new DurableState(true, sum);
        }

        private static async IAsyncEnumerable<List<RedisKey>> Pages(IServer server, int size)
        {
            var page = new List<RedisKey>();
            await foreach (var key in server.KeysAsync(pattern: "*/state/*", pageSize: size))
            {
                page.Add(key);
                if (page.Count < size) continue;
                yield return page;
                page = [];
            }

            if (page.Count > 0) yield return page;
        }
    }
}
