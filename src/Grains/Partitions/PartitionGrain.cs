using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Orleans.Streams.Core;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Profiles;
using Personalization.Grains.Customers;
using Personalization.Grains.Placement;
using Personalization.Grains.Telemetry;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Partitions;

/// <summary>The mailbox around a <see cref="PartitionOwner"/>: it starts one, hands it the stream's hints, and starts the next when a tenure ended.</summary>
[ImplicitStreamSubscription(Names.PartitionStreamNamespace)]
internal sealed class PartitionGrain : Grain, IPartitionGrain, IStreamSubscriptionObserver, IAsyncObserver<LogBatch>
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Everybody who asks for the owner waits for the same start, so that none may last for ever.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly OwnerServices _services;
    private readonly ILocalSiloDetails _silo;
    private readonly OwnersHere _here;
    private readonly NameCache _knownNames;
    private PartitionOwner? _owner;
    private Task<PartitionOwner>? _starting;
    private Task _releasing = Task.CompletedTask;

    /// <summary>What the last tenure here knew.</summary>
    private EndedTenure? _ended;

    public PartitionGrain(
        IPartitionLog log,
        IPartitionStore store,
        INameStore names,
        NameCache knownNames,
        ILogAppender appender,
        EntryCodec codec,
        CustomerGrains customers,
        FoldSettings fold,
        ChurnReplica churn,
        IOptions<PersonalizationOptions> options,
        TimeProvider time,
        EngineMetrics metrics,
        ILocalSiloDetails silo,
        OwnersHere here,
        ILogger<PartitionGrain> logger)
    {
        _silo = silo;
        _here = here;
        _knownNames = knownNames;
        _services = new OwnerServices(
            log, store, names, appender, codec, customers.Of, options.Value, fold.Lateness, time, metrics, logger)
        {
            Churn = () => churn.Stamp,
        };
    }

    private int Partition => (int)this.GetPrimaryKeyLong();

    private string Silo => _silo.SiloAddress.ToParsableString();

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => await handleFactory.Create<LogBatch>().ResumeAsync(this);

    /// <summary>A hint: it is put aside and never awaits a customer.</summary>
    public Task OnNextAsync(LogBatch item, StreamSequenceToken? token = null)
    {
        _owner?.Offer(item);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public async Task<PartitionStatus> Ensure()
    {
        _owner?.EndIfStuck();
        return (await Owner()).Status(Silo);
    }

    public async Task<CatchUpReply> CatchUp(CustomerKey customer, long after) => await (await Owner()).CatchUp(customer, after);

    public async Task<bool> Drain(TimeSpan atMost)
    {
        var started = _services.Time.GetTimestamp();
        while (true)
        {
            var owner = await Owner();
            var left = atMost - _services.Time.GetElapsedTime(started);
            if (left > TimeSpan.Zero && await owner.Drain(left)) return true;
            // A tenure that ended meanwhile is followed by the next one; a time that is over is not.
            if (left <= TimeSpan.Zero || owner.IsAtWork) return false;
        }
    }

    public async Task Release()
    {
        // A start under way would leave an owner at work behind.
        if (_starting is { } starting) await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_owner is { } owner)
        {
            _owner = null;
            _releasing = Stop(owner);
        }

        await _releasing;
    }

    public async Task<PartitionState> ReadState() => await _services.Store.ReadPartition(Partition);

    public async Task<IReadOnlyDictionary<string, long>> ReadConsumers() => await _services.Store.ReadConsumers(Partition);

    public async Task<IReadOnlyList<CustomerListing>> ListCustomers(string? after, int max) => await _services.Store.ListCustomers(Partition, after, max);

    public async Task<IReadOnlyList<DeadLetter>> ListDeadLetters(long after, int max) => await _services.Store.ReadDeadLetters(Partition, after, max);

    public async Task<long?> Redrive(long position) => await (await Owner()).Redrive(position);

    public async Task<bool> Discard(long position) =>
        await _services.Store.SetDeadLetterState(Partition, position, DeadLetterState.Open, DeadLetterState.Discarded);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _here.Arrived(Partition);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await Release();
        }
        finally
        {
            _here.Left(Partition);
        }
    }

    /// <summary>The owner at work; a new tenure if the last one ended. One start at a time.</summary>
    private async Task<PartitionOwner> Owner()
    {
        if (_owner is { IsAtWork: true } atWork) return atWork;
        var starting = _starting ??= StartOwner();
        try
        {
            var owner = await starting;
            // Who waited with others for the same start may come after a release.
            if (ReferenceEquals(_starting, starting)) _owner = owner;
            return owner;
        }
        finally
        {
            if (ReferenceEquals(_starting, starting)) _starting = null;
        }
    }

    private async Task Stop(PartitionOwner owner)
    {
        await owner.Stop(StopTimeout);
        _ended = owner.Known;
        owner.Dispose();
    }

    private async Task<PartitionOwner> StartOwner()
    {
        // A claim would end the one that is committing its last.
        await _releasing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        using var limit = new CancellationTokenSource(StartTimeout, _services.Time);
        // Names went back with the rest, and are written again as the entries are folded again.
        if (_owner?.Fault is LogChangedException) _knownNames.Forget();
        try
        {
            return await PartitionOwner.Start(_services, Partition, (ulong)Random.Shared.NextInt64(), _owner?.Known ?? _ended, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"the owner of partition {Partition} could not start within {StartTimeout.TotalSeconds:0} s");
        }
    }
}
