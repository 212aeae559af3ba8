using System.Net;
using Orleans.Configuration;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Log;
using Personalization.Stores;

// The gateway as a process of its own, an Orleans client. Embedded and memory storage live inside the silo's process, so such a gateway can
// read profiles and operate the log, but not append: events go to the engine's own address until a log that processes share is there.
const string SiloSetting = "Personalization:Silo";
var builder = WebApplication.CreateBuilder(args);
var section = builder.Configuration.GetSection(Names.ConfigurationSection);
var options = section.Get<PersonalizationOptions>() ?? new PersonalizationOptions();
List<string> faults = [.. PersonalizationOptionsValidator.Validate(options), .. LoopbackGuard.Check(builder.Configuration, options)];
var silo = section["Silo"];
if (!IPEndPoint.TryParse(silo ?? "", out var endpoint)) faults.Add($"{SiloSetting} must name a silo's client address such as 127.0.0.1:30000, but is '{silo}'");
if (faults.Count > 0)
{
    foreach (var fault in faults) await Console.Error.WriteLineAsync(fault);
    return 2;
}

if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])) builder.WebHost.UseUrls("http://localhost:8081");
var shared = new WithoutSharedLog();
builder.Services.AddSingleton<ILogAppender>(shared);
builder.Services.AddSingleton<IDocumentStore>(shared);
builder.UseOrleansClient(client => client
    .UseStaticClustering(endpoint!)
    .Configure<ClusterOptions>(cluster =>
    {
        cluster.ServiceId = section["ServiceId"] ?? "personalization";
        cluster.ClusterId = section["ClusterId"] ?? "embedded";
    }));
builder.Services.AddPersonalizationGateway(options, builder.Configuration);

await using var app = builder.Build();
app.MapPersonalizationGateway();
app.Logger.LogRunsAlone(WithoutSharedLog.Reason);
await app.RunAsync();
return 0;

/// <summary>What the stand-alone gateway says.</summary>
internal static partial class Startup
{
    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning, Message = "Reads only: {Reason}. Readiness stays false")]
    public static partial void LogRunsAlone(this ILogger logger, string reason);
}
