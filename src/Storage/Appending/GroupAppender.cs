using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Log;
using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Appending;

/// <summary>
/// Appends in groups: while one group of a partition is under way the next collects, with no timer, so a lone entry goes at once and
/// a crowd shares one write. Every group has a counter under this process's writer id; an outcome that is unknown is asked for again with the
/// identical group until it is known.
/// </summary>
/// <remarks>
/// A refused group keeps its counter: whichever of its tries arrives first is the one that counts, also across a change of generation.
/// The counter moves on only when the log said <see cref="AppendStatus.Appended"/>.
/// A lane runs on a scheduler of its own and never on that of its caller: a caller is often a customer's grain, and others' entries must not wait for what that computes.
/// </remarks>
public sealed partial class GroupAppender : ILogAppender, IAsyncDisposable, IDisposable
{
    private readonly IPartitionLog _log;
    private readonly IPartitionStore _store;
    private readonly GroupAppenderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskScheduler _scheduler;
    private readonly Lane[] _lanes;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Makes an appender with a writer id of its own.</summary>
    /// <param name="log">The log.</param>
    /// <param name="store">The store that is claimed before a log that went back gets a new generation.</param>
    /// <param name="options">Bounds; defaults if null.</param>
    /// <param name="time">Measures pauses between repeats; the system's if null.</param>
    /// <param name="logger">Told of unknown outcomes and of logs that went back.</param>
    /// <param name="scheduler">Where groups are sent from; the thread pool if null.</param>
    public GroupAppender(
        IPartitionLog log,
        IPartitionStore store,
        GroupAppenderOptions? options = null,
        TimeProvider? time = null,
        ILogger<GroupAppender>? logger = null,
        TaskScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(store);
        _log = log;
        _store = store;
        _options = options ?? new GroupAppenderOptions();
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<GroupAppender>.Instance;
        _scheduler = scheduler ?? TaskScheduler.Default;
        _lanes = new Lane[log.Partitions];
        for (var i = 0; i < _lanes.Length; i++) _lanes[i] = new Lane(this, i);
    }

