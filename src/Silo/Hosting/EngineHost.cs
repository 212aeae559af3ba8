using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Grains.Hosting;
using Personalization.Silo.Demo;
using Personalization.Storage.Clustering;
using Personalization.Storage.Hosting;
using Personalization.Storage.Redis;
using Personalization.Storage.Streams;

namespace Personalization.Silo.Hosting;

/// <summary>Composes one process: storage, silo, gateway and dashboard.</summary>
internal static class EngineHost
{
    public const string DefaultUrls = "http://localhost:8080";

    // Before its first round it takes the machine's uptime for the length of a stall.
    private const string Watchdog = "Orleans.Runtime.Watchdog";

    /// <summary>A silo's address needs a port; nobody listens on this one.</summary>
    private const int NoPort = 1;

    /// <summary>How long a graceful stop may take.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A host with the configuration of these settings, to be composed.</summary>
    public static WebApplicationBuilder Builder(string[] settings) => WebApplication.CreateBuilder(new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory });

    /// <summary>Builds the host.</summary>
    /// <param name="settings">Settings as on the command line.</param>
    /// <param name="extend">Adds to the composition once it is complete, or replaces parts of it: for measurements.</param>
    /// <param name="demo">Whether simulated shoppers visit a simulated store.</param>
    /// <exception cref="SettingsException">Settings are wrong; all faults are in it.</exception>
    public static WebApplication Build(string[] settings, Action<WebApplicationBuilder>? extend = null, bool demo = false)
    {
        var builder = Builder(settings);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])) builder.WebHost.UseUrls(DefaultUrls);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxConcurrentConnections = OpenFiles.Connections(OpenFiles.Limit));
        var hasStarted = new StrongBox<bool>();
        builder.Logging.AddFilter(Watchdog, level => level >= LogLevel.Error || hasStarted.Value);
        if (demo) DemoSettings.Apply(builder.Configuration);
        var options = Settings.Read(builder.Configuration);
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddPartitionStorage(options);
        builder.Host.UseOrleans(silo =>
        {
            if (options.Storage == StorageKind.Redis) silo.UseRedisCluster(options);
            else StandAlone(silo, options);
            silo.AddPartitionStreams();
            silo.AddPersonalizationEngine();
            silo.AddDashboard();
        });
        builder.Services.AddPersonalizationGateway(options, builder.Configuration);
        if (demo) builder.Services.AddHostedService<DemoService>();
        extend?.Invoke(builder);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => hasStarted.Value = true);
        app.MapPersonalizationGateway();
        app.MapOrleansDashboard("/dashboard").RequireAuthorization(AccessPolicies.Admin);
        return app;
    }

    /// <summary>A silo that talks to itself needs no port, so it opens none; only a gateway that runs alone is let in, where one is asked for.</summary>
    private static void StandAlone(ISiloBuilder silo, PersonalizationOptions options)
    {
        var gatewayPort = options.Cluster.GatewayPort;
        silo.UseLocalhostClustering(NoPort, gatewayPort, serviceId: "personalization", clusterId: "embedded");
        silo.Configure<EndpointOptions>(endpoints => endpoints.AdvertisedIPAddress = IPAddress.Loopback);
        silo.ListenOnlyOn(gatewayPort);
        if (gatewayPort > 0) silo.UseClusterSecret(options);
    }
}
