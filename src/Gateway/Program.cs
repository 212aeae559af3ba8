using System.Net;
using Microsoft.Extensions.Configuration.Memory;
using Orleans.Configuration;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Log;
using Personalization.Storage.Clustering;
using Personalization.Storage.Hosting;
using Personalization.Storage.Redis;
using Personalization.Stores;

// The gateway as a process of its own, an Orleans client. On Redis it shares log and documents with the silos and does everything that they do. Embedded and
// memory storage live inside the silo's process: such a gateway can read profiles and operate the log, but not append.
const string SiloSetting = "Personalization:Silo";
var builder = WebApplication.CreateBuilder(args);
Startup.AddDefaults(builder.Configuration);
var section = builder.Configuration.GetSection(Names.ConfigurationSection);
var options = section.Get<PersonalizationOptions>() ?? new PersonalizationOptions();
var isShared = options.Storage == StorageKind.Redis;
List<string> faults = [.. PersonalizationOptionsValidator.Validate(options), .. LoopbackGuard.Check(builder.Configuration, options)];
if (isShared && RedisConnection.Fault(options.Redis) is { } fault) faults.Add(fault);
IPEndPoint? endpoint = null;
if (!isShared && !IPEndPoint.TryParse(section["Silo"] ?? "", out endpoint))
    faults.Add($"{SiloSetting} must name a silo's client address such as 127.0.0.1:30000, but is '{section["Silo"]}'; on Redis (Personalization:Storage) gateways find silos by themselves");
if (!isShared && string.IsNullOrEmpty(options.Cluster.Secret)) faults.Add($"{Names.ConfigurationSection}:Cluster:Secret must be set: the silo's");
if (faults.Count > 0) return await Startup.Refuse(faults);

if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])) builder.WebHost.UseUrls("http://localhost:8081");
if (isShared)
{
    builder.Services.AddPartitionStorage(options);
    builder.UseOrleansClient(client => client.UseRedisCluster(options));
}
else
{
    var nothing = new WithoutSharedLog();
    builder.Services.AddSingleton<ILogAppender>(nothing);
    builder.Services.AddSingleton<IDocumentStore>(nothing);
    builder.UseOrleansClient(client => client
        .UseClusterSecret(options)
        .UseStaticClustering(endpoint!)
        .Configure<ClusterOptions>(cluster =>
        {
            cluster.ServiceId = section["ServiceId"] ?? "personalization";
            cluster.ClusterId = section["ClusterId"] ?? "embedded";
        }));
}

builder.Services.AddPersonalizationGateway(options, builder.Configuration);

await using var app = builder.Build();
if (isShared && Startup.OpenStorage(app.Services) is { } unusable) return await Startup.Refuse([unusable]);
app.MapPersonalizationGateway();
if (!isShared) app.Logger.LogRunsAlone(WithoutSharedLog.Reason);
await app.RunAsync();
return 0;

/// <summary>What the stand-alone gateway says when it starts.</summary>
internal static partial class Startup
{
    /// <summary>Log levels for a process that answers many requests; every other source of configuration comes before them.</summary>
    public static void AddDefaults(IConfigurationBuilder configuration) => configuration.Sources.Insert(0, new MemoryConfigurationSource
    {
        InitialData = new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Microsoft"] = "Warning",
            ["Logging:LogLevel:Orleans"] = "Warning",
            ["Logging:LogLevel:Polly"] = "Warning",
            ["Logging:LogLevel:System"] = "Warning",
            ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        },
    });

    /// <summary>Opens the store before anything starts, so that what is wrong with it is told in a sentence; null if nothing is.</summary>
    public static string? OpenStorage(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<IPartitionLog>();
            return null;
        }
        catch (InvalidOperationException unusable)
        {
            return unusable.Message;
        }
    }

    /// <summary>Says every fault; answers the exit code.</summary>
    public static async Task<int> Refuse(IReadOnlyList<string> faults)
    {
        await Console.Error.WriteLineAsync("The gateway did not start. What is wrong with its settings:");
        foreach (var fault in faults) await Console.Error.WriteLineAsync($"  - {fault}");
        return 2;
    }

    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning, Message = "Reads only: {Reason}. Readiness stays false")]
    public static partial void LogRunsAlone(this ILogger logger, string reason);
}