    /// <summary>This process's writer id.</summary>
    public ulong Writer { get; } = Generations.Next();

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        cancellation.ThrowIfCancellationRequested();
        if (items.Count == 0) return ValueTask.FromResult<IReadOnlyList<long>>([]);
        var task = _lanes[partition].Add(items);
        return new ValueTask<IReadOnlyList<long>>(cancellation.CanBeCanceled ? task.WaitAsync(cancellation) : task);
    }

    /// <inheritdoc />
    public bool IsAvailable(int partition) => _lanes[partition].IsAvailable;

    /// <summary>Sends what waits; calls that come later are refused. Groups that cannot be sent within five seconds are given up: their outcome is unknown.</summary>
    public async ValueTask DisposeAsync()
    {
        var ends = _lanes.Select(lane => lane.Close()).ToArray();
        try
        {
            await Task.WhenAll(ends).WaitAsync(TimeSpan.FromSeconds(5), _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ends).ConfigureAwait(false);
        }

        _closing.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync" />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    [LoggerMessage(1, LogLevel.Warning, "The outcome of an append of {Entries} entries to partition {Partition} is unknown (try {Tries}); the same group is sent again")]
    private partial void LogUnknown(int partition, int entries, int tries, Exception fault);

    [LoggerMessage(2, LogLevel.Error, "The log of partition {Partition} went back: its tail is {Tail}, but {Acknowledged} had been acknowledged. Generation {Generation:x16} starts at {Start}")]
    private partial void LogWentBack(int partition, long tail, long acknowledged, ulong generation, long start);

    /// <summary>One caller's items.</summary>
    private sealed class Call(IReadOnlyList<AppendItem> items, int bytes)
    {
        public IReadOnlyList<AppendItem> Items { get; } = items;

        public int Bytes { get; } = bytes;

        public TaskCompletionSource<IReadOnlyList<long>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The log knows another writer under this one's id: what it answered would be that one's positions.</summary>
    private sealed class WriterUsedTwiceException(string message) : Exception(message);

    /// <summary>One partition: the queue, and the loop that runs while there is something in it.</summary>
#pragma warning disable CA2007 // It stays on the appender's own scheduler, which is nobody else's.
    private sealed class Lane(GroupAppender owner, int partition)
    {
        private readonly Lock _gate = new();
        private readonly Queue<Call> _waiting = new();
        private int _waitingEntries;
        private long _waitingBytes;
        private bool _running;
        private bool _closed;
        private volatile bool _down;
        private Exception? _downBecause;
        private Exception? _broken;
        private TaskCompletionSource? _idle;

        private long _counter;
        private long _acknowledged = -1;
        private ulong _generation;

        public bool IsAvailable => !_down && !_closed && _broken is null;

        public Task<IReadOnlyList<long>> Add(IReadOnlyList<AppendItem> items)
        {
            var bytes = 0;
            foreach (var item in items) bytes += item.Bytes.Length;
            var call = new Call(items, bytes);
            lock (_gate)
            {
                if (_broken is not null) return Refused(new LogUnavailableException($"appends to partition {partition} have ended", _broken));
                if (_closed) return Refused(new LogUnavailableException("the appender is closed"));
                if (_down) return Refused(new LogUnavailableException(Silent(_downBecause)));
                if (_waitingEntries > 0 && (_waitingEntries + items.Count > owner._options.QueueEntries || _waitingBytes + bytes > owner._options.QueueBytes))
                    return Refused(new LogUnavailableException($"{_waitingEntries} entries wait for partition {partition}; no more are taken"));
                _waiting.Enqueue(call);
                _waitingEntries += items.Count;
                _waitingBytes += bytes;
                if (_running) return call.Done.Task;
                _running = true;
            }

            // Nor does the loop, which outlives the call, keep the caller's request or trace.
            using (ExecutionContext.SuppressFlow()) _ = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, owner._scheduler);
            return call.Done.Task;
        }

        private static Task<IReadOnlyList<long>> Refused(LogUnavailableException fault) => Task.FromException<IReadOnlyList<long>>(fault);

        public Task Close()
        {
            lock (_gate)
            {
                _closed = true;
                return _running ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
            }
        }

        private async Task Run()
        {
            while (Next() is { } group) await Send(group);
        }

        private List<Call>? Next()
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _running = false;
                    _idle?.TrySetResult();
                    return null;
                }

                var group = new List<Call>();
                int entries = 0, bytes = 0;
                while (_waiting.TryPeek(out var call) &&
                    (group.Count == 0 || (entries + call.Items.Count <= owner._options.GroupEntries && bytes + call.Bytes <= owner._options.GroupBytes)))
                {
                    group.Add(_waiting.Dequeue());
                    entries += call.Items.Count;
                    bytes += call.Bytes;
                }

                _waitingEntries -= entries;
                _waitingBytes -= bytes;
                return group;
            }
        }

        private async Task Send(List<Call> calls)
        {
            var items = calls.Count == 1 ? calls[0].Items : [.. calls.SelectMany(call => call.Items)];
            try
            {
                // Under the counter of a group that was given up nothing else may be sent: it could be answered with that group's positions.
                if (_broken is not null) throw new LogUnavailableException($"appends to partition {partition} have ended", _broken);
                var positions = await Send(items, calls);
                var start = 0;
                foreach (var call in calls)
                {
                    call.Done.TrySetResult(calls.Count == 1 ? positions : [.. positions.Skip(start).Take(call.Items.Count)]);
                    start += call.Items.Count;
                }
            }
            catch (Exception fault)
            {
                lock (_gate) _broken ??= fault;
                foreach (var call in calls) call.Done.TrySetException(fault);
            }
        }

        private async Task<IReadOnlyList<long>> Send(IReadOnlyList<AppendItem> items, List<Call> calls)
        {
            var started = Stopwatch.GetTimestamp();
            for (var tries = 1; ; tries++)
            {
                try
                {
                    if (_acknowledged < 0) await Begin();
                    var reply = await owner._log.Append(
                        new AppendRequest(partition, _generation, owner.Writer, _counter + 1, _acknowledged, items), owner._closing.Token);
                    switch (reply.Status)
                    {
                        case AppendStatus.Appended:
                            _down = false;
                            _counter++;
                            foreach (var position in reply.Positions) _acknowledged = Math.Max(_acknowledged, position);
                            AppenderMetrics.GroupSize.Record(items.Count);
                            AppenderMetrics.Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
                            return reply.Positions;
                        case AppendStatus.WrongGeneration:
                            _generation = reply.Head.Generation;
                            continue;
                        case AppendStatus.WentBack:
                            await StartGeneration(reply.Head, reply.Head.Generation);
                            continue;
                        default:
                            throw new WriterUsedTwiceException($"partition {partition} answered {reply.Status} to counter {_counter + 1} of writer {owner.Writer:x16}: the writer id is used twice");
                    }
                }
                catch (Exception fault) when (!IsEnd(fault))
                {
                    AppenderMetrics.Unknown.Add(1);
                    owner.LogUnknown(partition, items.Count, tries, fault);
                    if (tries >= owner._options.DownAfter || Stopwatch.GetElapsedTime(started) >= owner._options.AnswerWithin) GoDown(calls, fault);
                    var pause = Math.Min(owner._options.LongestRetry.Ticks, owner._options.FirstRetry.Ticks << Math.Min(tries - 1, 20));
                    await Task.Delay(TimeSpan.FromTicks(pause), owner._time, owner._closing.Token);
                }
            }
        }

        private string Silent(Exception? fault) => fault is StoreUnavailableException ? fault.Message : $"the log of partition {partition} does not answer";

        /// <summary>
        /// Whether nothing more can be sent. By the log's contract every other exception, of whatever type, only leaves the outcome unknown.
        /// </summary>
        private bool IsEnd(Exception fault) => fault is WriterUsedTwiceException or ObjectDisposedException || owner._closing.IsCancellationRequested;

        /// <summary>
        /// The log does not answer: whoever waits is told so, what was not sent is not sent, and the group under way is repeated until its outcome is known, because
        /// under its counter nothing else may be.
        /// </summary>
        private void GoDown(List<Call> underWay, Exception fault)
        {
            List<Call> refused;
            lock (_gate)
            {
                _down = true;
                _downBecause = fault;
                refused = [.. _waiting];
                _waiting.Clear();
                (_waitingEntries, _waitingBytes) = (0, 0);
            }

            var silent = Silent(fault);
            foreach (var call in refused) call.Done.TrySetException(new LogUnavailableException(silent, fault));
            foreach (var call in underWay) call.Done.TrySetException(new TimeoutException($"{silent}; whether these entries are in it is not known yet", fault));
        }

        /// <summary>Before the first group: what the store was folded to counts as acknowledged, so that a log put back from a copy is noticed before it grows.</summary>
        private async Task Begin()
        {
            var state = await owner._store.ReadPartition(partition, owner._closing.Token);
            var head = await owner._log.ReadHead(partition, owner._closing.Token);
            _generation = head.Generation;
            if (!await LogContinuity.Holds(owner._log, partition, state, owner._closing.Token)) await StartGeneration(head, refused: 0);
            _acknowledged = state.HighestPosition;
        }

        private async Task StartGeneration(LogHead head, ulong refused)
        {
            var state = await owner._store.Claim(partition, Generations.Next(), head.Epoch.Counter, owner._closing.Token);
            var started = await LogContinuity.Restore(owner._log, partition, state, Math.Max(0, _acknowledged), refused, cancellation: owner._closing.Token);
            AppenderMetrics.WentBack.Add(1);
            owner.LogWentBack(partition, head.Tail, Math.Max(_acknowledged, state.HighestPosition), started.Generation, started.GenerationStart);
            _generation = started.Generation;
        }
    }
#pragma warning restore CA2007
}
