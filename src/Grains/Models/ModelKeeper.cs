using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Personalization.Engine.Models;
using Personalization.Models;

namespace Personalization.Grains.Models;

/// <summary>
/// On each silo: follows every model with this silo's replica, sees to it that every model has a learner at work, and suspends consumers of the
/// outbox that lag past their bound, whoever they are, so that one that died does not keep rows for ever.
/// </summary>
internal sealed partial class ModelKeeper(IEnumerable<ModelDefinition> definitions, LearnerServices services, IGrainFactory grains, Replicas replicas, ILogger<ModelKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SuspensionInterval = TimeSpan.FromSeconds(30);

    private readonly ModelDefinition[] _definitions = [.. definitions];
    private readonly ReplicaFollower[] _followers = [.. definitions.Select(definition => new ReplicaFollower(definition, services, have => grains.GetGrain<ILearnerGrain>(definition.Name).ReadChanges(have), replicas))];

    /// <summary>Loads what is stored first, so that a silo serves no request with models that know less than was stored before.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_followers.Select(follower => follower.Start(cancellationToken)));
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followers = _followers.Select(follower => Task.Run(() => follower.Run(stoppingToken), CancellationToken.None)).ToArray();
        var suspended = services.Time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.WhenAll(_definitions.Select(Ensure));
                if (services.Time.GetElapsedTime(suspended) >= SuspensionInterval)
                {
                    await SuspendLaggards(stoppingToken);
                    suspended = services.Time.GetTimestamp();
                }

                await Task.Delay(Interval, services.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(followers);
        }
    }

    /// <summary>Takes consumers that lag past the bound off the outbox; each finds out at its next look, counts what it missed and goes on.</summary>
    internal async Task SuspendLaggards(CancellationToken cancellation)
    {
        for (var partition = 0; partition < services.Partitions; partition++)
        {
            try
            {
                var consumers = await services.Store.ReadConsumers(partition, cancellation);
                if (consumers.Count == 0) continue;
                var head = (await services.Store.ReadPartition(partition, cancellation)).OutboxHead;
                foreach (var (consumer, number) in consumers)
                {
                    if (head - number <= services.Options.Models.MaxLag) continue;
                    await services.Store.RemoveConsumer(partition, consumer, cancellation);
                    services.Metrics.Suspended(consumer);
                    Suspended(logger, consumer, partition, head - number, services.Options.Models.MaxLag);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                SuspensionFailed(logger, partition, fault);
            }
        }
    }

    private async Task Ensure(ModelDefinition definition)
    {
        try
        {
            await grains.GetGrain<ILearnerGrain>(definition.Name).Ensure();
        }
        catch (Exception fault)
        {
            EnsureFailed(logger, definition.Name, fault);
        }
    }

    [LoggerMessage(EventId = 3221, Level = LogLevel.Warning, Message = "Model {Model} has no learner; it is tried again")]
    private static partial void EnsureFailed(ILogger logger, string model, Exception fault);

    [LoggerMessage(EventId = 3222, Level = LogLevel.Warning, Message = "Consumer {Consumer} lags {Lag} rows behind the outbox of partition {Partition}, more than {Bound}: suspended")]
    private static partial void Suspended(ILogger logger, string consumer, int partition, long lag, long bound);

    [LoggerMessage(EventId = 3223, Level = LogLevel.Warning, Message = "The consumers of the outbox of partition {Partition} could not be looked at; it is tried again")]
    private static partial void SuspensionFailed(ILogger logger, int partition, Exception fault);
}
