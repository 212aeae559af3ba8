using Microsoft.Extensions.Logging;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Events;
using Personalization.Grains.Telemetry;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Partitions;

/// <summary>What an owner works with.</summary>
/// <param name="Log">The truth.</param>
/// <param name="Store">What it has come to.</param>
/// <param name="Names">Names behind hashes.</param>
/// <param name="Appender">Where wake-ups and redriven entries go.</param>
/// <param name="Codec">Bytes of entries.</param>
/// <param name="Customers">The customers' grains.</param>
/// <param name="Options">Settings.</param>
/// <param name="Lateness">How far event time is waited for.</param>
/// <param name="Time">The wall clock.</param>
/// <param name="Metrics">What operators watch.</param>
/// <param name="Logger">Where it writes.</param>
internal sealed record OwnerServices(
    IPartitionLog Log,
    IPartitionStore Store,
    INameStore Names,
    ILogAppender Appender,
    EntryCodec Codec,
    Func<CustomerKey, ICustomerGrain> Customers,
    PersonalizationOptions Options,
    TimeSpan Lateness,
    TimeProvider Time,
    EngineMetrics Metrics,
    ILogger Logger)
{
    /// <summary>What wake-ups are stamped with; by default nothing, so that they tell no churn crossing.</summary>
    public Func<ChurnParameters?> Churn { get; init; } = static () => null;
}

/// <summary>
/// One tenure of a partition: takes the log's entries without a hole, hands them to customers in lanes, commits what they fold in chunks,
/// and moves the position behind. It begins with a claim of the epoch and ends for good with the first refused commit or any fault;
/// the next tenure starts from what is stored.
/// </summary>
/// <remarks>
/// Single-threaded: every part runs on the scheduler of the grain that started it. Nothing here awaits a customer but the lanes and the
/// committer, so a customer that hangs stops nobody else.
/// </remarks>
internal sealed partial class PartitionOwner : IDisposable
{
    /// <summary>How long the events of a customer are refused whose recent ids would soon no longer span the window.</summary>
    private static readonly TimeSpan ThrottleFor = TimeSpan.FromSeconds(30);

    private readonly OwnerServices _services;
    private readonly int _partition;
    private readonly Obligations _obligations;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _callSlots;
    private readonly Dictionary<CustomerKey, long> _throttled = [];
    private readonly List<Task> _loops = [];
    private LogHead _head;
    private (long Advanced, long Cursor, long Folded, long Writes) _marks;
    private long _movedAt;
    private long _folded;

    private PartitionOwner(OwnerServices services, int partition, PartitionState state, LogHead head)
    {
        _services = services;
        _partition = partition;
        _head = head;
        Epoch = state.Epoch;
        _advanced = state.Position;
        _readAt = _movedAt = services.Time.GetTimestamp();
        _callSlots = new SemaphoreSlim(services.Options.Owner.Concurrency);
        _obligations = new Obligations(state.Position, state.PositionHash, state.NewestEventTime);
        foreach (var (customer, from) in state.Parks) _parks.Add(customer, from);
    }

    /// <summary>The tenure.</summary>
    public Epoch Epoch { get; }

    /// <summary>Why the tenure ended; null while it goes on.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whether the tenure goes on.</summary>
    public bool IsAtWork => !_stop.IsCancellationRequested;

    /// <summary>Claims the partition and starts to work.</summary>
    /// <param name="services">What it works with.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="nonce">Tells this claim from others.</param>
    /// <param name="cancellation">Gives the start up; what it has claimed then is nobody's until the next.</param>
    public static async Task<PartitionOwner> Start(OwnerServices services, int partition, ulong nonce, CancellationToken cancellation = default)
    {
        var state = await services.Store.Claim(partition, nonce, cancellation);
        (state, var head) = await Reconcile(services, partition, state, cancellation);
        await services.Log.AnnounceEpoch(partition, state.Epoch, cancellation);
        var owner = new PartitionOwner(services, partition, state, head);
        owner.Run(owner.ReadLoop);
        owner.Run(owner.CommitLoop);
        owner.Run(owner.WakeUpLoop);
        owner.Run(owner.MaintenanceLoop);
        OwnerStarted(services.Logger, partition, state.Epoch, state.Position, head.Tail);
        return owner;
    }

