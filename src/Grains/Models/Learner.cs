using Microsoft.Extensions.Logging;
using Personalization.Configuration;
using Personalization.Engine.Models;
using Personalization.Models;
using Personalization.Stores;

namespace Personalization.Grains.Models;

/// <summary>
/// One tenure after another of learning a model: load what is stored, learn outbox rows, publish what changed, store. Knows nothing of Orleans;
/// its grain runs it.
/// </summary>
/// <remarks>
/// <para><b>Exactly once.</b> State and outbox numbers are written together, by compare-and-set on the version that was loaded. What a crash loses
/// is in the outbox still, because rows are trimmed only after that write; a learner that another one has overtaken fails at its write
/// and starts over from what is stored.</para>
/// <para><b>Provisional revisions.</b> Changes are published as they are learned and before they are stored, under the tenure's id. After a crash the
/// next tenure may meet the partitions' rows in another order, so replicas that took unstored changes load anew.</para>
/// </remarks>
internal sealed partial class Learner(ModelDefinition definition, LearnerServices services)
{
    /// <summary>Changes below this many bytes are told at once.</summary>
    private const int SmallChange = 64 * 1024;

    /// <summary>What a model that is told slot by slot publishes a second, about.</summary>
    private const double BytesPerSecond = 2 << 20;

    /// <summary>Bytes kept of changes that are parts told anew: the next one says it again, and a replica that is behind loads what is stored.</summary>
    private const long WholeBytes = 8 << 20;

    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(500);

    private const int PageRows = 2_000;
    private const int PartitionsAtOnce = 16;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ModelStore _store = new(services.Documents, definition.Name);
    private readonly List<byte> _unstored = [];
    private readonly OutboxMark[] _marks = new OutboxMark[services.Partitions];
    private readonly long[] _heads = new long[services.Partitions];
    private IOnlineModel _model = definition.Create();
    private ModelHead _head = new();
    private Guid _tenure;
    private long _version;
    private long _saved;
    private long _published;
    private TimeSpan _rest;
    private bool _isDirty;
    private volatile bool _saveSoon;
    private TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LearnerStatus _status = new() { Model = definition.Name, IsFrozen = services.Options.Learning == LearningKind.Frozen };

    private bool IsFrozen => services.Options.Learning == LearningKind.Frozen;

    /// <summary>What replicas take.</summary>
    public ChangeLog Changes { get; } = new(services.Time, definition.KeepsChanges ? ChangeLog.MostBytes : WholeBytes);

    /// <summary>How it stands, as of the last look at the outbox.</summary>
    public LearnerStatus Status => Volatile.Read(ref _status);

