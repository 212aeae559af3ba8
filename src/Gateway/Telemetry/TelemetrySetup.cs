using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Telemetry;

/// <summary>Metrics for Prometheus at <c>/metrics</c>; traces and metrics over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a receiver.</summary>
internal static class TelemetrySetup
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The activity sources of the engine, of Orleans and of its streams.</summary>
    private static readonly string[] Sources = [GatewayMetrics.MeterName, "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application"];

    /// <summary>Adds the exporters.</summary>
    public static void AddGatewayTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var sendsOtlp = !string.IsNullOrEmpty(configuration[OtlpEndpoint]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("personalization"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(GatewayMetrics.MeterName, "Microsoft.Orleans", "System.Runtime").AddAspNetCoreInstrumentation().AddPrometheusExporter();
                if (sendsOtlp) metrics.AddOtlpExporter();
            });
        // Without a receiver spans would cost time on every request and go nowhere.
        if (sendsOtlp) telemetry.WithTracing(traces => traces.AddSource(Sources).AddAspNetCoreInstrumentation().AddOtlpExporter());
    }

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint("/metrics").RequireAuthorization(AccessPolicies.Read);
}
