using Microsoft.Extensions.Hosting;
using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Storage.Hosting;

/// <summary>
/// Opens the storage before any hosted service starts: being resolved here does it. What is made first is disposed last.
/// </summary>
internal sealed class PartitionStorageOpening(IPartitionLog log, IPartitionStore store) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // The first read of each tells of a broken file now and not under the first request.
        await log.ReadHead(0, cancellationToken).ConfigureAwait(false);
        await store.ReadPartition(0, cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