    /// <summary>Learns until it is told to stop, and then stores what it learned.</summary>
    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Load(stop);
                await Work(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                LearningFailed(services.Logger, definition.Name, fault);
                _status = _status with { IsReady = false, Fault = fault.Message };
                EndResets(fault);
                await Task.Delay(RetryAfter, services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        try
        {
            if (_status.IsReady) await Save(CancellationToken.None);
        }
        catch (Exception fault)
        {
            // What is not stored is learned again from the outbox.
            LearningFailed(services.Logger, definition.Name, fault);
        }
    }

    /// <summary>Waits until everything that was committed before the call is learned and stored. False: not within the time.</summary>
    public async Task<bool> Drain(TimeSpan atMost, CancellationToken cancellation)
    {
        var heads = new long[services.Partitions];
        for (var partition = 0; partition < heads.Length; partition++) heads[partition] = (await services.Store.ReadPartition(partition, cancellation)).OutboxHead;
        var start = services.Time.GetTimestamp();
        while (true)
        {
            var stored = Volatile.Read(ref _stored).Task;
            var marks = Volatile.Read(ref _head).Marks;
            if (marks.Count == heads.Length && marks.Zip(heads).All(pair => pair.First.IsKnown && pair.First.Number >= pair.Second)) return true;
            _saveSoon = true;
            var left = atMost - services.Time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return false;
            await stored.WaitAsync(left, services.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task Load(CancellationToken cancellation)
    {
        var (head, version) = await _store.ReadHead(cancellation);
        _model = definition.Create();
        (_head, _version, _tenure) = (head ?? new ModelHead(), version, Guid.NewGuid());
        _unstored.Clear();
        // A new model is stored before it has learned: from then on it is known where it registered.
        _isDirty = head is null;
        if (head is not null)
        {
            if (await _store.ReadState(head, cancellation) is { } state) _model.Load(state);
            foreach (var (_, bytes) in await _store.ReadChanges(head, cancellation)) _model.Replay(bytes.Span);
            if (head.Rest.Length > 0) _model.LoadRest(head.Rest);
            await _store.Sweep(head, version, cancellation);
        }

        for (var partition = 0; partition < _marks.Length; partition++)
            await Register(partition, partition < _head.Marks.Count ? _head.Marks[partition] : default, cancellation);
        Changes.Begin(_tenure, _head.Revision);
        _saved = services.Time.GetTimestamp();
        Report(null);
        LearningBegan(services.Logger, definition.Name, _head.Revision, _head.Examples);
    }

    /// <summary>Registers at a partition's outbox. A consumer that is new there starts at its head; one that was suspended goes on where rows are left.</summary>
    private async Task Register(int partition, OutboxMark mark, CancellationToken cancellation)
    {
        var registered = await services.Store.RegisterConsumer(partition, definition.Name, cancellation);
        var state = await services.Store.ReadPartition(partition, cancellation);
        var number = mark.IsKnown ? mark.Number : registered;
        if (mark.IsKnown && number > state.OutboxHead)
        {
            // The store went back behind what was learned: the numbers up to here will be given again, to other facts.
            StoreWentBack(services.Logger, definition.Name, partition, number, state.OutboxHead);
            _head = _head with { Missed = _head.Missed + (number - state.OutboxHead) };
            number = state.OutboxHead;
        }

        _marks[partition] = new OutboxMark(true, number, state.Generation);
        _heads[partition] = state.OutboxHead;
    }

    private async Task Work(CancellationToken cancellation)
    {
        while (true)
        {
            var isBehind = false;
            for (var first = 0; first < _marks.Length; first += PartitionsAtOnce)
            {
                // Side by side: over a network a round trip a partition would be most of the time.
                var pages = await Task.WhenAll(_marks.Skip(first).Take(PartitionsAtOnce)
                    .Select((mark, i) => services.Store.ReadOutbox(first + i, mark.Number, PageRows, cancellation).AsTask()));
                // A backlog of one partition does not hold up what the others have to tell.
                for (var i = 0; i < pages.Length; i++) isBehind |= await Take(first + i, pages[i], cancellation);
                cancellation.ThrowIfCancellationRequested();
            }

            TakeResets();
            if (services.Time.GetElapsedTime(_published) >= _rest) Publish();
            var elapsed = services.Time.GetElapsedTime(_saved);
            if (_isDirty && (_saveSoon || elapsed >= services.Options.Models.SaveInterval)) await Save(cancellation);
            else if (_saveSoon) Stored();
            Report(null);
            if (!isBehind) await Task.Delay(services.Options.Models.PollInterval, services.Time, cancellation);
        }
    }

    /// <summary>Learns a page of a partition's outbox. True: there is more.</summary>
    private async Task<bool> Take(int partition, OutboxPage page, CancellationToken cancellation)
    {
        var mark = _marks[partition];
        _heads[partition] = page.Head;
        if (page.Head < mark.Number || page.First > mark.Number + 1)
        {
            if (page.First > mark.Number + 1)
            {
                RowsWereTrimmed(services.Logger, definition.Name, partition, page.First - 1 - mark.Number);
                _head = _head with { Missed = _head.Missed + (page.First - 1 - mark.Number) };
                services.Metrics.Missed(definition.Name, page.First - 1 - mark.Number);
                mark = mark with { Number = page.First - 1 };
            }

            await Register(partition, mark, cancellation);
            _isDirty = true;
            return true;
        }

        foreach (var row in page.Rows) Learn(row);
        if (page.Rows.Count > 0)
        {
            _marks[partition] = mark with { Number = page.Rows[^1].Number };
            _isDirty = true;
        }

        return page.Rows.Count == PageRows;
    }

    private void Learn(OutboxRow row)
    {
        if (!definition.Kinds.Contains(row.Item.Kind)) return;
        if (IsFrozen || row.Item.Bytes.Length == 0)
        {
            _head = _head with { Skipped = _head.Skipped + 1 };
            return;
        }

        try
        {
            _model.Learn(row);
            _head = _head with { Examples = _head.Examples + 1 };
            services.Metrics.Learned(definition.Name);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or FormatException)
        {
            // It would fail each time: it is counted and passed.
            RowFailed(services.Logger, definition.Name, row.Number, row.Item.Kind, fault);
            _head = _head with { Failed = _head.Failed + 1 };
        }
    }

    private void Publish()
    {
        if (_model.TakeChange() is not { } change) return;
        var revision = Changes.Publish(change.Bytes, change.IsWhole);
        _head = _head with { Revision = revision };
        if (definition.KeepsChanges) ModelStore.AppendChange(_unstored, revision, change.Bytes);
        services.Metrics.Published(definition.Name, revision, change.Bytes.Length);
        // Each replica makes a whole slot anew: a large model is told less often, and still within a second.
        _published = services.Time.GetTimestamp();
        _rest = definition.KeepsChanges || change.Bytes.Length < SmallChange
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, change.Bytes.Length / BytesPerSecond));
    }

    /// <summary>Stores state and outbox numbers in one write, and only then lets the rows go.</summary>
    private async Task Save(CancellationToken cancellation)
    {
        if (_isDirty)
        {
            // Rows may have been learned since: the state that is written is the one that was published.
            Publish();
            var next = _head with { Tenure = _tenure, Marks = [.. _marks] };
            next = definition.KeepsChanges ? await WithChanges(next, cancellation) : next with { State = StateBytes() };
            var version = await WriteHead(next, cancellation);
            var replaced = _head.Documents.Except(next.Documents).ToArray();
            (_head, _version, _isDirty) = (next, version, false);
            _unstored.Clear();
            for (var partition = 0; partition < _marks.Length; partition++)
                await services.Store.SaveConsumer(partition, definition.Name, _marks[partition].Number, cancellation);
            await _store.Delete(replaced, cancellation);
        }

        _saved = services.Time.GetTimestamp();
        Stored();
    }

    private void Stored()
    {
        _saveSoon = false;
        EndResets(null);
        Interlocked.Exchange(ref _stored, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private async Task<ModelHead> WithChanges(ModelHead next, CancellationToken cancellation)
    {
        next = next with { Rest = _model.SaveRest() };
        var since = next.Segments.Sum(segment => (long)segment.Bytes) + _unstored.Count;
        if (since > Math.Max(MinBytesForBase, next.Base?.Bytes ?? 0))
        {
            var state = new ChunkStream();
            _model.Save(state);
            return next with { Base = await _store.WriteBase(state, next.Revision, _version + 1, cancellation), Segments = [] };
        }

        if (_unstored.Count == 0) return next;
        return next with { Segments = await _store.WriteChanges(next.Segments, _unstored.ToArray(), _version + 1, cancellation) };
    }

    /// <summary>Bytes of changes after which a base is written: then, and whenever they have grown to the base's own size, so that bases cost no more than changes do.</summary>
    private const long MinBytesForBase = 8 << 20;

    /// <summary>About the bytes of a state beside what the model holds in memory.</summary>
    private const int StateHead = 4096;

    private byte[] StateBytes()
    {
        using var stream = new MemoryStream((int)Math.Min(_model.AllocatedBytes + StateHead, Array.MaxLength));
        _model.Save(stream);
        return stream.ToArray();
    }

    private async Task<long> WriteHead(ModelHead next, CancellationToken cancellation)
    {
        try
        {
            return await _store.WriteHead(next, _version, cancellation)
                ?? throw new InvalidOperationException($"another learner of model {definition.Name} has stored: starting over from there");
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or InvalidOperationException))
        {
            // Unknown outcome: what is stored tells.
            var (stored, version) = await _store.ReadHead(cancellation);
            if (version == _version + 1 && stored?.Tenure == _tenure && stored.Revision == next.Revision) return version;
            throw;
        }
    }

    private void Report(string? fault)
    {
        var lag = 0L;
        for (var partition = 0; partition < _marks.Length; partition++) lag += Math.Max(0, _heads[partition] - _marks[partition].Number);
        var bytes = _model.AllocatedBytes;
        Volatile.Write(ref _status, new LearnerStatus
        {
            Model = definition.Name,
            IsReady = true,
            IsFrozen = IsFrozen,
            Revision = Changes.Revision,
            StoredRevision = _isDirty ? Math.Min(_status.StoredRevision, Changes.Revision) : _head.Revision,
            Examples = _head.Examples,
            Skipped = _head.Skipped,
            Failed = _head.Failed,
            Missed = _head.Missed,
            Lag = lag,
            AllocatedBytes = bytes,
            Fault = fault,
        });
        services.Metrics.Learner(definition.Name, lag, bytes);
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Information, Message = "Model {Model} learns on from revision {Revision} and {Examples} examples")]
    private static partial void LearningBegan(ILogger logger, string model, long revision, long examples);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Warning, Message = "Model {Model} does not learn at present; it starts over from what is stored")]
    private static partial void LearningFailed(ILogger logger, string model, Exception fault);

    [LoggerMessage(EventId = 3203, Level = LogLevel.Warning, Message = "Model {Model} cannot use outbox row {Number} of kind {Kind}; it is passed")]
    private static partial void RowFailed(ILogger logger, string model, long number, string kind, Exception fault);

    [LoggerMessage(EventId = 3204, Level = LogLevel.Warning, Message = "Model {Model} lagged past its bound in partition {Partition} and missed {Rows} outbox rows")]
    private static partial void RowsWereTrimmed(ILogger logger, string model, int partition, long rows);

    [LoggerMessage(EventId = 3205, Level = LogLevel.Warning, Message = "The store of partition {Partition} went back: model {Model} had learned to outbox number {Number}, the store is at {Head}")]
    private static partial void StoreWentBack(ILogger logger, string model, int partition, long number, long head);
}
