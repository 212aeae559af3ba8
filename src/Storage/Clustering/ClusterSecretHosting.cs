using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Hosting;
using Personalization.Configuration;

namespace Personalization.Storage.Clustering;

/// <summary>Puts <see cref="ClusterHandshake"/> before every Orleans connection of a process.</summary>
public static class ClusterSecretHosting
{
    /// <summary>Lets a silo talk only to processes that know the secret, and with gateways only where they have keys if the silo has some.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">The settings: the secret, and whether there are keys.</param>
    /// <param name="secret">Answers the secret where the settings give none.</param>
    public static ISiloBuilder UseClusterSecret(this ISiloBuilder silo, PersonalizationOptions options, Func<IServiceProvider, string>? secret = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        Register(silo.Services, options, secret);
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ClusterHandshake>((connections, handshake) =>
        {
            connections.ConfigureSiloInboundConnection(connection => connection.Use(next => handshake.Listen(next, refusesKeyless: false)));
            connections.ConfigureSiloOutboundConnection(connection => connection.Use(handshake.Open));
            connections.ConfigureGatewayInboundConnection(connection => connection.Use(next => handshake.Listen(next, refusesKeyless: true)));
        });
        return silo;
    }

    /// <summary>Lets a process without a silo talk to those that know the secret.</summary>
    public static IClientBuilder UseClusterSecret(this IClientBuilder client, PersonalizationOptions options, Func<IServiceProvider, string>? secret = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        Register(client.Services, options, secret);
        client.Services.AddOptions<ClientConnectionOptions>().Configure<ClusterHandshake>((connections, handshake) => connections.ConfigureConnection(connection => connection.Use(handshake.Open)));
        return client;
    }

    private static void Register(IServiceCollection services, PersonalizationOptions options, Func<IServiceProvider, string>? otherwise)
    {
        services.TryAddSingleton(provider => new ClusterSecret(
            () => options.Cluster.Secret ?? otherwise?.Invoke(provider) ?? throw new InvalidOperationException($"{Names.ConfigurationSection}:Cluster:Secret is not set"), options.Keys.Any));
        services.TryAddSingleton<ClusterHandshake>();
    }
}
