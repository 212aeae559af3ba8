using Orleans.Core.Internal;
using Personalization.Partitions;

namespace Personalization.Grains.Placement;

/// <summary>Moves a partition's owner from this silo to the one that is to have it, so that the partition stands still for as short as can be.</summary>
internal sealed class OwnerMoves(IGrainFactory grains, OwnersHere here, TimeProvider time)
{
    /// <summary>How long the owner may take to commit beforehand; what is left then is committed while the partition stands still.</summary>
    private static readonly TimeSpan CommitBefore = TimeSpan.FromSeconds(2);

    /// <summary>How long it may take to leave.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(12);

    /// <summary>When it is asked again: placement may not know yet of the silo that is to have it.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Moves a partition that is here, committed as far as can be beforehand. Returns once the next owner is at work, so that a silo that is still cold is not given everything at once.</summary>
    /// <exception cref="TimeoutException">It does not leave.</exception>
    public async Task Move(int partition, CancellationToken cancellation)
    {
        await grains.GetGrain<IPartitionGrain>(partition).Drain(CommitBefore).WaitAsync(cancellation);
        await Leave(partition, cancellation);
    }

    /// <summary>The same without committing beforehand, for a silo of which all know that it leaves: another one may have taken the partition over by then, and a commit would take it back.</summary>
    /// <exception cref="TimeoutException">It does not leave.</exception>
    public async Task Leave(int partition, CancellationToken cancellation)
    {
        var grain = grains.GetGrain<IPartitionGrain>(partition);
        var started = time.GetTimestamp();
        for (long? asked = null; here.Contains(partition); await Task.Delay(Look, time, cancellation))
        {
            if (time.GetElapsedTime(started) > LeaveWithin) throw new TimeoutException($"partition {partition} is still here after {LeaveWithin}");
            if (asked is { } last && time.GetElapsedTime(last) < AskAgain) continue;
            asked = time.GetTimestamp();

            // Migration and not mere deactivation: callers that remember the former address would activate it there again.
            await grain.AsReference<IGrainManagementExtension>().MigrateOnIdle(cancellation);
        }

        await grain.Ensure().WaitAsync(cancellation);
    }

    /// <summary>Commits what this silo's owner of a partition has folded and ends its tenure.</summary>
    public async Task Release(int partition, CancellationToken cancellation) => await grains.GetGrain<IPartitionGrain>(partition).Release().WaitAsync(cancellation);
}
