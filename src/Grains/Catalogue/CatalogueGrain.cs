using Microsoft.Extensions.Hosting;
using Personalization.Grains.Models;
using Personalization.Items;
using Personalization.Models;

namespace Personalization.Grains.Catalogue;

/// <summary>Keeps the latest changes of the catalogue in memory for the silos that follow it.</summary>
internal sealed class CatalogueGrain(TimeProvider time, IHostApplicationLifetime host) : Grain, ICatalogueGrain, IDisposable
{
    private static readonly TimeSpan PollLimit = TimeSpan.FromSeconds(10);

    private readonly ChangeLog _changes = new(time);

    // A silo that stops waits for calls under way: long polls end as soon as it is told to.
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(host.ApplicationStopping);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _changes.Begin(Guid.NewGuid(), 0);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await _stop.CancelAsync();

    public Task Publish(IReadOnlyList<ItemChange> changes)
    {
        _changes.Publish(ItemChangeCodec.Write(changes), isWhole: false);
        return Task.CompletedTask;
    }

    public Task<ModelChanges> ReadChanges(ModelCursor have) => _changes.Read(have, PollLimit, _stop.Token);

    public void Dispose() => _stop.Dispose();
}
