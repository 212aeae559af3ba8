using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Grains.Customers;

/// <summary>
/// The mailbox of a customer. Reentrant: a reader that waits for a catch-up does not hold up the owner's entries; the profile itself only
/// changes within a turn.
/// </summary>
[Reentrant]
internal sealed class CustomerGrain : Grain, ICustomerGrain
{
    private readonly CustomerServices _services;
    private readonly ChurnScorer _churn;
    private readonly OwnerOptions _options;
    private readonly IGrainFactory _grains;
    private CustomerKey _key;
    private CustomerActor _actor = null!;
    private LiveChanges? _watchers;
    private RecentEvidence? _evidence;

    public CustomerGrain(CustomerServices services, ChurnScorer churn, IOptions<PersonalizationOptions> options, IGrainFactory grains)
    {
        _services = services;
        _churn = churn;
        _options = options.Value.Owner;
        _grains = grains;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = CustomerKey.Parse(this.GetPrimaryKeyString());
        _actor = new CustomerActor(_key, _services);
        return Task.CompletedTask;
    }

    public async Task<ApplyReply> Apply(ApplyRequest request)
    {
        if (!await _actor.Enter(request.Epoch)) return new ApplyReply(ApplyStatus.StaleEpoch, _actor.Applied, _actor.Saved);
        return Watched(changes => _actor.Apply(request.Previous, request.Entries, changes));
    }

    public async Task<CollectReply> Collect(CollectRequest request) => await _actor.Enter(request.Epoch)
        ? _actor.Collect(request.Previous, request.Force)
        : new CollectReply(ApplyStatus.StaleEpoch, _actor.Applied, _actor.Saved, null, []);

    public async Task Acknowledge(Acknowledgement acknowledgement)
    {
        if (!await _actor.Enter(acknowledgement.Epoch)) return;
        if (_actor.Acknowledge(acknowledgement.Applied, acknowledgement.Outcome)) await _actor.Reload();
        if (_evidence is { } evidence && !evidence.WasUsed()) _evidence = null;
    }

    public async Task<ProfileReply> GetProfile(ProfileQuery query)
    {
        var (reply, at) = await Reach(query.At, query.After);
        return reply.AtBeforeNewest ? reply : reply with { Profile = await View(at) };
    }

    public async Task<ChurnReply> GetChurn(ChurnQuery query)
    {
        var (reached, at) = await Reach(query.At, query.After);
        return new ChurnReply
        {
            Churn = reached.AtBeforeNewest ? null : await Churn(at),
            CaughtUp = reached.CaughtUp,
            AfterFound = reached.AfterFound,
            Stale = reached.Stale,
            AtBeforeNewest = reached.AtBeforeNewest,
            NewestEventTime = reached.NewestEventTime,
        };
    }

    public Task Watch(ICustomerObserver observer)
    {
        (_watchers ??= new LiveChanges(_services.Time)).Add(observer);
        return Task.CompletedTask;
    }

    public Task Unwatch(ICustomerObserver observer)
    {
        _watchers?.Remove(observer);
        return Task.CompletedTask;
    }

    /// <summary>Brings the profile to where a reader wants it; answers all but the profile, and the time to evaluate at.</summary>
    private async Task<(ProfileReply Reply, long At)> Reach(long? asked, string? eventId)
    {
        await _actor.Load();
        var after = eventId is { } id ? KeyHash.Hash128(id) : (UInt128?)null;
        var isKnown = after is { } hash && _actor.Profile.Remembers((ulong)hash);
        var caughtUp = isKnown || (_actor.IsCaughtUp && after is null) || await CatchUp();

        var isFound = eventId is null ? (bool?)null : _actor.Profile.Remembers((ulong)after!.Value) || await Evidence().Holds(eventId, _actor);
        var profile = _actor.Profile;
        var newest = profile.IsEmpty ? (long?)null : profile.NewestEventTime;
        var reply = new ProfileReply
        {
            CaughtUp = caughtUp,
            Stale = !caughtUp,
            AfterFound = isFound,
            NewestEventTime = newest,
            AtBeforeNewest = asked < newest,
        };
        return (reply, asked ?? Math.Max(_services.Time.GetUtcNow().ToUnixTimeMilliseconds(), newest ?? 0));
    }

    /// <summary>Asks the owner once for everything up to the log's tail. False: it did not answer in time.</summary>
    private async Task<bool> CatchUp()
    {
        try
        {
            var after = _actor.Applied;
            var owner = _grains.GetGrain<IPartitionGrain>(_services.Map.PartitionOf(_key));
            var reply = await owner.CatchUp(_key, after).WaitAsync(_options.CatchUpTimeout, _services.Time);
            await _actor.Load();
            return reply.Owned && Watched(changes => _actor.CatchUp(after, reply.Entries, changes));
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task<ProfileView> View(long at)
    {
        var evidence = Evidence();
        await evidence.Fill(_actor);
        var names = await _services.Names.Resolve(_services.Reader.NamesOf(_actor.Profile), _actor.UnsavedNames);
        return _services.Reader.View(_actor.Profile, at, names, item => evidence.EventIdOf(item.Position));
    }

    private async Task<ChurnView> Churn(long at)
    {
        var purchase = _churn.LastPurchaseAt(_actor.Profile);
        var eventId = purchase is { } time ? await Evidence().PurchaseAt(time, _actor) : null;
        // Entries may have come while the journal was read: an id is cited only for the purchase that it is of.
        await _actor.Load();
        return _churn.Score(_actor.Profile, at, _churn.LastPurchaseAt(_actor.Profile) == purchase ? eventId : null);
    }

    private RecentEvidence Evidence() => _evidence ??= new RecentEvidence(_key, _services);

    private T Watched<T>(Func<ICollection<ChangedEvent>?, T> fold)
    {
        if (_watchers is not { IsWatched: true }) return fold(null);
        var changes = new List<ChangedEvent>();
        var result = fold(changes);
        if (changes.Count > 0) _watchers.Tell(new ProfileChanged(_actor.Applied, changes));
        return result;
    }
}
