using Microsoft.Extensions.Logging;
using Personalization.Engine.Models;
using Personalization.Models;

namespace Personalization.Grains.Models;

/// <summary>Keeps one model's replica on this silo up to date: loads what is stored, then takes what the learner publishes; loads anew on a gap.</summary>
internal sealed partial class ReplicaFollower(ModelDefinition definition, LearnerServices services, Func<ModelCursor, Task<ModelChanges>> readChanges, Replicas? replicas = null)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>Between an answer without changes and the next question.</summary>
    public static readonly TimeSpan EmptyWait = TimeSpan.FromMilliseconds(50);

    private readonly ModelStore _store = new(services.Documents, definition.Name);

    // A change was begun and not finished: the replica is to be loaded anew.
    private bool _isTorn;
    private bool _isStarted;

    /// <summary>Where the replica stands.</summary>
    public ModelCursor Cursor { get; private set; }

    /// <summary>Loads what is stored; where that fails it is tried again by <see cref="Run"/>.</summary>
    public async Task Start(CancellationToken cancellation)
    {
        replicas?.Expect(Replicas.OfModel(definition.Name));
        try
        {
            await Load(cancellation);
            _isStarted = true;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            FollowingFailed(services.Logger, definition.Name, 0, fault);
        }
    }

    /// <summary>Follows until it is told to stop.</summary>
    public async Task Run(CancellationToken stop)
    {
        var isLoaded = _isStarted;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!isLoaded) await Load(stop);
                isLoaded = true;
                isLoaded = await Follow(stop);
                if (!isLoaded) await Task.Delay(RetryAfter, services.Time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // Readers keep what the replica has: an older model beats none.
                isLoaded &= !_isTorn;
                if (fault is not ModelMovedException) FollowingFailed(services.Logger, definition.Name, Cursor.Revision, fault);
                await Task.Delay(RetryAfter, services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Loads the stored model: what all tenures share.</summary>
    private async Task Load(CancellationToken cancellation)
    {
        var (head, _) = await _store.ReadHead(cancellation);
        var state = head is null ? null : await _store.ReadState(head, cancellation);
        var changes = head is null ? [] : await _store.ReadChanges(head, cancellation);
        _isTorn = true;
        definition.Replica.Load(state);
        foreach (var (_, bytes) in changes) definition.Replica.Apply(bytes.Span, isWhole: false);
        _isTorn = false;
        Cursor = new ModelCursor(Guid.Empty, head?.Revision ?? 0);
        replicas?.MarkRead(Replicas.OfModel(definition.Name));
        services.Metrics.Loaded(definition.Name);
        services.Metrics.Replica(definition.Name, Cursor.Revision, definition.Replica.AllocatedBytes, null);
    }

    /// <summary>Takes changes for as long as they join on. False: there is a gap.</summary>
    private async Task<bool> Follow(CancellationToken cancellation)
    {
        while (true)
        {
            var reply = await readChanges(Cursor).WaitAsync(cancellation);
            if (reply.IsGap) return false;
            // A learner whose silo stops answers at once with nothing, until another has taken its place.
            if (reply.Changes.Count == 0) await Task.Delay(EmptyWait, services.Time, cancellation);
            foreach (var change in reply.Changes)
            {
                _isTorn = true;
                definition.Replica.Apply(change.Bytes, change.IsWhole);
                _isTorn = false;
                Cursor = new ModelCursor(reply.Tenure, change.Revision);
                var delay = services.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(change.PublishedAt);
                services.Metrics.Replica(definition.Name, change.Revision, definition.Replica.AllocatedBytes, delay);
            }
        }
    }

    [LoggerMessage(EventId = 3211, Level = LogLevel.Warning, Message = "The replica of model {Model} stays at revision {Revision} for now; it is tried again")]
    private static partial void FollowingFailed(ILogger logger, string model, long revision, Exception fault);
}
