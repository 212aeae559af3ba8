using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Personalization.Log;

namespace Personalization.Storage.Streams;

/// <summary>The persistent stream provider over <see cref="IPartitionLog"/>. Read only: entries enter through <see cref="ILogAppender"/>, which answers their positions.</summary>
internal sealed class PartitionLogAdapterFactory : IQueueAdapterFactory, IQueueAdapter
{
    /// <summary>Containers in a queue's cache; one holds up to 256 entries or 64 KiB.</summary>
    private const int CacheSize = 64;

    private readonly IPartitionLog _log;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationToken _stopping;
    private readonly PartitionQueueMapper _mapper;
    private readonly SimpleQueueAdapterCache _cache;

    private PartitionLogAdapterFactory(IServiceProvider services, string name)
    {
        Name = name;
        _log = services.GetRequiredService<IPartitionLog>();
        _loggers = services.GetRequiredService<ILoggerFactory>();
        _stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        _mapper = new PartitionQueueMapper(_log.Partitions);
        _cache = new SimpleQueueAdapterCache(new SimpleQueueCacheOptions { CacheSize = CacheSize }, name, _loggers);
    }

    public string Name { get; }

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public static IQueueAdapterFactory Create(IServiceProvider services, string name) => new PartitionLogAdapterFactory(services, name);

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => _cache;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) =>
        new PartitionLogReceiver(PartitionQueueMapper.PartitionOf(queueId), _log, _loggers.CreateLogger<PartitionLogReceiver>(), _stopping);

    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException($"The stream provider '{Name}' is read only: append entries to the log through {nameof(ILogAppender)}, which answers their positions.");
}
