using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Grains.Decisions;
using Personalization.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>
/// The mailbox of a customer. Reentrant: a reader that waits for a catch-up does not hold up the owner's entries; the profile itself only
/// changes within a turn.
/// </summary>
[Reentrant]
internal sealed class CustomerGrain : Grain, ICustomerGrain
{
    private readonly CustomerServices _services;
    private readonly CustomerRecommendations _recommendations;
    private readonly DecisionServices _deciding;
    private readonly OwnerOptions _options;
    private readonly IGrainFactory _grains;
    private CustomerKey _key;
    private CustomerActor _actor = null!;
    private LiveChanges? _watchers;
    private RecentEvidence? _evidence;
    private DecisionRecorder? _recorder;

    public CustomerGrain(
        CustomerServices services, CustomerRecommendations recommendations, DecisionServices deciding, IOptions<PersonalizationOptions> options, IGrainFactory grains)
    {
        _services = services;
        _recommendations = recommendations;
        _deciding = deciding;
        _options = options.Value.Owner;
        _grains = grains;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = CustomerKey.Parse(this.GetPrimaryKeyString());
        _actor = new CustomerActor(_key, _services);
        return Task.CompletedTask;
    }

    public Task<ApplyReply> Apply(ApplyRequest request) => Watched(changes => _actor.Apply(request, changes));

    public Task<CollectReply> Collect(CollectRequest request) => _actor.Collect(request);

    public async Task Acknowledge(Acknowledgement acknowledgement)
    {
        await _actor.Acknowledge(acknowledgement);
        if (_evidence is { } evidence && !evidence.WasUsed()) _evidence = null;
    }

    public async Task<ProfileReply> GetProfile(ProfileQuery query)
    {
        var (reply, at) = await Reach(query.At, query.After);
        if (!reply.AtBeforeNewest) reply = reply with { Profile = await View(at) };
        LeaveIfUnknown();
        return reply;
    }

    public async Task<ChurnReply> GetChurn(ChurnQuery query)
    {
        _deciding.Replicas.Require(Replicas.Churn);
        var (reached, at) = await Reach(query.At, query.After, purpose: FeaturePurpose.Personalization);
        var churn = reached.AtBeforeNewest ? null : await Churn(at);
        LeaveIfUnknown();
        return new ChurnReply
        {
            Churn = churn,
            CaughtUp = reached.CaughtUp,
            AfterFound = reached.AfterFound,
            Stale = reached.Stale,
            AtBeforeNewest = reached.AtBeforeNewest,
            NewestEventTime = reached.NewestEventTime,
        };
    }

    public async Task<RecommendationReply> Recommend(RecommendationQuery query)
    {
        var (reached, at) = await Reach(query.At, query.After, query.Now, FeaturePurpose.Personalization);
        var reply = await _recommendations.Answer(query, reached, at, _actor, Evidence(), Recorder());
        LeaveIfUnknown();
        return reply;
    }

    public async Task<DecisionReply> Decide(DecisionRequest request)
    {
        var (reached, _) = await Reach(request.At, request.After, request.Now, FeaturePurpose.Personalization);
        var reply = await new CustomerDecisions(_actor, Recorder(), _deciding, () => CatchUp()).Decide(request, reached);
        LeaveIfUnknown();
        return reply;
    }

