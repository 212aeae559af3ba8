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
    /// <summary>While it stops: how long nothing may move before what is left is left.</summary>
    private static readonly TimeSpan DrainStep = TimeSpan.FromSeconds(2);

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
    private bool _isStopping;
    private long _folded;

    private PartitionOwner(OwnerServices services, int partition, PartitionState state, LogHead head)
    {
        _services = services;
        _partition = partition;
        _head = head;
        Epoch = state.Epoch;
        _counted = state.Writes;
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

    /// <summary>What it knows of log and store: for the claim that follows.</summary>
    public EndedTenure Known => new(Epoch, _head.Generation, _handedOut.Position > _obligations.Cursor ? _handedOut : _obligations.CursorEntry, _counted);

    /// <summary>Claims the partition and starts to work.</summary>
    /// <param name="services">What it works with.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="nonce">Tells this claim from others.</param>
    /// <param name="ended">What the tenure before knew; null if nobody here remembers one.</param>
    /// <param name="cancellation">Gives the start up; what it has claimed then is nobody's until the next.</param>
    public static async Task<PartitionOwner> Start(OwnerServices services, int partition, ulong nonce, EndedTenure? ended = null, CancellationToken cancellation = default)
    {
        // Above every tenure that customers or the log may know, of which they would take a lower one for the past. Where a loss took the claim and nobody remembers it, the time does:
        // in microseconds, so that claims that follow on each other at once do not run ahead of it.
        var announced = (await services.Log.ReadHead(partition, cancellation)).Epoch.Counter;
        var above = Math.Max(Math.Max(announced, ended?.Epoch.Counter ?? 0), services.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
        var state = await services.Store.Claim(partition, nonce, above, cancellation);
        (state, var head) = await Reconcile(services, partition, state, ended, cancellation);
        var owner = new PartitionOwner(services, partition, state, head);
        owner.Run(owner.ReadLoop);
        owner.Run(owner.CommitLoop);
        owner.Run(owner.WakeUpLoop);
        owner.Run(owner.MaintenanceLoop);
        OwnerStarted(services.Logger, partition, state.Epoch, state.Position, head.Tail);
        return owner;
    }

    /// <summary>
    /// Commits everything that the log holds and ends the tenure. It appends nothing more itself, so what is accepted from somebody else while it stops is all that can be left. What
    /// cannot be committed in time, or waits for a customer that does not answer, is folded again by the next owner.
    /// </summary>
    public async Task Stop(TimeSpan atMost)
    {
        _isStopping = true;
        try
        {
            // A wake-up on its way would land behind the tail that is drained to.
            await _waking.WaitAsync(atMost, _services.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (IsAtWork && !await DrainWhileItMoves(atMost)) StopWithoutCommit(_services.Logger, _partition, Fault);
        }
        catch (Exception fault)
        {
            StopWithoutCommit(_services.Logger, _partition, fault);
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
        var throttled = Throttled(now);
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
            Throttled = Array.ConvertAll(throttled, pair => pair.Key),
            ThrottledUntil = Array.ConvertAll(throttled, pair => pair.Value),
        };
    }

    /// <summary>Customers whose events are refused for now, each with the time from which enough of its ids have grown old.</summary>
    private KeyValuePair<CustomerKey, long>[] Throttled(long now)
    {
        foreach (var (customer, until) in _throttled)
        {
            if (until <= now) _throttled.Remove(customer);
        }

        return [.. _throttled];
    }

    /// <summary>Returns when everything that the log held at the call is committed; false when the time is over.</summary>
    public async Task<bool> Drain(TimeSpan atMost)
    {
        using var timeout = new CancellationTokenSource(atMost, _services.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            var tail = (await _services.Log.ReadHead(_partition, linked.Token)).Tail;
            while (true)
            {
                await TakeUpTo(tail, linked.Token);
                // Also where nothing is left: the store then says whether it still holds what was written.
                await Commit().WaitAsync(linked.Token);
                if (_advanced >= tail) return true;
                await Settled(linked.Token);
            }
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

    /// <summary>Drains for as long as something moves: a customer that hangs holds nobody up for longer than a moment.</summary>
    private async Task<bool> DrainWhileItMoves(TimeSpan atMost)
    {
        var started = _services.Time.GetTimestamp();
        while (true)
        {
            var before = (_advanced, _obligations.Cursor, _folded, _writes);
            if (await Drain(DrainStep)) return true;
            if (!IsAtWork || before == (_advanced, _obligations.Cursor, _folded, _writes) || _services.Time.GetElapsedTime(started) + DrainStep > atMost) return false;
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
    private static async Task<(PartitionState State, LogHead Head)> Reconcile(
        OwnerServices services, int partition, PartitionState state, EndedTenure? ended, CancellationToken cancellation)
    {
        var tail = (await services.Log.ReadHead(partition, cancellation)).Tail;
        var (head, adopted) = await LogContinuity.Adopt(services.Log, services.Store, partition, state, ended, cancellation) ?? throw new TenureEndedException(partition, state.Epoch);
        if (state.Generation != 0 && state.Generation != head.Generation)
            LogWentBack(services.Logger, partition, tail, Math.Max(state.HighestPosition, ended?.Taken.Position ?? 0), head.GenerationStart, adopted.Lost - state.Lost);
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
    private bool IsEnd(Exception fault) => fault is TenureEndedException or LogChangedException || !IsAtWork;

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

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "Partition {Partition} stopped before everything was committed; the next owner folds the rest again")]
    private static partial void StopWithoutCommit(ILogger logger, int partition, Exception? fault);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Error, Message = "The log of partition {Partition} went back: its tail was {Tail}, and {Highest} had been read from it. A new generation starts at {Start}; {Lost} entries are lost")]
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
