using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Log;
using Personalization.Models;
using Personalization.Stores;

namespace Personalization.Gateway.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: every partition has an owner at work, log and store answer this process, and what it
/// keeps copies of was read once.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Adds the checks.</summary>
    public static void AddGatewayHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<PartitionsCheck>("partitions", timeout: CheckTimeout)
        .AddCheck<LogCheck>("log", timeout: CheckTimeout)
        .AddCheck<DocumentsCheck>("store", timeout: CheckTimeout)
        .AddCheck<StorageCheck>("storage", timeout: CheckTimeout)
        .AddCheck<ReplicasCheck>("replicas", timeout: CheckTimeout);

    /// <summary>Maps the calls.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = Write }).AllowAnonymous();
    }

    private static Task Write(HttpContext context, HealthReport report) => JsonAnswer.Of(
        new HealthResponse(
            report.Status == HealthStatus.Healthy ? "healthy" : "unhealthy",
            report.Entries.ToDictionary(check => check.Key, check => new HealthCheckResponse(check.Value.Status == HealthStatus.Healthy ? "healthy" : "unhealthy", check.Value.Description))),
        GatewayJson.Default.HealthResponse,
        context.Response.StatusCode).ExecuteAsync(context);

    private sealed class PartitionsCheck(PartitionMonitor monitor) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var unowned = monitor.Unowned;
            return Task.FromResult(unowned.Count == 0
                ? HealthCheckResult.Healthy("every partition has an owner at work")
                : HealthCheckResult.Unhealthy($"no owner answers for partitions {string.Join(", ", unowned.Take(16))}{(unowned.Count > 16 ? " …" : "")}"));
        }
    }

    /// <summary>Events are appended by this process: that the owners read the log says nothing of it.</summary>
    private sealed class LogCheck(IServiceProvider services, PersonalizationOptions options) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (services.GetService<IPartitionLog>() is not { } log) return HealthCheckResult.Unhealthy(WithoutSharedLog.Reason);
            try
            {
                await Task.WhenAll(Enumerable.Range(0, options.Partitions).Select(partition => log.ReadHead(partition, cancellationToken).AsTask()));
                return HealthCheckResult.Healthy("the log answers");
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy("the log does not answer", fault);
            }
        }
    }

    /// <summary>A process that could not read actions, items or models yet would have nothing to answer with.</summary>
    private sealed class ReplicasCheck(IServiceProvider services) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var unread = services.GetService<Replicas>()?.Unread ?? [];
            return Task.FromResult(unread.Count == 0
                ? HealthCheckResult.Healthy("everything that is kept in memory was read")
                : HealthCheckResult.Unhealthy($"not read yet: {string.Join(", ", unread)}"));
        }
    }

    /// <summary>That log and store answer reads says nothing of what they can still take, nor of this process's clock.</summary>
    private sealed class StorageCheck(IEnumerable<IStorageHealth> needs) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var faults = needs.Select(need => need.Fault).OfType<string>().ToList();
            return Task.FromResult(faults.Count == 0 ? HealthCheckResult.Healthy("what is accepted can be stored") : HealthCheckResult.Unhealthy(string.Join("; ", faults)));
        }
    }

    private sealed class DocumentsCheck(IDocumentStore documents, StorageDurability? durability = null) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await documents.Read("health", cancellationToken);
                return HealthCheckResult.Healthy(durability is { IsComplete: false } ? $"the store answers. {durability.Description}" : "the store answers");
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy("the store does not answer", fault);
            }
        }
    }
}

/// <summary>Whether the process is fit, and each check.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each check by name.</param>
public sealed record HealthResponse(string Status, IReadOnlyDictionary<string, HealthCheckResponse> Checks);

/// <summary>One check.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Description">What was found.</param>
public sealed record HealthCheckResponse(string Status, string? Description);