    public async Task<RewardOutcome> GiveReward(RewardRequest request)
    {
        var (reached, _) = await Reach(null, null, request.Now);
        return await new CustomerRewards(_key, _actor, Recorder(), _deciding).Give(request, reached);
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
    /// <param name="asked">The time asked for.</param>
    /// <param name="eventId">The event to read.</param>
    /// <param name="now">The installation's time; null = the wall clock's.</param>
    /// <param name="purpose">What the profile is then read for: who refused it has no newest event either. Null: to show it.</param>
    private async Task<(ProfileReply Reply, long At)> Reach(long? asked, string? eventId, long? now = null, FeaturePurpose? purpose = null)
    {
        var after = eventId is { } id ? (ulong)KeyHash.Hash128(id) : (ulong?)null;
        // An activation that asks reads its row after the answer, so it is not loaded before.
        var caughtUp = _actor.IsCaughtUp && (after is not { } known || _actor.Profile.Remembers(known));
        caughtUp = caughtUp || await CatchUp();
        await _actor.Load();

        var isFound = after is { } hash ? _actor.Profile.Remembers(hash) || await Evidence().Holds(eventId!, _actor) : (bool?)null;
        // Whatever was awaited, another tenure may have dropped the memory meanwhile.
        await _actor.Load();
        var profile = purpose is { } read ? new FeatureView(_actor.Profile).For(read) : _actor.Profile;
        var newest = profile.IsEmpty ? (long?)null : profile.NewestEventTime;
        var reply = new ProfileReply
        {
            CaughtUp = caughtUp,
            Stale = !caughtUp,
            AfterFound = isFound,
            NewestEventTime = newest,
            AtBeforeNewest = asked < newest,
        };
        return (reply, asked ?? Math.Max(now is > 0 ? now.Value : _services.Time.GetUtcNow().ToUnixTimeMilliseconds(), newest ?? 0));
    }

    /// <summary>Asks the owner once for everything up to the log's tail. False: it did not answer in time.</summary>
    private async Task<bool> CatchUp(bool anew = false)
    {
        try
        {
            var owner = _grains.GetGrain<IPartitionGrain>(_services.Map.PartitionOf(_key));
            return await Watched(changes => _actor.CatchUp(after => owner.CatchUp(_key, after).WaitAsync(_options.CatchUpTimeout, _services.Time), changes, anew));
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or InvalidOperationException or StoreUnavailableException)
        {
            return false;
        }
    }

    private async Task<ProfileView> View(long at)
    {
        var evidence = Evidence();
        await evidence.Fill(_actor);
        await _actor.Load();
        var names = await _services.Names.Resolve(_services.Reader.NamesOf(_actor.Profile), _actor.UnsavedNames);
        await _actor.Load();
        return _services.Reader.View(_actor.Profile, at, names, item => evidence.EventIdOf(item.Position));
    }

    private async Task<ChurnView> Churn(long at)
    {
        // One set of parameters for all of the answer.
        var churn = _services.Churn.Scorer;
        var purchase = churn.LastPurchaseAt(_actor.Profile);
        var eventId = purchase is { } time ? await Evidence().PurchaseAt(time, _actor) : null;
        // Entries may have come while the journal was read: an id is cited only for the purchase that it is of.
        await _actor.Load();
        return churn.Score(_actor.Profile, at, churn.LastPurchaseAt(_actor.Profile) == purchase ? eventId : null);
    }

    /// <summary>
    /// After an answer about somebody of whom nothing is known, stored or under way: the activation goes at once, and not when it has been idle. Callers make ids up, and each would hold some
    /// kilobytes for as long; who comes again costs one read of the store.
    /// </summary>
    private void LeaveIfUnknown()
    {
        if (_actor.IsUnknown && _recorder is not { Pending.Count: > 0 } && _watchers is not { IsWatched: true }) DeactivateOnIdle();
    }

    private DecisionRecorder Recorder() => _recorder ??= new DecisionRecorder(_key, _actor, _deciding, () => CatchUp(anew: true));

    private RecentEvidence Evidence() => _evidence ??= new RecentEvidence(_key, _services);

    private async Task<T> Watched<T>(Func<ICollection<ChangedEvent>?, Task<T>> fold)
    {
        if (_watchers is not { IsWatched: true }) return await fold(null);
        var changes = new List<ChangedEvent>();
        var result = await fold(changes);
        if (changes.Count > 0) _watchers.Tell(new ProfileChanged(_actor.Applied, changes));
        return result;
    }
}
