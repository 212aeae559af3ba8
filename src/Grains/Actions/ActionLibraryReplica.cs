using Microsoft.Extensions.Logging;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Models;
using Personalization.Stores;

namespace Personalization.Grains.Actions;

/// <summary>
/// This silo's copy of the action library, kept current: at once after a put in the same process, within <see cref="PollInterval"/> after one in
/// another, and from a whole reading every <see cref="SweepInterval"/> should a change not have been told.
/// </summary>
/// <remarks>
/// A decision takes <see cref="Current"/> once and works with that snapshot to its end; a new one replaces it in one write. When the store cannot be
/// read the last good snapshot stays. An action with a fault is left out of the snapshot, never the whole.
/// </remarks>
public sealed partial class ActionLibraryReplica : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How often the document of changes is read: one small read. Default 250 ms.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How often everything is read, whatever the document of changes says. Default 1 minute.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    // A large library that changes all the time takes at most a fifth of a core: after each reading the next waits four times as long as that took.
    private const int Rest = 4;

    private readonly IDocumentStore _documents;
    private readonly DocumentChanges _changes;
    private readonly TimeProvider _time;
    private readonly ActionMetrics _metrics;
    private readonly Replicas _replicas;
    private readonly ILogger<ActionLibraryReplica> _logger;
    private readonly ActionLibraryReader _reader;
    private readonly string _changesKey;
    private readonly string _prefix;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private volatile ActionLibrary _current = ActionLibrary.Empty;
    private volatile bool _isLoaded;
    private long _seenVersion = -1;
    private long _sweptAt;
    private long _restUntil;
    private bool _failing;
    private bool _isDisposed;
    private IDisposable? _subscription;
    private Task _loop = Task.CompletedTask;

    internal ActionLibraryReplica(
        IDocumentStore documents, EligibilityScope scope, DocumentChanges changes, TimeProvider time, ActionMetrics metrics, ILogger<ActionLibraryReplica> logger, Replicas? replicas = null)
    {
        _replicas = replicas ?? new Replicas();
        _replicas.Expect(Replicas.ActionLibrary);
        _documents = documents;
        _changes = changes;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _reader = new ActionLibraryReader(documents, scope);
        _changesKey = ActionDocuments.ChangesKey(scope.Tenant);
        _prefix = ActionDocuments.Prefix(scope.Tenant);
    }

    /// <summary>The library as this silo knows it. Costs one read of memory.</summary>
    public ActionLibrary Current => _current;

    /// <summary>Whether the library was read at all; until then <see cref="Current"/> is empty because nothing is known, not because there is no action.</summary>
    public bool IsLoaded => _isLoaded;

    /// <summary>Raised after each replacement of <see cref="Current"/>, in the order of the replacements.</summary>
    public event Action<ActionLibrary>? Replaced;

    /// <inheritdoc />
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(ActionLibraryReplica), ServiceLifecycleStage.ApplicationServices, Start, Stop);

    /// <summary>Reads the library once, so that the silo's first decision has it, and keeps it current from then on.</summary>
    internal async Task Start(CancellationToken cancellation)
    {
        _subscription = _changes.Subscribe(_prefix, Take);
        await Refresh(true, cancellation);
        var timer = new PeriodicTimer(PollInterval, _time);
        _loop = Task.Run(() => Poll(timer), CancellationToken.None);
    }

    internal async Task Stop(CancellationToken cancellation)
    {
        _subscription?.Dispose();
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // The container knows it under two types and disposes it for each.
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        _subscription?.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
        _reading.Dispose();
    }

    /// <summary>Reads the library if something may have changed. A failure is logged and counted; it is never thrown, but for <paramref name="cancellation"/>.</summary>
    /// <param name="whole">Whether to read the library even if the document of changes is the one that was seen.</param>
    /// <param name="cancellation">Gives up.</param>
    internal Task Refresh(bool whole, CancellationToken cancellation) => Guarded(async () =>
    {
        // Before the actions, so that a change in between is seen by the next poll at the latest.
        var version = (await _documents.Read(_changesKey, cancellation))?.Version ?? 0;
        var now = _time.GetTimestamp();
        if (!whole && _isLoaded && (now < _restUntil || (version == _seenVersion && _time.GetElapsedTime(_sweptAt) < SweepInterval))) return null;
        var library = await _reader.Read(cancellation);
        _seenVersion = version;
        _sweptAt = _time.GetTimestamp();
        _restUntil = _sweptAt + (Rest * (_sweptAt - now));
        _isLoaded = true;
        return library;
    }, cancellation);

    /// <summary>Reads the actions that were written in this process: a few reads, however large the library is.</summary>
    private Task Take(DocumentChange change, CancellationToken cancellation) => Guarded(async () =>
    {
        if (!_isLoaded) return null;
        var library = await _reader.Read(change.Ids, cancellation);
        // Versions in between are changes of other processes: the next poll finds them.
        if (change.Version == _seenVersion + 1) _seenVersion = change.Version;
        return library;
    }, cancellation);

    private async Task Guarded(Func<Task<ActionLibrary?>> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            var start = _time.GetTimestamp();
            if (await read() is not { } library) return;
            _metrics.Loaded(library, _time.GetElapsedTime(start));
            if (_failing) LogRecovered(_logger);
            _failing = false;
            Replace(library);
            _replicas.MarkRead(Replicas.ActionLibrary);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            _metrics.Failed();
            if (!_failing) LogFailure(_logger, _current.Actions.Count, fault);
            _failing = true;
        }
        finally
        {
            _reading.Release();
        }
    }

    private void Replace(ActionLibrary library)
    {
        var before = _current;
        foreach (var fault in library.Faults)
        {
            if (!before.Faults.Contains(fault)) LogFault(_logger, fault.ActionId, fault.Message);
        }

        if (library.Version == before.Version && library.Faults.SequenceEqual(before.Faults)) return;
        _current = library;
        LogReplaced(_logger, library.Actions.Count, library.Version);
        Replaced?.Invoke(library);
    }

    private async Task Poll(PeriodicTimer timer)
    {
        using var _ = timer;
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) await Refresh(false, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    [LoggerMessage(EventId = 3061, Level = LogLevel.Error, Message = "The action library cannot be read; the last good one with {Actions} actions stays, and it is tried again")]
    private static partial void LogFailure(ILogger logger, int actions, Exception fault);

    [LoggerMessage(EventId = 3062, Level = LogLevel.Information, Message = "The action library can be read again")]
    private static partial void LogRecovered(ILogger logger);

    [LoggerMessage(EventId = 3063, Level = LogLevel.Warning, Message = "Action {ActionId} is left out: {Fault}")]
    private static partial void LogFault(ILogger logger, string actionId, string fault);

    [LoggerMessage(EventId = 3064, Level = LogLevel.Information, Message = "The action library has {Actions} actions, version {Version:x16}")]
    private static partial void LogReplaced(ILogger logger, int actions, ulong version);
}
