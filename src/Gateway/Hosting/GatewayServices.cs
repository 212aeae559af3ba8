using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Gateway.Actions;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Items;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;
using Personalization.Gateway.Telemetry;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Hosting;

/// <summary>Puts the gateway's services into a host.</summary>
public static class GatewayServices
{
    /// <summary>
    /// Adds everything that <see cref="GatewayPipeline.MapPersonalizationGateway"/> needs. The host brings <see cref="ILogAppender"/>,
    /// <see cref="Stores.IDocumentStore"/>, <see cref="IGrainFactory"/> and Orleans' serializer; a <see cref="TimeProvider"/> if it is not the system's.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">The settings, validated.</param>
    /// <param name="configuration">Where the trace exporter's address is looked up (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>).</param>
    public static IServiceCollection AddPersonalizationGateway(this IServiceCollection services, PersonalizationOptions options, IConfiguration configuration)
    {
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EntryCodec>();
        services.TryAddSingleton(new PartitionMap(options.Partitions));

        services.TryAddSingleton<CustomerGrains>();
        services.AddSingleton<EventIngestion>();
        services.AddSingleton<ProducerLimits>();
        services.AddSingleton<EventStamp>();
        services.AddSingleton<EventClock>();
        services.AddSingleton<EntryAppender>();
        services.AddSingleton<Currencies>();
        services.AddSingleton<ItemNotices>();
        services.AddSingleton<ItemCatalog>();
        services.AddSingleton<ItemResource>();
        services.AddActions(options);
        services.TryAddSingleton<DecisionSigningKey>();
        services.AddSingleton<PartitionMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<PartitionMonitor>());
        services.AddSingleton<GatewayMetrics>();

        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>(); // before the framework's own, which look at Accept
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true); // so that every refusal says why
        services.AddExceptionHandler<ExceptionProblems>();
        services.ConfigureHttpJsonOptions(json =>
        {
            // A number in quotes is refused everywhere, and the contract says so.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, GatewayJson.Default);
        });
        services.AddAccessKeys(options);
        services.AddGatewayHealth();
        services.AddGatewayTelemetry(configuration);
        services.AddGatewayOpenApi();
        services.Configure<KestrelServerOptions>(server => KestrelLimits.Apply(server, options.Limits));
        return services;
    }
}