    /// <summary>Commits what is folded and ends the tenure. What cannot be committed in time is folded again by the next owner.</summary>
    public async Task Stop(TimeSpan atMost)
    {
        if (IsAtWork)
        {
            try
            {
                await Commit().WaitAsync(atMost, _services.Time);
            }
            catch (Exception fault)
            {
                StopWithoutCommit(_services.Logger, _partition, fault);
            }
        }

        End(null);
        await Task.WhenAll(_loops).WaitAsync(atMost, _services.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Dispose();
        _callSlots.Dispose();
    }

    /// <summary>What operators and gateways want to know.</summary>
    public PartitionStatus Status(string silo)
    {
        var oldest = _obligations.OldestLogTime;
        var now = _services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return new PartitionStatus
        {
            Partition = _partition,
            Epoch = Epoch,
            Generation = _head.Generation,
            Tail = Math.Max(_head.Tail, _obligations.Cursor),
            Cursor = _obligations.Cursor,
            Committed = _advanced,
            AgeSeconds = oldest is { } time ? Math.Max(0, now - time) / 1000.0 : 0,
            Dirty = _obligations.Lanes.Count,
            Parked = _parks.Count,
            Folded = _folded,
            Silo = silo,
            Throttled = Throttled(),
        };
    }

    /// <summary>
    /// Customers whose events are refused for now. A refused customer has no new entry that could tell otherwise, so each is let in again after a
    /// while: its ids have then grown older, and its next entry says whether it must wait once more.
    /// </summary>
    private List<CustomerKey> Throttled()
    {
        foreach (var (customer, since) in _throttled)
        {
            if (_services.Time.GetElapsedTime(since) > ThrottleFor) _throttled.Remove(customer);
        }

        return [.. _throttled.Keys];
    }

    /// <summary>Returns when everything that the log held at the call is committed; false when the time is over.</summary>
    public async Task<bool> Drain(TimeSpan atMost)
    {
        using var timeout = new CancellationTokenSource(atMost, _services.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            var tail = (await _services.Log.ReadHead(_partition, linked.Token)).Tail;
            while (_advanced < tail)
            {
                await TakeUpTo(tail, linked.Token);
                await Commit().WaitAsync(linked.Token);
                if (_advanced < tail) await Settled(linked.Token);
            }

            return true;
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception fault) when (fault is TenureEndedException or LogChangedException)
        {
            End(fault);
            return false;
        }
    }

    /// <summary>
    /// Ends the tenure if it has work and nothing of it has moved for long: whatever it waits for, the next tenure waits for nothing and starts from what is stored. Called whenever somebody asks
    /// for the owner, which is several times a second.
    /// </summary>
    public void EndIfStuck()
    {
        var now = _services.Time.GetTimestamp();
        var marks = (_advanced, _obligations.Cursor, _folded, _writes);
        if (marks != _marks || _obligations.Uncommitted == 0) (_marks, _movedAt) = (marks, now);

        // A customer that hangs is parked before.
        var limit = (3 * _services.Options.Owner.ParkAfter) + CollectTimeout;
        var since = _services.Time.GetElapsedTime(_movedAt, now) > limit ? _movedAt : _readAt;
        if (IsAtWork && _services.Time.GetElapsedTime(since, now) > limit)
            End(new TimeoutException($"partition {_partition} has not moved for {limit.TotalSeconds:0} s: taken up to {_obligations.Cursor}, committed up to {_advanced}, {_obligations.Uncommitted} entries owed"));
    }

    /// <summary>Brings log and store together at the start of a tenure; a log that went back gets a new generation, and the loss is counted.</summary>
    private static async Task<(PartitionState State, LogHead Head)> Reconcile(OwnerServices services, int partition, PartitionState state, CancellationToken cancellation)
    {
        var tail = (await services.Log.ReadHead(partition, cancellation)).Tail;
        var (head, adopted) = await LogContinuity.Adopt(services.Log, services.Store, partition, state, cancellation: cancellation) ?? throw new TenureEndedException(partition, state.Epoch);
        if (state.Generation != 0 && state.Generation != head.Generation)
            LogWentBack(services.Logger, partition, tail, state.HighestPosition, head.GenerationStart, adopted.Lost - state.Lost);
        return (adopted, head);
    }

    private void Run(Func<Task> loop) => _loops.Add(Guard(loop));

    private async Task Guard(Func<Task> loop)
    {
        // The first await moves the loop off the caller's turn, but keeps it on the grain's scheduler.
        await Task.Yield();
        try
        {
            await loop();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception fault)
        {
            End(fault);
        }
    }

    /// <summary>Whether a fault is the tenure's own end, and not one of a call's that is made again.</summary>
    private bool IsEnd(Exception fault) => fault is TenureEndedException || !IsAtWork;

    private void End(Exception? fault)
    {
        if (_stop.IsCancellationRequested) return;
        Fault = fault;
        if (fault is not null) TenureEnded(_services.Logger, _partition, Epoch, fault);
        _stop.Cancel();
        _entriesWanted.Set();
        _settled.Set();
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Debug, Message = "Partition {Partition} is owned under epoch {Epoch}: committed {Position}, log tail {Tail}")]
    private static partial void OwnerStarted(ILogger logger, int partition, Epoch epoch, long position, long tail);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "The tenure {Epoch} of partition {Partition} ended; the next one starts from what is stored")]
    private static partial void TenureEnded(ILogger logger, int partition, Epoch epoch, Exception fault);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "Partition {Partition} stopped without a last commit; the next owner folds the rest again")]
    private static partial void StopWithoutCommit(ILogger logger, int partition, Exception fault);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Error, Message = "The log of partition {Partition} went back: its tail was {Tail}, and {Highest} had been folded. A new generation starts at {Start}; {Lost} entries are lost")]
    private static partial void LogWentBack(ILogger logger, int partition, long tail, long highest, long start, long lost);
}

/// <summary>Another tenure of the partition began: this one may write nothing any more.</summary>
[GenerateSerializer, Alias("personalization.TenureEndedException")]
public sealed class TenureEndedException : Exception
{
    /// <summary>Makes one.</summary>
    public TenureEndedException() { }

    /// <summary>Makes one with what happened.</summary>
    public TenureEndedException(string message) : base(message) { }

    /// <summary>Makes one with what happened and what caused it.</summary>
    public TenureEndedException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Makes one for a partition's tenure.</summary>
    public TenureEndedException(int partition, Epoch epoch) : base($"partition {partition} has another owner: epoch {epoch} is over") { }
}
