using Personalization.Models;

namespace Personalization.Grains.Models;

/// <summary>
/// The changes that a learner published lately, for replicas to take; bounded by bytes, the oldest go. Safe for one writer and any number of
/// readers.
/// </summary>
internal sealed class ChangeLog(TimeProvider time, long keptBytes = ChangeLog.MostBytes)
{
    /// <summary>Bytes of changes that are kept: a replica that fell further behind loads the stored model.</summary>
    public const long MostBytes = 32 << 20;

    /// <summary>Bytes of one answer.</summary>
    private const long ReplyBytes = 4 << 20;

    private readonly Lock _lock = new();
    private readonly List<ModelChange> _changes = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Guid _tenure;
    private long _revision;
    private long _bytes;

    /// <summary>The newest revision.</summary>
    public long Revision
    {
        get
        {
            lock (_lock) return _revision;
        }
    }

    /// <summary>A tenure begins on the stored revision: what an earlier one published beyond it never was.</summary>
    public void Begin(Guid tenure, long revision)
    {
        lock (_lock)
        {
            (_tenure, _revision) = (tenure, revision);
            _changes.Clear();
            _bytes = 0;
            Wake();
        }
    }

    /// <summary>Publishes the next change; answers its revision.</summary>
    public long Publish(byte[] bytes, bool isWhole)
    {
        lock (_lock)
        {
            if (isWhole)
            {
                _changes.Clear();
                _bytes = 0;
            }

            _changes.Add(new ModelChange(++_revision, isWhole, bytes, time.GetUtcNow().ToUnixTimeMilliseconds()));
            _bytes += bytes.Length;
            var dropped = 0;
            while (_bytes > keptBytes && dropped < _changes.Count - 1) _bytes -= _changes[dropped++].Bytes.Length;
            if (dropped > 0) _changes.RemoveRange(0, dropped);
            Wake();
            return _revision;
        }
    }

    /// <summary>What comes after a replica's cursor; waits for it, but not for longer than <paramref name="atMost"/> or until it is cancelled: then nothing comes.</summary>
    public async Task<ModelChanges> Read(ModelCursor have, TimeSpan atMost, CancellationToken cancellation)
    {
        var until = time.GetTimestamp() + (long)(atMost.TotalSeconds * time.TimestampFrequency);
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_tenure != Guid.Empty && (have.Revision != _revision || (have.Tenure != _tenure && have.Tenure != Guid.Empty))) return After(have);
                news = _news.Task;
            }

            var left = time.GetElapsedTime(time.GetTimestamp(), until);
            if (left <= TimeSpan.Zero) return new ModelChanges(have.Tenure, false, [], have.Revision);
            try
            {
                await news.WaitAsync(left, time, cancellation);
            }
            catch (Exception over) when (over is TimeoutException or OperationCanceledException)
            {
                return new ModelChanges(have.Tenure, false, [], have.Revision);
            }
        }
    }

    private ModelChanges After(ModelCursor have)
    {
        var isOfAnother = have.Tenure != Guid.Empty && have.Tenure != _tenure;
        if (isOfAnother || have.Revision > _revision || _changes.Count == 0) return new ModelChanges(_tenure, true, [], _revision);
        if (_changes[^1].IsWhole) return new ModelChanges(_tenure, false, [_changes[^1]], _revision);
        if (have.Revision < _changes[0].Revision - 1) return new ModelChanges(_tenure, true, [], _revision);
        var reply = new List<ModelChange>();
        var bytes = 0L;
        foreach (var change in _changes)
        {
            if (change.Revision <= have.Revision) continue;
            if (reply.Count > 0 && bytes + change.Bytes.Length > ReplyBytes) break;
            reply.Add(change);
            bytes += change.Bytes.Length;
        }

        return new ModelChanges(_tenure, false, reply, _revision);
    }

    private void Wake()
    {
        var news = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        news.TrySetResult();
    }
}
