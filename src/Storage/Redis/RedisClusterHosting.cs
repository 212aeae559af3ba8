using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.Hosting;
using Personalization.Configuration;
using Personalization.Storage.Clustering;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>Makes silos and gateways one cluster, whose members are listed in the Redis that holds the log, over the process's one connection.</summary>
public static class RedisClusterHosting
{
    private const string ServiceId = "personalization";

    /// <summary>How often a gateway that runs alone looks for silos that joined.</summary>
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long such a gateway waits for a grain. Reads wait a quarter of a second at most for what is in the log, so a longer silence means that a silo died with the call; methods that
    /// may take longer say so themselves.
    /// </summary>
    private static readonly TimeSpan ClientResponse = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Adds the silo to the cluster of <see cref="RedisOptions.KeyPrefix"/>. Needs the <see cref="IConnectionMultiplexer"/> that <see cref="Storage.Hosting.PartitionStorageExtensions.AddPartitionStorage"/> registers.
    /// </summary>
    public static ISiloBuilder UseRedisCluster(this ISiloBuilder silo, PersonalizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        var cluster = options.Cluster;
        silo.UseRedisClustering(redis => Configure(redis, options.Redis));
        ShareConnection(silo.Services);
        silo.UseClusterSecret(options, services => Secret(services, options.Redis));
        silo.Configure<ClusterOptions>(ids => Name(ids, options.Redis));
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = IPAddress.Parse(cluster.AdvertisedAddress);
            var (siloPort, gatewayPort) = Ports(endpoints.AdvertisedIPAddress, cluster);
            endpoints.SiloPort = siloPort;
            endpoints.GatewayPort = gatewayPort;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = cluster.ProbeTimeout;
            membership.NumMissedProbesLimit = cluster.MissedProbes;

            // A cluster that was killed as a whole leaves rows of silos that seem to live. Who starts next waits for them only until their heartbeats are this old.
            membership.IAmAliveTablePublishTimeout = cluster.ProbeTimeout * cluster.MissedProbes / 2;
            membership.NumMissedTableIAmAliveLimit = 2;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });
        return silo;
    }

    /// <summary>Lets a process without a silo call the grains of the cluster of <see cref="RedisOptions.KeyPrefix"/>.</summary>
    public static IClientBuilder UseRedisCluster(this IClientBuilder client, PersonalizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        client.UseRedisClustering(redis => Configure(redis, options.Redis));
        ShareConnection(client.Services);
        client.UseClusterSecret(options, services => Secret(services, options.Redis));
        client.Configure<ClusterOptions>(ids => Name(ids, options.Redis));
        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ClientResponse);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
        return client;
    }

    private static void Configure(RedisClusteringOptions redis, RedisOptions options)
    {
        redis.ConfigurationOptions = RedisConnection.Options(options);
        redis.CreateRedisKey = _ => $"{options.KeyPrefix}:cluster";
    }

    private static void ShareConnection(IServiceCollection services) => services.AddOptions<RedisClusteringOptions>()
        .Configure<IConnectionMultiplexer>((redis, connection) => redis.CreateMultiplexer = _ => Task.FromResult((connection, true)));

    /// <summary>The secret that the first process of the cluster made: whoever can read it in Redis can read everything there anyway.</summary>
    private static string Secret(IServiceProvider services, RedisOptions options)
    {
        var database = services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        RedisKey key = $"{options.KeyPrefix}:cluster:secret";
        database.StringSet(key, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), when: When.NotExists);
        return database.StringGet(key).ToString();
    }

    private static void Name(ClusterOptions ids, RedisOptions options)
    {
        ids.ServiceId = ServiceId;
        ids.ClusterId = options.KeyPrefix;
    }

    /// <summary>The ports that were asked for, or such as nobody listens on now.</summary>
    private static (int Silo, int Gateway) Ports(IPAddress address, SiloClusterOptions cluster)
    {
        using var first = new TcpListener(address, 0);
        using var second = new TcpListener(address, 0);
        first.Start();
        second.Start();
        return (cluster.SiloPort > 0 ? cluster.SiloPort : ((IPEndPoint)first.LocalEndpoint).Port, cluster.GatewayPort > 0 ? cluster.GatewayPort : ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
