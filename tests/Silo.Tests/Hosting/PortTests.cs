using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Personalization.Configuration;
using Personalization.Partitions;
using Personalization.Silo.Hosting;
using Personalization.Storage.Clustering;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Hosting;

/// <summary>What an engine on its own lets in beside HTTP: nobody, or gateways that know its secret.</summary>
public sealed class PortTests
{
    private const string Secret = "known to this engine's processes";
    private const string Key = "an admin key of the silo";

    [Fact]
    public async Task An_engine_on_its_own_opens_no_port_but_the_one_that_is_asked_for_and_lets_in_who_knows_the_secret_and_has_keys()
    {
        var port = FreePort();
        await using var app = EngineHost.Build(
        [
            "--urls=http://127.0.0.1:0", "--Personalization:Storage=Memory", "--Personalization:Partitions=1", $"--Personalization:Keys:Admin:0={Key}",
            $"--Personalization:Cluster:GatewayPort={port}", $"--Personalization:Cluster:Secret={Secret}",
        ]);
        await app.StartAsync().WaitAsync(Patience.Limit);
        var silo = app.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint;
        await Assert.ThrowsAsync<SocketException>(() => new TcpClient().ConnectAsync(IPAddress.Loopback, silo.Port));

        Assert.Equal(0, await Ask(port, Secret, hasKeys: true));
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(port, "of another engine altogether", hasKeys: true));
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(port, Secret, hasKeys: false));
        await app.StopAsync().WaitAsync(Patience.Limit);
    }

    [Fact]
    public void Ports_that_make_no_sense_without_redis_are_refused_with_the_reason()
    {
        var refused = Assert.Throws<SettingsException>(() => EngineHost.Build(["--Personalization:Cluster:GatewayPort=30001", "--Personalization:Cluster:SiloPort=30002"]));
        Assert.Contains(refused.Faults, fault => fault.StartsWith("Personalization:Cluster:SiloPort is set, but with Storage Embedded there is one silo", StringComparison.Ordinal));
        Assert.Contains("Personalization:Cluster:Secret must be set where Cluster:GatewayPort lets other processes in", refused.Faults);
    }

    [Theory]
    [InlineData(511, false, 63L)]
    [InlineData(512, true, 64L)]
    [InlineData(1_048_576, true, 1_048_128L)]
    public void Connections_leave_the_engine_the_files_that_it_needs(long limit, bool isEnough, long connections)
    {
        Assert.Equal(isEnough, OpenFiles.Fault(limit) is null);
        Assert.Equal(connections, OpenFiles.Connections(limit));
        Assert.Null(OpenFiles.Fault(null));
        Assert.Null(OpenFiles.Connections(null));
    }

    /// <summary>Asks the silo for a partition as a gateway process would; answers its number.</summary>
    private static async Task<int> Ask(int port, string secret, bool hasKeys)
    {
        var options = new PersonalizationOptions();
        options.Cluster.Secret = secret;
        if (hasKeys) options.Keys.Admin = [Key];
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .UseClusterSecret(options)
            .UseStaticClustering(new IPEndPoint(IPAddress.Loopback, port))
            // Who is not let in would be tried again for ever.
            .UseConnectionRetryFilter((_, _) => Task.FromResult(false))
            .Configure<ClusterOptions>(ids => (ids.ServiceId, ids.ClusterId) = ("personalization", "embedded")));
        using var host = builder.Build();
        await host.StartAsync().WaitAsync(Patience.Limit);
        var status = await host.Services.GetRequiredService<IClusterClient>().GetGrain<IPartitionGrain>(0).Ensure().WaitAsync(Patience.Limit);
        await host.StopAsync().WaitAsync(Patience.Limit);
        return status.Partition;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
